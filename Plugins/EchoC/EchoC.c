/* An agent in C: answers every message of role "echo" with its own payload. */
#include <agenthost/agent.h>
#include <agenthost/note.h>

#include <stdlib.h>

AGENTHOST_NOTE;

#define TEXT(literal) {literal, sizeof(literal) - 1}

struct echo {
  agenthost_agent_v1 agent; /* first: the host's pointer is ours */
  const agenthost_host_v1 *host;
};

static const agenthost_host_v1 *host_of(const agenthost_agent_v1 *agent) {
  return ((const struct echo *)agent)->host;
}

static void start_or_stop(const agenthost_agent_v1 *agent, agenthost_token_v1 token) {
  const agenthost_host_v1 *host = host_of(agent);
  host->complete(host, token, NULL, 0);
}

static void process(const agenthost_agent_v1 *agent, agenthost_token_v1 token,
                    const agenthost_message_v1 *message) {
  (void)message; /* KEEP: the payload goes back as it came */
  const agenthost_host_v1 *host = host_of(agent);
  const agenthost_action_v1 reply = {.verb = AGENTHOST_REPLY, .payload_mode = AGENTHOST_PAYLOAD_KEEP};
  host->complete(host, token, &reply, 1);
}

static void cancel(const agenthost_agent_v1 *agent, agenthost_token_v1 token) {
  (void)agent, (void)token; /* process has completed before it returns */
}

static void destroy(const agenthost_agent_v1 *agent) { free((void *)agent); }

static const void *no_agent_extension(const agenthost_agent_v1 *agent, const char *id) {
  (void)agent, (void)id;
  return NULL;
}

static uint32_t count(const agenthost_factory_v1 *factory) {
  (void)factory;
  return 1;
}

static const agenthost_descriptor_v1 *descriptor(const agenthost_factory_v1 *factory, uint32_t index) {
  static const agenthost_descriptor_v1 echo = {.role = TEXT("echo"), .name = TEXT("EchoC")};
  (void)factory;
  return index == 0 ? &echo : NULL;
}

static const agenthost_agent_v1 *create(const agenthost_factory_v1 *factory, uint32_t index,
                                        const agenthost_host_v1 *host, agenthost_text_v1 *why) {
  static const agenthost_text_v1 no_such_agent = TEXT("EchoC has one agent, at index 0");
  static const agenthost_text_v1 no_memory = TEXT("out of memory");
  static const agenthost_agent_v1 functions = {
      NULL, start_or_stop, process, cancel, start_or_stop, destroy, no_agent_extension};
  (void)factory;
  if (index != 0) {
    *why = no_such_agent;
    return NULL;
  }
  struct echo *echo = malloc(sizeof *echo);
  if (echo == NULL) {
    *why = no_memory;
    return NULL;
  }
  echo->agent = functions;
  echo->host = host;
  return &echo->agent;
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
