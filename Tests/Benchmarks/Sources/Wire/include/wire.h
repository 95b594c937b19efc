// What the floor and the load generator share: the connection, the clock, and
// bytes found in an envelope without parsing it.
#ifndef BENCHMARK_WIRE_H
#define BENCHMARK_WIRE_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>

enum { ROLE_COUNT = 3, HOPS_OF_A_REQUEST = 5 };

/// Bytes inside a buffer that belongs to someone else; `start` is NULL where nothing was found.
typedef struct {
  const char *start;
  size_t length;
} Span;

/// Ends the process with a message on standard error; `format` as in printf.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Connects to the unix socket at `path`, or ends the process.
redisContext *wire_connect(const char *path);

/// The next pipelined reply, to be freed by the caller. An error reply ends the process.
redisReply *wire_reply(redisContext *connection);

/// Writes everything that is buffered, without waiting for replies.
void wire_flush(redisContext *connection);

/// Sends one command and waits for its reply.
redisReply *wire_call(redisContext *connection, int count, const char **arguments,
                      const size_t *lengths);

/// Seconds since 1970.
double wall_clock(void);

/// Seconds of a clock that only moves forward.
double monotonic_clock(void);

/// Where `marker` begins in `bytes`, or NULL.
const char *wire_find(Span bytes, const char *marker);

/// The bytes that follow `marker`, blanks skipped, up to the end of `bytes`.
Span wire_after(Span bytes, const char *marker);

/// The bytes between the first `opening` and the first `closing` after it.
Span wire_between(Span bytes, const char *opening, const char *closing);

#endif
