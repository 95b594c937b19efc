// load: a closed loop of requests, the demo's where nothing else is said; prints one JSON line of what it measured.
#include "closed_loop.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
  REQUEST_LIMIT = 10000000,
  IN_FLIGHT_LIMIT = 4096,
  TIMEOUT_LIMIT_SECONDS = 600,
  ROLE_LIMIT = 10000,
  HOP_LIMIT = 1000,
  PADDING_LIMIT_BYTES = 16 << 20,
  TRACE_ENTRY_LIMIT = 10000
};

static const char *const USAGE =
    "usage: load --socket PATH --requests N [--in-flight K] [--warmup W] [--expect demo|echo]"
    " [--timeout SECONDS] [--role NAME] [--roles N] [--hops N] [--padding BYTES] [--trace ENTRIES]";

typedef struct {
  const char *socket_path;
  size_t requests, in_flight, warmup;
  Shape shape;
  int timeout_seconds;
} Options;

static size_t parse_number(const char *text, long smallest, long largest) {
  char *end;
  long number = strtol(text, &end, 10);
  if (end == text || *end != '\0' || number < smallest || number > largest)
    fail("'%s' is not in %ld..%ld\n%s", text, smallest, largest, USAGE);
  return (size_t)number;
}

static Expectation parse_expectation(const char *text) {
  if (strcmp(text, "demo") == 0) return EXPECT_DEMO;
  if (strcmp(text, "echo") == 0) return EXPECT_ECHO;
  fail("'%s' is neither demo nor echo\n%s", text, USAGE);
}

static Options parse_options(int argc, char **argv) {
  const struct option names[] = {
      {"socket", required_argument, NULL, 's'},    {"requests", required_argument, NULL, 'n'},
      {"in-flight", required_argument, NULL, 'k'}, {"warmup", required_argument, NULL, 'w'},
      {"expect", required_argument, NULL, 'e'},    {"timeout", required_argument, NULL, 't'},
      {"role", required_argument, NULL, 'r'},      {"roles", required_argument, NULL, 'c'},
      {"hops", required_argument, NULL, 'h'},      {"padding", required_argument, NULL, 'p'},
      {"trace", required_argument, NULL, 'l'},
      {NULL, 0, NULL, 0}};
  Options options = {.in_flight = 1, .timeout_seconds = 10};
  Shape *shape = &options.shape;
  *shape = (Shape){.expectation = EXPECT_DEMO, .role = "manager", .hops = HOPS_OF_A_REQUEST};
  for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (option == 's') options.socket_path = optarg;
    else if (option == 'n') options.requests = parse_number(optarg, 1, REQUEST_LIMIT);
    else if (option == 'k') options.in_flight = parse_number(optarg, 1, IN_FLIGHT_LIMIT);
    else if (option == 'w') options.warmup = parse_number(optarg, 0, REQUEST_LIMIT);
    else if (option == 'e') shape->expectation = parse_expectation(optarg);
    else if (option == 't') options.timeout_seconds = (int)parse_number(optarg, 1, TIMEOUT_LIMIT_SECONDS);
    else if (option == 'r') shape->role = optarg;
    else if (option == 'c') shape->roles = parse_number(optarg, 1, ROLE_LIMIT);
    else if (option == 'h') shape->hops = (long)parse_number(optarg, 1, HOP_LIMIT);
    else if (option == 'p') shape->padding_bytes = parse_number(optarg, 0, PADDING_LIMIT_BYTES);
    else if (option == 'l') shape->trace_entries = parse_number(optarg, 0, TRACE_ENTRY_LIMIT);
    else fail("%s", USAGE);
  }
  if (options.socket_path == NULL || options.requests == 0) fail("%s", USAGE);
  return options;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double percentile_microseconds(const double *sorted, size_t count, double fraction) {
  return count == 0 ? 0 : sorted[(size_t)((double)(count - 1) * fraction)] * 1e6;
}

int main(int argc, char **argv) {
  Options options = parse_options(argc, argv);
  Requests requests;
  requests_create(&requests, options.warmup + options.requests, options.shape);
  ClosedLoop loop = {wire_connect(options.socket_path), wire_connect(options.socket_path), &requests,
                     options.in_flight, options.timeout_seconds};
  closed_loop_run(&loop, 0, options.warmup);
  double cpu_before = cpu_seconds();
  double elapsed = closed_loop_run(&loop, options.warmup, requests.count);
  double cpu = cpu_seconds() - cpu_before;
  closed_loop_collect(&loop);

  double *latencies = malloc(requests.count * sizeof *latencies);
  if (latencies == NULL) fail("no memory for the latencies");
  size_t measured = requests_latencies(&requests, options.warmup, latencies);
  size_t duplicates = requests_duplicates(&requests), missing = requests_missing(&requests);
  printf("{\"requests_per_second\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"duplicates\":%zu,"
         "\"wrong\":%zu,\"missing\":%zu,\"elapsed_seconds\":%.3f,\"cpu_seconds\":%.3f}\n",
         (double)measured / elapsed, percentile_microseconds(latencies, measured, 0.50),
         percentile_microseconds(latencies, measured, 0.99), duplicates, requests.wrong, missing,
         elapsed, cpu);
  return duplicates + requests.wrong + missing > 0;
}
