/* Counts the words of `payload.text`, on a thread of its own; after
 * `payload.seconds`, if there are some, in which it can be cancelled. */
#include "counter.h"
#include "payload.h"

#include <agenthost/note.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

AGENTHOST_NOTE;

#define TEXT(literal) {literal, sizeof(literal) - 1}

struct word_count {
  agenthost_agent_v1 agent; /* first: the host's pointer is ours */
  struct counter counter;
};

static struct word_count *ours(const agenthost_agent_v1 *agent) { return (struct word_count *)agent; }

/* Ends a call of start or stop, by what pthread said. */
static void end(const agenthost_host_v1 *host, agenthost_token_v1 token, int failure) {
  if (failure == 0) {
    host->complete(host, token, NULL, 0);
  } else {
    const char *why = strerror(failure);
    host->fail(host, token, (agenthost_text_v1){why, strlen(why)});
  }
}

static void start(const agenthost_agent_v1 *agent, agenthost_token_v1 token) {
  struct counter *counter = &ours(agent)->counter;
  end(counter->host, token, counter_start(counter));
}

static void stop(const agenthost_agent_v1 *agent, agenthost_token_v1 token) {
  struct counter *counter = &ours(agent)->counter;
  end(counter->host, token, counter_stop(counter));
}

/* The message is borrowed: what is needed of it is taken before this returns. */
static void process(const agenthost_agent_v1 *agent, agenthost_token_v1 token,
                    const agenthost_message_v1 *message) {
  static const agenthost_text_v1 no_text = TEXT("there is no text to count words in");
  static const agenthost_text_v1 no_memory = TEXT("out of memory");
  struct counter *counter = &ours(agent)->counter;
  agenthost_text_v1 text, number;
  double seconds = 0;
  if (!payload_value(message->payload, "text", &text)) {
    counter->host->fail(counter->host, token, no_text);
    return;
  }
  if (payload_value(message->payload, "seconds", &number)) seconds = payload_number(number);
  /* No longer than the host waits; a cancel that came before this call was not seen. */
  if (!(seconds <= message->timeout_seconds)) seconds = message->timeout_seconds;
  if (!(seconds > 0)) seconds = 0;
  if (seconds > 0 && counter->log != NULL) {
    char line[64];
    int length = snprintf(line, sizeof line, "word_count: waits for %g s", seconds);
    counter->log->write(counter->host, token, AGENTHOST_LOG_INFO, (agenthost_text_v1){line, (size_t)length});
  }
  if (!counter_add(counter, token, payload_words(text), seconds)) {
    counter->host->fail(counter->host, token, no_memory);
  }
}

static void cancel(const agenthost_agent_v1 *agent, agenthost_token_v1 token) {
  counter_cancel(&ours(agent)->counter, token);
}

static void destroy(const agenthost_agent_v1 *agent) {
  counter_destroy(&ours(agent)->counter);
  free(ours(agent));
}

static const void *no_agent_extension(const agenthost_agent_v1 *agent, const char *id) {
  (void)agent, (void)id;
  return NULL;
}

static uint32_t count(const agenthost_factory_v1 *factory) {
  (void)factory;
  return 1;
}

static const agenthost_descriptor_v1 *descriptor(const agenthost_factory_v1 *factory, uint32_t index) {
  static const agenthost_descriptor_v1 word_count = {
      .role = TEXT("word_count"), .name = TEXT("WordCount"), .version = TEXT("1.0")};
  (void)factory;
  return index == 0 ? &word_count : NULL;
}

static const agenthost_agent_v1 *create(const agenthost_factory_v1 *factory, uint32_t index,
                                        const agenthost_host_v1 *host, agenthost_text_v1 *why) {
  static const agenthost_text_v1 no_such_agent = TEXT("WordCount has one agent, at index 0");
  static const agenthost_text_v1 no_memory = TEXT("out of memory");
  (void)factory;
  struct word_count *made = index == 0 ? calloc(1, sizeof *made) : NULL;
  if (made == NULL) {
    *why = index == 0 ? no_memory : no_such_agent;
    return NULL;
  }
  made->agent = (agenthost_agent_v1){NULL, start, process, cancel, stop, destroy, no_agent_extension};
  counter_init(&made->counter, host);
  return &made->agent;
}

static const void *no_extension(const char *id) {
  (void)id;
  return NULL;
}

const agenthost_entry_v1 *agent_plugin_entry(void) {
  static const agenthost_factory_v1 factory = {NULL, count, descriptor, create};
  static const agenthost_entry_v1 entry = {AGENTHOST_DRAFT, 0, &factory, no_extension};
  return &entry;
}
