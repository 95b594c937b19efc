#include "counter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT(literal) ((agenthost_text_v1){literal, sizeof(literal) - 1})

struct count {
  struct count *next;
  agenthost_token_v1 token;
  size_t words;
  struct timespec due;
  bool is_given_up;
};

static struct timespec seconds_from_now(double seconds) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_sec += (time_t)seconds;
  time.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
  if (time.tv_nsec >= 1000000000) time.tv_sec++, time.tv_nsec -= 1000000000;
  return time;
}

static bool is_before(struct timespec one, struct timespec other) {
  return one.tv_sec != other.tv_sec ? one.tv_sec < other.tv_sec : one.tv_nsec < other.tv_nsec;
}

static void answer(const struct counter *counter, const struct count *count) {
  const agenthost_host_v1 *host = counter->host;
  if (count->is_given_up) {
    if (counter->log != NULL) {
      counter->log->write(host, count->token, AGENTHOST_LOG_INFO, TEXT("word_count: given up"));
    }
    host->fail(host, count->token, TEXT("the count was given up"));
    return;
  }
  char payload[64];
  int length = snprintf(payload, sizeof payload, "{\"text\":\"%zu words\"}", count->words);
  const agenthost_action_v1 reply = {.verb = AGENTHOST_REPLY,
                                     .payload_mode = AGENTHOST_PAYLOAD_MERGE,
                                     .payload = {payload, (size_t)length}};
  host->complete(host, count->token, &reply, 1);
}

/* Takes out what can be answered; NULL where nothing can, with what to wait for next, if anything. */
static struct count *take_next(struct counter *counter, const struct count **earliest) {
  struct timespec now = seconds_from_now(0);
  *earliest = NULL;
  for (struct count **place = &counter->first; *place != NULL; place = &(*place)->next) {
    struct count *count = *place;
    if (counter->is_ending) count->is_given_up = true;
    if (count->is_given_up || !is_before(now, count->due)) {
      *place = count->next;
      return count;
    }
    if (*earliest == NULL || is_before(count->due, (*earliest)->due)) *earliest = count;
  }
  return NULL;
}

static void *run(void *context) {
  struct counter *counter = context;
  const struct count *earliest;
  pthread_mutex_lock(&counter->lock);
  for (;;) {
    struct count *count = take_next(counter, &earliest);
    if (count != NULL) {
      /* Not under the lock: the host may call `cancel` meanwhile. */
      pthread_mutex_unlock(&counter->lock);
      answer(counter, count);
      free(count);
      pthread_mutex_lock(&counter->lock);
    } else if (earliest != NULL) {
      struct timespec due = earliest->due;
      pthread_cond_timedwait(&counter->changed, &counter->lock, &due);
    } else if (counter->is_ending) {
      break;
    } else {
      pthread_cond_wait(&counter->changed, &counter->lock);
    }
  }
  pthread_mutex_unlock(&counter->lock);
  return NULL;
}

void counter_init(struct counter *counter, const agenthost_host_v1 *host) {
  pthread_condattr_t attributes;
  counter->host = host;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&counter->lock, NULL);
  pthread_cond_init(&counter->changed, &attributes);
  pthread_condattr_destroy(&attributes);
}

void counter_destroy(struct counter *counter) {
  pthread_cond_destroy(&counter->changed);
  pthread_mutex_destroy(&counter->lock);
}

int counter_start(struct counter *counter) {
  counter->log = counter->host->get_extension(counter->host, AGENTHOST_EXTENSION_LOG);
  return pthread_create(&counter->thread, NULL, run, counter);
}

int counter_stop(struct counter *counter) {
  pthread_mutex_lock(&counter->lock);
  counter->is_ending = true;
  pthread_cond_signal(&counter->changed);
  pthread_mutex_unlock(&counter->lock);
  return pthread_join(counter->thread, NULL);
}

bool counter_add(struct counter *counter, agenthost_token_v1 token, size_t words, double seconds) {
  struct count *count = malloc(sizeof *count);
  if (count == NULL) return false;
  *count = (struct count){.token = token, .words = words, .due = seconds_from_now(seconds)};
  pthread_mutex_lock(&counter->lock);
  count->next = counter->first;
  counter->first = count;
  pthread_cond_signal(&counter->changed);
  pthread_mutex_unlock(&counter->lock);
  return true;
}

void counter_cancel(struct counter *counter, agenthost_token_v1 token) {
  pthread_mutex_lock(&counter->lock);
  for (struct count *count = counter->first; count != NULL; count = count->next) {
    if (count->token == token) count->is_given_up = true;
  }
  pthread_cond_signal(&counter->changed);
  pthread_mutex_unlock(&counter->lock);
}
