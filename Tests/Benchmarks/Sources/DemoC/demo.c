/* The demo's three agents in C, with the floor's logic: what is measured with them is the host. */
#include <agenthost/agent.h>
#include <agenthost/note.h>

#include <stdlib.h>
#include <string.h>

AGENTHOST_NOTE;

#define TEXT(literal) {literal, sizeof(literal) - 1}

enum { MANAGER, UPPERCASE, REVERSE, ROLE_COUNT };

struct agent {
  agenthost_agent_v1 functions; /* first: the host's pointer is ours */
  const agenthost_host_v1 *host;
  uint32_t role;
};

static const struct agent *agent_of(const agenthost_agent_v1 *agent) { return (const struct agent *)agent; }

static void start_or_stop(const agenthost_agent_v1 *agent, agenthost_token_v1 token) {
  const agenthost_host_v1 *host = agent_of(agent)->host;
  host->complete(host, token, NULL, 0);
}

static int has_stage(agenthost_text_v1 payload, const char *stage) {
  return memmem(payload.bytes, payload.length, stage, strlen(stage)) != NULL;
}

/* As the floor has it: by the stage in the payload, from role to role, and then to the caller. */
static agenthost_action_v1 manage(agenthost_text_v1 payload) {
  static const agenthost_action_v1 to_uppercase = {
      .verb = AGENTHOST_FORWARD, .target = AGENTHOST_TO_ROLE, .payload_mode = AGENTHOST_PAYLOAD_MERGE,
      .address = TEXT("uppercase"), .payload = TEXT("{\"stage\":\"upper\"}")};
  static const agenthost_action_v1 to_reverse = {
      .verb = AGENTHOST_FORWARD, .target = AGENTHOST_TO_ROLE, .payload_mode = AGENTHOST_PAYLOAD_MERGE,
      .address = TEXT("reverse"), .payload = TEXT("{\"stage\":\"reverse\"}")};
  static const agenthost_action_v1 to_caller = {
      .verb = AGENTHOST_FORWARD, .target = AGENTHOST_TO_RESULT_LIST, .payload_mode = AGENTHOST_PAYLOAD_KEEP};
  if (has_stage(payload, "\"stage\":\"start\"")) return to_uppercase;
  if (has_stage(payload, "\"stage\":\"upper\"")) return to_reverse;
  return to_caller;
}

static void process(const agenthost_agent_v1 *agent, agenthost_token_v1 token,
                    const agenthost_message_v1 *message) {
  const struct agent *self = agent_of(agent);
  agenthost_action_v1 action = {.verb = AGENTHOST_REPLY, .payload_mode = AGENTHOST_PAYLOAD_KEEP};
  if (self->role == MANAGER) action = manage(message->payload);
  self->host->complete(self->host, token, &action, 1);
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
  return ROLE_COUNT;
}

static const agenthost_descriptor_v1 *descriptor(const agenthost_factory_v1 *factory, uint32_t index) {
  static const agenthost_descriptor_v1 descriptors[ROLE_COUNT] = {
      {.role = TEXT("manager"), .name = TEXT("ManagerC")},
      {.role = TEXT("uppercase"), .name = TEXT("UppercaseC")},
      {.role = TEXT("reverse"), .name = TEXT("ReverseC")}};
  (void)factory;
  return index < ROLE_COUNT ? &descriptors[index] : NULL;
}

static const agenthost_agent_v1 *create(const agenthost_factory_v1 *factory, uint32_t index,
                                        const agenthost_host_v1 *host, agenthost_text_v1 *why) {
  static const agenthost_text_v1 no_such_agent = TEXT("DemoC has three agents, at 0 to 2");
  static const agenthost_text_v1 no_memory = TEXT("out of memory");
  static const agenthost_agent_v1 functions = {
      NULL, start_or_stop, process, cancel, start_or_stop, destroy, no_agent_extension};
  (void)factory;
  if (index >= ROLE_COUNT) {
    *why = no_such_agent;
    return NULL;
  }
  struct agent *agent = malloc(sizeof *agent);
  if (agent == NULL) {
    *why = no_memory;
    return NULL;
  }
  *agent = (struct agent){functions, host, index};
  return &agent->functions;
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
