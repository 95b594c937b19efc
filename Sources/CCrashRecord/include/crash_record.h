// What a worker writes down of itself while it works, in a file that outlives it: who works on what on which
// thread, and, at the end, how it died. All of it is plain memory, so that a signal handler can write it too.
//
// No system header but stdint.h is included: Swift would take its types for this module's.
#ifndef AGENTHOST_CRASH_RECORD_H
#define AGENTHOST_CRASH_RECORD_H

#include <stdint.h>

enum {
  CRASH_LAYOUT = 3,
  CRASH_TEXT = 252,  // bytes of a text that are kept
  CRASH_THREADS = 512,
  CRASH_CALLS = 4096,
  CRASH_AGENTS = 1024,
  CRASH_LIBRARIES = 256,
  CRASH_FRAMES = 64,
  CRASH_WORDS = 64,
};

// The exit status of a worker that ends because an agent ended a thread of the host's.
enum { CRASH_THREAD_STATUS = 112 };

// How a worker ended.
enum {
  CRASH_NONE = 0,    // nothing was written down: killed from outside, or still alive
  CRASH_SIGNAL = 1,  // by a signal that its own code brought about
  CRASH_EXIT = 2,    // somebody called exit
  CRASH_THREAD = 3,  // an agent ended a thread of the host's
};

typedef struct crash_record crash_record;
typedef struct crash_text crash_text;

// Of a mapping that holds a record.
uint64_t crash_record_size(void);
// In memory that is all zero.
void crash_record_init(crash_record *record);
int crash_record_is_valid(const crash_record *record);

// Copies as much as there is room for.
void crash_text_set(crash_text *text, const void *bytes, uint64_t length);
const char *crash_text_bytes(const crash_text *text);
// Of what was kept.
uint32_t crash_text_length(const crash_text *text);

// The record's parts. An index is below the count that belongs to it.
uint32_t crash_is_clean(const crash_record *record);
uint32_t crash_is_accounted(const crash_record *record);
// Where in the file a uint32_t of 1 says that.
uint64_t crash_accounted_offset(void);
crash_text *crash_subject(crash_record *record);
crash_text *crash_incarnation(crash_record *record);
crash_text *crash_place(crash_record *record);
uint32_t crash_library_count(const crash_record *record);
crash_text *crash_library_file(crash_record *record, uint32_t library);
crash_text *crash_library_hash(crash_record *record, uint32_t library);
// Of its image; both 0 when it could not be found.
uint64_t crash_library_start(const crash_record *record, uint32_t library);
uint64_t crash_library_end(const crash_record *record, uint32_t library);
uint32_t crash_agent_count(const crash_record *record);
uint32_t crash_agent_library(const crash_record *record, uint32_t agent);
crash_text *crash_agent_role(crash_record *record, uint32_t agent);
crash_text *crash_agent_name(crash_record *record, uint32_t agent);
// Calls behind these have never begun, and are in no memory.
uint32_t crash_call_count(const crash_record *record);
uint64_t crash_call_token(const crash_record *record, uint32_t call);
uint32_t crash_call_agent(const crash_record *record, uint32_t call);
crash_text *crash_call_entry(crash_record *record, uint32_t call);
crash_text *crash_call_stream(crash_record *record, uint32_t call);
crash_text *crash_call_message(crash_record *record, uint32_t call);
// 0: no thread is there. What the others say is one thread's at one moment, or nearly so.
uint32_t crash_thread_id(const crash_record *record, uint32_t thread);
int32_t crash_thread_agent(const crash_record *record, uint32_t thread);  // -1: none
uint64_t crash_thread_token(const crash_record *record, uint32_t thread);
uint64_t crash_thread_since(const crash_record *record, uint32_t thread);
uint32_t crash_thread_is_lowered(const crash_record *record, uint32_t thread);
uint32_t crash_end_kind(const crash_record *record);
int32_t crash_end_number(const crash_record *record);
uint32_t crash_end_thread(const crash_record *record);
int32_t crash_end_agent(const crash_record *record);  // -1: none
uint64_t crash_end_token(const crash_record *record);
uint64_t crash_end_address(const crash_record *record);
uint32_t crash_end_frame_count(const crash_record *record);
uint64_t crash_end_frame(const crash_record *record, uint32_t frame);
uint32_t crash_end_word_count(const crash_record *record);
uint64_t crash_end_word(const crash_record *record, uint32_t word);

// Index of a new library or agent; -1 when there is no room. `symbol` is an address in the image.
int crash_add_library(crash_record *record, const void *symbol);
int crash_add_agent(crash_record *record, uint32_t library);

// One slot is begun and ended by one thread at a time; `end` does nothing for another token.
void crash_call_begin(crash_record *record, uint32_t slot, uint64_t token, uint32_t agent);
void crash_call_end(crash_record *record, uint32_t slot, uint64_t token);

// The calling thread enters, with a stack of its own for signal handlers; -1 when there is no room.
int crash_thread_enter(crash_record *record);
void crash_thread_leave(crash_record *record, int thread);
// What the calling thread, `thread`, does from now on; agent -1 and token 0 when it is idle.
void crash_thread_run(crash_record *record, int thread, int agent, uint64_t token);
// Its priority is lowered, by another thread; that holds until it leaves.
void crash_thread_lower(crash_record *record, uint32_t thread);

// Writes down in `record` how this process dies. Once in a process.
// 0, or the number of an error.
int crash_watch(crash_record *record);
// A thread that has entered ends without having left.
void crash_thread_ended(void *record);
// The process ends as it should: whatever comes now is not written down.
void crash_clean(crash_record *record);

#endif
