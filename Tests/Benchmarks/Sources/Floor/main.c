// floor: the demo's five hops without logic, as fast as plain C does them with the
// host's own commit script. What the host takes beyond it is the host's cost.
#include "batch.h"
#include "worker.h"

#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKER_LIMIT = 16, SCRIPT_LIMIT = 65536 };

static const char *const USAGE =
    "usage: floor --socket PATH --script commit.lua [--batches 1..16] [--count 1..256]";

static void create_groups(redisContext *connection) {
  for (int role = 0; role < ROLE_COUNT; role++) {
    redisReply *reply = redisCommand(connection, "XGROUP CREATE %s %s 0 MKSTREAM", stream_keys[role],
                                     group_names[role]);
    if (reply == NULL) fail("connection lost: %s", connection->errstr);
    if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "BUSYGROUP", 9) != 0)
      fail("cannot create %s: %s", group_names[role], reply->str);
    freeReplyObject(reply);
  }
}

static char *load_script(redisContext *connection, const char *path) {
  static char text[SCRIPT_LIMIT];
  FILE *file = fopen(path, "r");
  if (file == NULL) fail("cannot read the script %s", path);
  size_t length = fread(text, 1, sizeof text, file);
  fclose(file);
  if (length == sizeof text) fail("the script %s is longer than %d bytes", path, SCRIPT_LIMIT);
  const char *arguments[] = {"SCRIPT", "LOAD", text};
  const size_t lengths[] = {6, 4, length};
  redisReply *reply = wire_call(connection, 3, arguments, lengths);
  char *hash = strdup(reply->str);
  freeReplyObject(reply);
  return hash;
}

static int parse_number(const char *text, int limit) {
  char *end;
  long number = strtol(text, &end, 10);
  if (*end != '\0' || number < 1 || number > limit) fail("'%s' is not in 1..%d\n%s", text, limit, USAGE);
  return (int)number;
}

int main(int argc, char **argv) {
  const struct option options[] = {{"socket", required_argument, NULL, 's'},
                                   {"script", required_argument, NULL, 'l'},
                                   {"batches", required_argument, NULL, 'b'},
                                   {"count", required_argument, NULL, 'c'},
                                   {NULL, 0, NULL, 0}};
  Settings settings = {.read_count = READ_LIMIT};
  const char *script = NULL;
  int batches = 1;
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == 's') settings.socket_path = optarg;
    else if (option == 'l') script = optarg;
    else if (option == 'b') batches = parse_number(optarg, WORKER_LIMIT);
    else if (option == 'c') settings.read_count = parse_number(optarg, READ_LIMIT);
    else fail("%s", USAGE);
  }
  if (settings.socket_path == NULL || script == NULL) fail("%s", USAGE);

  redisContext *connection = wire_connect(settings.socket_path);
  create_groups(connection);
  settings.script_hash = load_script(connection, script);
  redisFree(connection);

  pthread_t threads[WORKER_LIMIT];
  WorkerStart starts[WORKER_LIMIT];
  for (int worker = 0; worker < batches; worker++) {
    starts[worker] = (WorkerStart){&settings, worker + 1};
    if (pthread_create(&threads[worker], NULL, worker_run, &starts[worker]) != 0)
      fail("cannot start worker %d", worker + 1);
  }
  pthread_join(threads[0], NULL);
  return 1;
}
