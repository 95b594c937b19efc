// Keeps a fixed number of requests in flight: a new one goes out when a result comes in.
#ifndef LOAD_CLOSED_LOOP_H
#define LOAD_CLOSED_LOOP_H

#include "requests.h"

typedef struct {
  redisContext *sending;    // XADD, pipelined
  redisContext *receiving;  // BLPOP and LPOP
  Requests *requests;
  size_t in_flight;
  int timeout_seconds;  // without any result
} ClosedLoop;

/// Sends the requests `first ..< end` and takes their results. Returns the seconds it
/// took; stops early where no result came within the limit.
double closed_loop_run(ClosedLoop *loop, size_t first, size_t end);

/// Takes what is left in the result list, without waiting.
void closed_loop_collect(ClosedLoop *loop);

#endif
