// One of the floor's overlapping batches: a consumer of its own in all three groups.
#ifndef FLOOR_WORKER_H
#define FLOOR_WORKER_H

/// What all workers share.
typedef struct {
  const char *socket_path;
  const char *script_hash;
  int read_count;  // entries asked of each stream in a round
} Settings;

/// One worker's settings and its number, from 1.
typedef struct {
  const Settings *settings;
  int number;
} WorkerStart;

/// A thread's body: serves the three roles until the process ends. `start` is a WorkerStart.
void *worker_run(void *start);

#endif
