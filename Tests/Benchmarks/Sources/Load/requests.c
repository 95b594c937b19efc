#include "requests.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 64, BARE_ENVELOPE_LIMIT = 1024, TRACE_ENTRY_LIMIT = 160 };

static char *allocated(size_t bytes) {
  char *memory = calloc(bytes, 1);
  if (memory == NULL) fail("no memory for %zu bytes", bytes);
  return memory;
}

/// Entries as agents before us would have left them, without the brackets around them.
static char *written_trace(size_t entries) {
  char *trace = allocated(entries * TRACE_ENTRY_LIMIT + 1);
  size_t length = 0;
  for (size_t entry = 0; entry < entries; entry++)
    length += (size_t)snprintf(
        trace + length, TRACE_ENTRY_LIMIT,
        "%s{\"start_ts\":%.6f,\"role\":\"earlier\",\"agent_id\":\"load:1:%zu\",\"end_ts\":%.6f,"
        "\"duration\":0.000100,\"error\":null}",
        entry == 0 ? "" : ",", wall_clock(), entry + 1, wall_clock());
  return trace;
}

void requests_create(Requests *requests, size_t count, Shape shape) {
  *requests = (Requests){.shape = shape, .process_id = (long)getpid(), .count = count};
  requests->requests = calloc(count, sizeof *requests->requests);
  if (requests->requests == NULL) fail("no memory for %zu requests", count);
  snprintf(requests->result_list, NAME_BYTES, "result:load:%ld", requests->process_id);
  snprintf(requests->conversation_prefix, NAME_BYTES, "load-%ld-", requests->process_id);
  requests->padding = allocated(shape.padding_bytes + 1);
  memset(requests->padding, 'x', shape.padding_bytes);
  requests->trace = written_trace(shape.trace_entries);
  requests->envelope_limit = BARE_ENVELOPE_LIMIT + shape.padding_bytes + strlen(requests->trace);
  requests->envelope = allocated(requests->envelope_limit);
}

size_t requests_write_role(const Requests *requests, size_t index, const char *prefix,
                           char output[NAME_BYTES]) {
  const Shape *shape = &requests->shape;
  int length = shape->roles == 0 ? snprintf(output, NAME_BYTES, "%s%s", prefix, shape->role)
                                 : snprintf(output, NAME_BYTES, "%s%s-%zu", prefix, shape->role,
                                            index % shape->roles + 1);
  if (length < 0 || length >= NAME_BYTES) fail("a role outgrew %d bytes", NAME_BYTES);
  return (size_t)length;
}

Span requests_write(Requests *requests, size_t index) {
  double now = wall_clock();
  const char *prefix = requests->conversation_prefix;
  char role[NAME_BYTES];
  requests_write_role(requests, index, "", role);
  int length = snprintf(
      requests->envelope, requests->envelope_limit,
      "{\"conversation_id\":\"%s%zu\",\"message_id\":\"%s%zu:%.9f\",\"target_role\":\"%s\","
      "\"target_agent_id\":null,\"target_list\":null,\"sender_role\":\"external\","
      "\"sender_agent_id\":\"load:%ld:1\",\"kind\":\"task\","
      "\"payload\":{\"text\":\"Hello, world! %zu\",\"stage\":\"start\",\"errors\":[]%s%s%s},"
      "\"update_ts\":%.6f,\"result_list\":\"%s\",\"trace\":[%s],\"process_count\":0,"
      "\"total_processing_time\":0.0,\"create_ts\":%.6f}",
      prefix, index, prefix, index, now, role, requests->process_id, index,
      requests->shape.padding_bytes == 0 ? "" : ",\"padding\":\"", requests->padding,
      requests->shape.padding_bytes == 0 ? "" : "\"", now, requests->result_list, requests->trace,
      now);
  if (length < 0 || (size_t)length >= requests->envelope_limit)
    fail("a request outgrew %zu bytes", requests->envelope_limit);
  requests->requests[index].sent = monotonic_clock();
  return (Span){requests->envelope, (size_t)length};
}

/// The text that a right result has, quoted.
static void expected_text(const Requests *requests, size_t index, char output[TEXT_BYTES]) {
  char text[TEXT_BYTES - 2];
  int length = snprintf(text, sizeof text, "Hello, world! %zu", index);
  output[0] = output[length + 1] = '"';
  output[length + 2] = '\0';
  for (int place = 0; place < length; place++)
    output[1 + place] = requests->shape.expectation == EXPECT_DEMO
                            ? (char)toupper((unsigned char)text[length - 1 - place])
                            : text[place];
}

static bool is_right(const Requests *requests, size_t index, Span result) {
  char text[TEXT_BYTES];
  expected_text(requests, index, text);
  Span found = wire_after(result, "\"text\":");
  Span count = wire_after(result, "\"process_count\":");
  return found.start != NULL && found.length > strlen(text) &&
         memcmp(found.start, text, strlen(text)) == 0 && count.start != NULL &&
         strtol(count.start, NULL, 10) == requests->shape.hops;
}

bool requests_note_result(Requests *requests, Span result, double now) {
  Span id = wire_after(result, "\"message_id\":");
  Span digits = id.start == NULL ? id : wire_after(id, requests->conversation_prefix);
  if (digits.start == NULL) {
    requests->wrong++;
    return false;
  }
  size_t index = strtoul(digits.start, NULL, 10);
  if (index >= requests->count || requests->requests[index].sent == 0) {
    requests->wrong++;
    return false;
  }
  Request *request = &requests->requests[index];
  if (request->results++ > 0) return false;
  request->latency = now - request->sent;
  if (!is_right(requests, index, result)) requests->wrong++;
  return true;
}

size_t requests_duplicates(const Requests *requests) {
  size_t duplicates = 0;
  for (size_t index = 0; index < requests->count; index++)
    if (requests->requests[index].results > 1) duplicates += requests->requests[index].results - 1;
  return duplicates;
}

size_t requests_missing(const Requests *requests) {
  size_t missing = 0;
  for (size_t index = 0; index < requests->count; index++)
    missing += requests->requests[index].results == 0;
  return missing;
}

static int compare(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

size_t requests_latencies(const Requests *requests, size_t first, double *output) {
  size_t found = 0;
  for (size_t index = first; index < requests->count; index++)
    if (requests->requests[index].results > 0) output[found++] = requests->requests[index].latency;
  qsort(output, found, sizeof *output, compare);
  return found;
}
