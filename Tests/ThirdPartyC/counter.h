/* A thread of the agent's own, which answers when a count's time has come. */
#ifndef COUNTER_H
#define COUNTER_H

#include <agenthost/agent.h>
#include <agenthost/log.h>

#include <pthread.h>
#include <stdbool.h>

struct count;

struct counter {
  const agenthost_host_v1 *host;
  const agenthost_log_v1 *log; /* NULL where the host has none */
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct count *first; /* under the lock, as is what follows */
  bool is_ending;
};

/* In `create` and `destroy`; a cancel may come at any time between them. */
void counter_init(struct counter *counter, const agenthost_host_v1 *host);
void counter_destroy(struct counter *counter);

/* Both return 0, or what pthread said. */
int counter_start(struct counter *counter);
int counter_stop(struct counter *counter); /* what is left is given up */

/* Answers `token` after so many seconds; false when out of memory. */
bool counter_add(struct counter *counter, agenthost_token_v1 token, size_t words, double seconds);

/* Gives up `token`, if it is here. */
void counter_cancel(struct counter *counter, agenthost_token_v1 token);

#endif
