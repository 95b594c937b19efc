// How a record lies in memory and in its file.
#ifndef AGENTHOST_CRASH_LAYOUT_H
#define AGENTHOST_CRASH_LAYOUT_H

#include "crash_record.h"

struct crash_text {
  uint32_t length;  // of the whole text; what is longer than there is room is cut
  char bytes[CRASH_TEXT];
};

typedef struct crash_library {
  uint64_t start, end;  // of its image; both 0 when it could not be found
  crash_text file, hash;
} crash_library;

typedef struct crash_agent {
  uint32_t library;  // index
  crash_text role, name;
} crash_agent;

// A call of an agent that has begun and has not ended.
typedef struct crash_call {
  uint64_t token;  // 0: none
  uint32_t agent;  // index
  crash_text entry, stream, message;
} crash_call;

typedef struct crash_thread {
  uint32_t id;     // the kernel's; 0: none
  uint32_t agent;  // index + 1; 0: none
  uint64_t token;  // 0: none
  uint64_t since;  // CLOCK_MONOTONIC, nanoseconds; 0: idle
  uint32_t lowered;  // 1: its priority was lowered
} crash_thread;

typedef struct crash_end {
  uint32_t kind;
  int32_t number;  // signal, or exit status
  uint32_t thread;
  uint32_t agent;   // index + 1; 0: the thread worked for no agent that is known
  uint64_t token;   // 0: none
  uint64_t address;  // that could not be used; 0 where a signal has none
  uint32_t frame_count, word_count;
  uint64_t frames[CRASH_FRAMES];  // innermost first
  uint64_t words[CRASH_WORDS];    // addresses within libraries of agents that were found on the stack
} crash_end;

struct crash_record {
  char magic[8];
  uint32_t layout;
  uint32_t clean;  // 1: ended as it should
  uint32_t accounted;  // 1: its death has been counted; written by whoever comes after
  crash_text subject, incarnation, place;
  uint32_t library_count, agent_count;
  uint32_t call_count;  // calls behind these have never begun
  crash_end end;
  crash_thread threads[CRASH_THREADS];
  crash_library libraries[CRASH_LIBRARIES];
  crash_agent agents[CRASH_AGENTS];
  crash_call calls[CRASH_CALLS];
};

#endif
