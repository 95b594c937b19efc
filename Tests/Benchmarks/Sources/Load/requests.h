// What is known of every request: when it was sent, and what came back.
#ifndef LOAD_REQUESTS_H
#define LOAD_REQUESTS_H

#include "wire.h"

enum { ENVELOPE_LIMIT = 1024, NAME_BYTES = 128 };

/// What a result's text must be: the demo's (upper-cased and reversed), or the request's own.
typedef enum { EXPECT_DEMO, EXPECT_ECHO } Expectation;

typedef struct {
  double sent;       // monotonic; 0 until sent
  double latency;    // of the first result
  unsigned results;  // how many came back
} Request;

typedef struct {
  Expectation expectation;
  long process_id;
  char result_list[NAME_BYTES];
  char conversation_prefix[NAME_BYTES];  // what stands before the index in a message_id
  size_t count;
  Request *requests;
  size_t wrong;
} Requests;

/// Makes room for `count` requests, none of them sent.
void requests_create(Requests *requests, size_t count, Expectation expectation);

/// Writes the envelope of a request, marks it sent, and returns the envelope's length.
size_t requests_write(Requests *requests, size_t index, char output[ENVELOPE_LIMIT]);

/// Notes a result. Returns true where it is the first of its request.
bool requests_note_result(Requests *requests, Span result, double now);

/// Results beyond the first of a request, and requests without any.
size_t requests_duplicates(const Requests *requests);
size_t requests_missing(const Requests *requests);

/// Sorts the latencies of the requests from `first` on that have a result into
/// `output`; returns how many.
size_t requests_latencies(const Requests *requests, size_t first, double *output);

#endif
