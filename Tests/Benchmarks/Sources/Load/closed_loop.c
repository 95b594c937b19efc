#include "closed_loop.h"

enum { DRAIN_LIMIT = 256 };

static void append_request(ClosedLoop *loop, size_t index) {
  char stream[NAME_BYTES];
  size_t stream_length = requests_write_role(loop->requests, index, "stream:role:", stream);
  Span envelope = requests_write(loop->requests, index);
  const char *arguments[] = {"XADD", stream, "*", "envelope", envelope.start};
  const size_t lengths[] = {4, stream_length, 1, 8, envelope.length};
  redisAppendCommandArgv(loop->sending, 5, arguments, lengths);
}

static bool note(ClosedLoop *loop, const redisReply *element, double now) {
  return requests_note_result(loop->requests, (Span){element->str, element->len}, now);
}

static void append_drain(ClosedLoop *loop) {
  redisAppendCommand(loop->receiving, "LPOP %s %d", loop->requests->result_list, DRAIN_LIMIT);
}

static size_t take_drained(ClosedLoop *loop) {
  redisReply *reply = wire_reply(loop->receiving);
  double now = monotonic_clock();
  size_t completed = 0;
  if (reply->type == REDIS_REPLY_ARRAY)
    for (size_t index = 0; index < reply->elements; index++)
      completed += note(loop, reply->element[index], now);
  freeReplyObject(reply);
  return completed;
}

/// Waits for a result and takes all that are there. Returns how many requests it
/// completed, and in `timed_out` whether the wait ended without a result.
static size_t receive(ClosedLoop *loop, bool *timed_out) {
  // Redis runs the LPOP as soon as it has answered the BLPOP: one round trip for both.
  redisAppendCommand(loop->receiving, "BLPOP %s %d", loop->requests->result_list,
                     loop->timeout_seconds);
  append_drain(loop);
  redisReply *reply = wire_reply(loop->receiving);
  *timed_out = reply->type != REDIS_REPLY_ARRAY;
  size_t completed = *timed_out ? 0 : note(loop, reply->element[1], monotonic_clock());
  freeReplyObject(reply);
  return completed + take_drained(loop);
}

double closed_loop_run(ClosedLoop *loop, size_t first, size_t end) {
  double started = monotonic_clock();
  size_t next = first, completed = first;
  bool timed_out = false;
  while (completed < end && !timed_out) {
    size_t sent = 0;
    for (; next < end && next - completed < loop->in_flight; next++, sent++) append_request(loop, next);
    wire_flush(loop->sending);
    completed += receive(loop, &timed_out);
    for (size_t reply = 0; reply < sent; reply++) freeReplyObject(wire_reply(loop->sending));
  }
  return monotonic_clock() - started;
}

void closed_loop_collect(ClosedLoop *loop) {
  append_drain(loop);
  take_drained(loop);
}
