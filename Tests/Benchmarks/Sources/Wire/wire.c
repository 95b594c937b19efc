#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

redisContext *wire_connect(const char *path) {
  redisContext *connection = redisConnectUnix(path);
  if (connection == NULL || connection->err)
    fail("cannot connect to %s: %s", path, connection ? connection->errstr : "out of memory");
  return connection;
}

redisReply *wire_reply(redisContext *connection) {
  redisReply *reply = NULL;
  if (redisGetReply(connection, (void **)&reply) != REDIS_OK)
    fail("connection lost: %s", connection->errstr);
  if (reply->type == REDIS_REPLY_ERROR) fail("Redis refused a command: %s", reply->str);
  return reply;
}

void wire_flush(redisContext *connection) {
  int done = 0;
  while (!done)
    if (redisBufferWrite(connection, &done) != REDIS_OK)
      fail("connection lost: %s", connection->errstr);
}

redisReply *wire_call(redisContext *connection, int count, const char **arguments,
                      const size_t *lengths) {
  redisAppendCommandArgv(connection, count, arguments, lengths);
  return wire_reply(connection);
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double wall_clock(void) { return seconds(CLOCK_REALTIME); }

double monotonic_clock(void) { return seconds(CLOCK_MONOTONIC); }

const char *wire_find(Span bytes, const char *marker) {
  return memmem(bytes.start, bytes.length, marker, strlen(marker));
}

Span wire_after(Span bytes, const char *marker) {
  const char *found = wire_find(bytes, marker);
  if (found == NULL) return (Span){NULL, 0};
  const char *end = bytes.start + bytes.length;
  const char *start = found + strlen(marker);
  while (start < end && *start == ' ') start++;
  return (Span){start, (size_t)(end - start)};
}

Span wire_between(Span bytes, const char *opening, const char *closing) {
  Span rest = wire_after(bytes, opening);
  if (rest.start == NULL) return rest;
  const char *end = wire_find(rest, closing);
  if (end == NULL) return (Span){NULL, 0};
  return (Span){rest.start, (size_t)(end - rest.start)};
}
