#include "requests.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 64 };

void requests_create(Requests *requests, size_t count, Expectation expectation) {
  *requests = (Requests){.expectation = expectation, .process_id = (long)getpid(), .count = count};
  requests->requests = calloc(count, sizeof *requests->requests);
  if (requests->requests == NULL) fail("no memory for %zu requests", count);
  snprintf(requests->result_list, NAME_BYTES, "result:load:%ld", requests->process_id);
  snprintf(requests->conversation_prefix, NAME_BYTES, "load-%ld-", requests->process_id);
}

size_t requests_write(Requests *requests, size_t index, char output[ENVELOPE_LIMIT]) {
  double now = wall_clock();
  const char *prefix = requests->conversation_prefix;
  int length = snprintf(
      output, ENVELOPE_LIMIT,
      "{\"conversation_id\":\"%s%zu\",\"message_id\":\"%s%zu:%.9f\",\"target_role\":\"manager\","
      "\"target_agent_id\":null,\"target_list\":null,\"sender_role\":\"external\","
      "\"sender_agent_id\":\"load:%ld:1\",\"kind\":\"task\","
      "\"payload\":{\"text\":\"Hello, world! %zu\",\"stage\":\"start\",\"errors\":[]},"
      "\"update_ts\":%.6f,\"result_list\":\"%s\",\"trace\":[],\"process_count\":0,"
      "\"total_processing_time\":0.0,\"create_ts\":%.6f}",
      prefix, index, prefix, index, now, requests->process_id, index, now, requests->result_list,
      now);
  if (length < 0 || length >= ENVELOPE_LIMIT) fail("a request outgrew %d bytes", ENVELOPE_LIMIT);
  requests->requests[index].sent = monotonic_clock();
  return (size_t)length;
}

/// The text that a right result has, quoted.
static void expected_text(const Requests *requests, size_t index, char output[TEXT_BYTES]) {
  char text[TEXT_BYTES - 2];
  int length = snprintf(text, sizeof text, "Hello, world! %zu", index);
  output[0] = output[length + 1] = '"';
  output[length + 2] = '\0';
  for (int place = 0; place < length; place++)
    output[1 + place] = requests->expectation == EXPECT_DEMO
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
         strtol(count.start, NULL, 10) == HOPS_OF_A_REQUEST;
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
