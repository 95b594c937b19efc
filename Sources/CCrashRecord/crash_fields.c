// The record's parts, for those who read it and for those who fill in text.
#include "crash_layout.h"

#include <stddef.h>

static uint32_t least(uint32_t count, uint32_t room) { return count < room ? count : room; }

uint64_t crash_record_size(void) { return sizeof(crash_record); }

const char *crash_text_bytes(const crash_text *text) { return text->bytes; }
uint32_t crash_text_length(const crash_text *text) { return least(text->length, sizeof text->bytes); }

uint32_t crash_is_clean(const crash_record *record) { return record->clean; }
uint32_t crash_is_accounted(const crash_record *record) { return record->accounted; }
uint64_t crash_accounted_offset(void) { return offsetof(crash_record, accounted); }
crash_text *crash_subject(crash_record *record) { return &record->subject; }
crash_text *crash_incarnation(crash_record *record) { return &record->incarnation; }
crash_text *crash_place(crash_record *record) { return &record->place; }

// A count may have been damaged with its file.
uint32_t crash_library_count(const crash_record *record) {
  return least(record->library_count, CRASH_LIBRARIES);
}
crash_text *crash_library_file(crash_record *record, uint32_t library) {
  return &record->libraries[library].file;
}
crash_text *crash_library_hash(crash_record *record, uint32_t library) {
  return &record->libraries[library].hash;
}
uint64_t crash_library_start(const crash_record *record, uint32_t library) {
  return record->libraries[library].start;
}
uint64_t crash_library_end(const crash_record *record, uint32_t library) {
  return record->libraries[library].end;
}

uint32_t crash_agent_count(const crash_record *record) { return least(record->agent_count, CRASH_AGENTS); }
uint32_t crash_agent_library(const crash_record *record, uint32_t agent) {
  return record->agents[agent].library;
}
crash_text *crash_agent_role(crash_record *record, uint32_t agent) { return &record->agents[agent].role; }
crash_text *crash_agent_name(crash_record *record, uint32_t agent) { return &record->agents[agent].name; }

uint32_t crash_call_count(const crash_record *record) { return least(record->call_count, CRASH_CALLS); }
uint64_t crash_call_token(const crash_record *record, uint32_t call) { return record->calls[call].token; }
uint32_t crash_call_agent(const crash_record *record, uint32_t call) { return record->calls[call].agent; }
crash_text *crash_call_entry(crash_record *record, uint32_t call) { return &record->calls[call].entry; }
crash_text *crash_call_stream(crash_record *record, uint32_t call) { return &record->calls[call].stream; }
crash_text *crash_call_message(crash_record *record, uint32_t call) { return &record->calls[call].message; }

uint32_t crash_thread_id(const crash_record *record, uint32_t thread) {
  return __atomic_load_n(&record->threads[thread].id, __ATOMIC_ACQUIRE);
}
int32_t crash_thread_agent(const crash_record *record, uint32_t thread) {
  return (int32_t)__atomic_load_n(&record->threads[thread].agent, __ATOMIC_RELAXED) - 1;
}
uint64_t crash_thread_token(const crash_record *record, uint32_t thread) {
  return __atomic_load_n(&record->threads[thread].token, __ATOMIC_RELAXED);
}
uint64_t crash_thread_since(const crash_record *record, uint32_t thread) {
  return __atomic_load_n(&record->threads[thread].since, __ATOMIC_ACQUIRE);
}
uint32_t crash_thread_is_lowered(const crash_record *record, uint32_t thread) {
  return __atomic_load_n(&record->threads[thread].lowered, __ATOMIC_RELAXED);
}

uint32_t crash_end_kind(const crash_record *record) { return record->end.kind; }
int32_t crash_end_number(const crash_record *record) { return record->end.number; }
uint32_t crash_end_thread(const crash_record *record) { return record->end.thread; }
int32_t crash_end_agent(const crash_record *record) { return (int32_t)record->end.agent - 1; }
uint64_t crash_end_token(const crash_record *record) { return record->end.token; }
uint64_t crash_end_address(const crash_record *record) { return record->end.address; }
uint32_t crash_end_frame_count(const crash_record *record) {
  return least(record->end.frame_count, CRASH_FRAMES);
}
uint64_t crash_end_frame(const crash_record *record, uint32_t frame) { return record->end.frames[frame]; }
uint32_t crash_end_word_count(const crash_record *record) {
  return least(record->end.word_count, CRASH_WORDS);
}
uint64_t crash_end_word(const crash_record *record, uint32_t word) { return record->end.words[word]; }
