#include "batch.h"

#include <stdio.h>
#include <string.h>

const char *const stream_keys[ROLE_COUNT] = {"stream:role:manager", "stream:role:uppercase",
                                             "stream:role:reverse"};
const char *const group_names[ROLE_COUNT] = {"cg:role:manager", "cg:role:uppercase",
                                             "cg:role:reverse"};

void batch_clear(Batch *batch) {
  memset(batch->counts, 0, sizeof batch->counts);
  batch->total = 0;
  batch->result_list_count = 0;
  batch->request_count = 0;
}

/// The index of a result list among the batch's keys. Compared with the newest only:
/// a load generator names one list for all its requests.
static int result_key(Batch *batch, Span list) {
  int newest = batch->result_list_count - 1;
  if (newest >= 0 && batch->result_lists[newest].length == list.length &&
      memcmp(batch->result_lists[newest].start, list.start, list.length) == 0)
    return newest;
  batch->result_lists[batch->result_list_count] = list;
  return batch->result_list_count++;
}

/// The index among the batch's keys of what keeps how the envelope's request ended.
static int request_key(Batch *batch, Span envelope) {
  Span id = wire_between(envelope, "\"message_id\":\"", "\"");
  if (id.start == NULL) fail("an envelope has no message_id where the floor looks for it");
  int length = snprintf(batch->requests[batch->request_count], REQUEST_KEY_LIMIT,
                        "agenthost:request:%.*s", (int)id.length, id.start);
  if (length >= REQUEST_KEY_LIMIT) fail("a message id is longer than the load generator makes them");
  return batch->request_count++;
}

void batch_add(Batch *batch, Destination role, const char *agent_id, Span id, Span envelope,
               double started) {
  int index = batch->total++;
  batch->counts[role]++;
  Hop hop = hop_splice(role, agent_id, envelope, started, batch->envelopes[index], ENVELOPE_LIMIT);
  bool ends = hop.destination == RESULT_LIST;
  batch->deliveries[index] = (Delivery){id, hop, ends ? result_key(batch, hop.result_list) : -1,
                                        ends ? request_key(batch, envelope) : -1};
}

static void add_delivery(Command *command, const Delivery *delivery, int result_list_count) {
  command_add(command, delivery->id.start, delivery->id.length);
  const Hop *hop = &delivery->hop;
  if (hop->destination != RESULT_LIST) {
    command_add_text(command, "F");
    command_add_number(command, 1 + (int)hop->destination);
    command_add(command, hop->envelope.start, hop->envelope.length);
    return;
  }
  command_add_text(command, "T");
  command_add_number(command, 1 + ROLE_COUNT + delivery->result_key);
  command_add_number(command, 1 + ROLE_COUNT + result_list_count + delivery->request_key);
  command_add_text(command, "done");
  command_add_number(command, REQUEST_TTL_SECONDS);
  command_add(command, hop->envelope.start, hop->envelope.length);
  command_add_number(command, RESULT_LIST_TTL_SECONDS);
}

void batch_append_commit(Batch *batch, redisContext *connection, const char *script_hash,
                         const char *consumer) {
  Command *command = &batch->command;
  command->count = 0;
  command_add_text(command, "EVALSHA");
  command_add_text(command, script_hash);
  command_add_number(command, ROLE_COUNT + batch->result_list_count + batch->request_count);
  for (int role = 0; role < ROLE_COUNT; role++) command_add_text(command, stream_keys[role]);
  for (int list = 0; list < batch->result_list_count; list++)
    command_add(command, batch->result_lists[list].start, batch->result_lists[list].length);
  for (int request = 0; request < batch->request_count; request++)
    command_add_text(command, batch->requests[request]);

  int streams = 0;
  for (int role = 0; role < ROLE_COUNT; role++) streams += batch->counts[role] > 0;
  command_add_number(command, streams);
  const Delivery *delivery = batch->deliveries;
  for (int role = 0; role < ROLE_COUNT; role++) {
    int count = batch->counts[role];
    if (count == 0) continue;
    command_add_number(command, role + 1);
    command_add_text(command, group_names[role]);
    command_add_text(command, consumer);
    command_add(command, delivery[count - 1].id.start, delivery[count - 1].id.length);
    command_add_number(command, count + 1);  // one more than ours: the answer is then known complete
    command_add_text(command, "1");
    command_add_number(command, count);
    for (int entry = 0; entry < count; entry++) add_delivery(command, delivery++, batch->result_list_count);
  }
  redisAppendCommandArgv(connection, command->count, command->arguments, command->lengths);
}

void batch_check_commit(redisContext *connection, int expected) {
  redisReply *reply = wire_reply(connection);
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != (size_t)expected)
    fail("the commit script did not answer for %d entries", expected);
  for (int entry = 0; entry < expected; entry++) {
    redisReply *status = reply->element[entry];
    if (status->type != REDIS_REPLY_INTEGER || status->integer != 1)
      fail("the commit script did not do an entry: %s",
           status->type == REDIS_REPLY_STRING ? status->str : "not ours, or no such stream");
  }
  freeReplyObject(reply);
}
