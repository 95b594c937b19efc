#include "worker.h"

#include "batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const BLOCK_MILLISECONDS = "1000";
enum { CONSUMER_BYTES = 128, ID_BYTES = 48 };

typedef struct {
  unsigned long long milliseconds;
  unsigned long long sequence;
} StreamID;

typedef struct {
  const Settings *settings;
  redisContext *connection;
  char consumer[CONSUMER_BYTES];
  StreamID newest[ROLE_COUNT];  // the newest entry seen in each stream
  redisReply *reads[ROLE_COUNT];
  Batch batch;
} Worker;

static void note_newest(StreamID *newest, const redisReply *entry) {
  StreamID id = {0, 0};
  if (sscanf(entry->element[0]->str, "%llu-%llu", &id.milliseconds, &id.sequence) != 2)
    fail("Redis sent '%s' for an entry id", entry->element[0]->str);
  if (id.milliseconds > newest->milliseconds ||
      (id.milliseconds == newest->milliseconds && id.sequence > newest->sequence))
    *newest = id;
}

static void append_reads(Worker *worker) {
  for (int role = 0; role < ROLE_COUNT; role++)
    redisAppendCommand(worker->connection, "XREADGROUP GROUP %s %s COUNT %d STREAMS %s >",
                       group_names[role], worker->consumer, worker->settings->read_count,
                       stream_keys[role]);
}

/// Takes the replies of the reads and makes a batch of them.
static void fill_batch(Worker *worker) {
  batch_clear(&worker->batch);
  for (int role = 0; role < ROLE_COUNT; role++) {
    redisReply *reply = worker->reads[role] = wire_reply(worker->connection);
    double started = wall_clock();
    if (reply->type != REDIS_REPLY_ARRAY) continue;
    redisReply *entries = reply->element[0]->element[1];
    for (size_t index = 0; index < entries->elements; index++) {
      redisReply *entry = entries->element[index];
      redisReply *envelope = entry->element[1]->element[1];
      batch_add(&worker->batch, (Destination)role, worker->consumer,
                (Span){entry->element[0]->str, entry->element[0]->len},
                (Span){envelope->str, envelope->len}, started);
    }
    if (entries->elements > 0)
      note_newest(&worker->newest[role], entries->element[entries->elements - 1]);
  }
}

static void free_reads(Worker *worker) {
  for (int role = 0; role < ROLE_COUNT; role++) freeReplyObject(worker->reads[role]);
}

/// Three groups cannot be waited for in one XREADGROUP; three streams in one XREAD can.
static void wait_for_entries(Worker *worker) {
  Command *command = &worker->batch.command;
  char ids[ROLE_COUNT][ID_BYTES];
  command->count = 0;
  const char *const words[] = {"XREAD", "COUNT", "1", "BLOCK", BLOCK_MILLISECONDS, "STREAMS"};
  for (size_t word = 0; word < sizeof words / sizeof *words; word++)
    command_add_text(command, words[word]);
  for (int role = 0; role < ROLE_COUNT; role++) command_add_text(command, stream_keys[role]);
  for (int role = 0; role < ROLE_COUNT; role++) {
    StreamID newest = worker->newest[role];
    snprintf(ids[role], ID_BYTES, "%llu-%llu", newest.milliseconds, newest.sequence);
    command_add_text(command, ids[role]);
  }
  redisReply *reply =
      wire_call(worker->connection, command->count, command->arguments, command->lengths);
  for (size_t stream = 0; stream < reply->elements; stream++)
    for (int role = 0; role < ROLE_COUNT; role++)
      if (strcmp(reply->element[stream]->element[0]->str, stream_keys[role]) == 0)
        note_newest(&worker->newest[role], reply->element[stream]->element[1]->element[0]);
  freeReplyObject(reply);
}

void *worker_run(void *argument) {
  const WorkerStart *start = argument;
  Worker *worker = calloc(1, sizeof *worker);
  if (worker == NULL) fail("no memory for a worker");
  worker->settings = start->settings;
  worker->connection = wire_connect(start->settings->socket_path);
  char host[CONSUMER_BYTES / 2] = "";
  gethostname(host, sizeof host - 1);
  host[strcspn(host, ".")] = '\0';
  snprintf(worker->consumer, CONSUMER_BYTES, "%s:%d:%d", host, (int)getpid(), start->number);

  append_reads(worker);
  for (;;) {
    fill_batch(worker);
    int total = worker->batch.total;
    if (total > 0)
      batch_append_commit(&worker->batch, worker->connection, worker->settings->script_hash,
                          worker->consumer);
    free_reads(worker);
    if (total == 0) wait_for_entries(worker);
    append_reads(worker);
    // The commit and the reads that follow it share one round trip.
    if (total > 0) batch_check_commit(worker->connection, total);
  }
}
