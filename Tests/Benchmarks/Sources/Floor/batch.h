// The deliveries of one round and their commit: one call of the host's fenced script.
#ifndef FLOOR_BATCH_H
#define FLOOR_BATCH_H

#include "command.h"
#include "hop.h"

enum {
  READ_LIMIT = 256,  // entries of one stream in a round
  BATCH_LIMIT = ROLE_COUNT * READ_LIMIT,
  ENVELOPE_LIMIT = 8192,
  RESULT_LIST_TTL_SECONDS = 3600,
  REQUEST_TTL_SECONDS = 900,
  REQUEST_KEY_LIMIT = 128,
};

extern const char *const stream_keys[ROLE_COUNT];
extern const char *const group_names[ROLE_COUNT];

/// One entry that was read, and what became of it.
typedef struct {
  Span id;
  Hop hop;
  int result_key;   // index in `result_lists`, or -1
  int request_key;  // index in `requests`, or -1
} Delivery;

/// Deliveries in the order of the streams; ids and result lists borrow from the replies.
typedef struct {
  int counts[ROLE_COUNT];
  int total;
  Delivery deliveries[BATCH_LIMIT];
  int result_list_count;
  Span result_lists[BATCH_LIMIT];
  int request_count;
  char requests[BATCH_LIMIT][REQUEST_KEY_LIMIT];
  char envelopes[BATCH_LIMIT][ENVELOPE_LIMIT];
  Command command;
} Batch;

void batch_clear(Batch *batch);

/// Processes an entry of the stream of `role`; streams come in ascending order.
void batch_add(Batch *batch, Destination role, const char *agent_id, Span id, Span envelope,
               double started);

/// Buffers the commit of the batch on `connection`; nothing of the batch is needed after it.
void batch_append_commit(Batch *batch, redisContext *connection, const char *script_hash,
                         const char *consumer);

/// Reads the commit's reply; ends the process where an entry was not done.
void batch_check_commit(redisContext *connection, int expected);

#endif
