// What is known of every request: when it was sent, and what came back.
#ifndef LOAD_REQUESTS_H
#define LOAD_REQUESTS_H

#include "wire.h"

enum { NAME_BYTES = 128 };

/// What a result's text must be: the demo's (upper-cased and reversed), or the request's own.
typedef enum { EXPECT_DEMO, EXPECT_ECHO } Expectation;

/// What a request is like.
typedef struct {
  Expectation expectation;
  const char *role;      // that a request is sent to
  size_t roles;          // 0: to that one; else to ROLE-1, ROLE-2 up to this number, in turn
  long hops;             // that a right result has behind it
  size_t padding_bytes;  // in the payload, which no agent asks for
  size_t trace_entries;  // that are there already
} Shape;

typedef struct {
  double sent;       // monotonic; 0 until sent
  double latency;    // of the first result
  unsigned results;  // how many came back
} Request;

typedef struct {
  Shape shape;
  long process_id;
  char result_list[NAME_BYTES];
  char conversation_prefix[NAME_BYTES];  // what stands before the index in a message_id
  char *padding, *trace;                 // as they stand in every envelope
  char *envelope;                        // the last one that was written
  size_t envelope_limit;
  size_t count;
  Request *requests;
  size_t wrong;
} Requests;

/// Makes room for `count` requests, none of them sent.
void requests_create(Requests *requests, size_t count, Shape shape);

/// Writes the role that a request is sent to behind `prefix`, and returns the length of both.
size_t requests_write_role(const Requests *requests, size_t index, const char *prefix,
                           char output[NAME_BYTES]);

/// The envelope of a request, which it marks sent. Valid until the next one is written.
Span requests_write(Requests *requests, size_t index);

/// Notes a result. Returns true where it is the first of its request.
bool requests_note_result(Requests *requests, Span result, double now);

/// Results beyond the first of a request, and requests without any.
size_t requests_duplicates(const Requests *requests);
size_t requests_missing(const Requests *requests);

/// Sorts the latencies of the requests from `first` on that have a result into
/// `output`; returns how many.
size_t requests_latencies(const Requests *requests, size_t first, double *output);

#endif
