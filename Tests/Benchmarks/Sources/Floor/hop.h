// One hop of the demo, as bytes: what the agent of a role would have written.
#ifndef FLOOR_HOP_H
#define FLOOR_HOP_H

#include "wire.h"

/// The demo's roles; also the index of a role's stream.
typedef enum { MANAGER, UPPERCASE, REVERSE, RESULT_LIST } Destination;

extern const char *const role_names[ROLE_COUNT];

/// Where a hop's envelope goes, and its bytes.
typedef struct {
  Destination destination;
  Span result_list;
  Span envelope;
} Hop;

/// Splices `envelope` into `output` as the agent of `role` would leave it: routing,
/// kind, stage, one more trace entry and the counters. The text stays as it is.
/// Ends the process on an envelope that is not laid out as the load generator does.
Hop hop_splice(Destination role, const char *agent_id, Span envelope, double started, char *output,
               size_t capacity);

#endif
