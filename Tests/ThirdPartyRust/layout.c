/* Prints how the C compiler lays out the contract's headers, for `src/bin/layout.rs` to be held against. */
#include <agenthost/agent.h>
#include <agenthost/log.h>
#include <agenthost/note.h>

#include <stddef.h>
#include <stdio.h>

typedef struct agenthost_note_v1 agenthost_note_v1;

#define STRUCT(type) printf("%s %zu\n", #type, sizeof(type))
#define FIELD(type, field) \
  printf("%s.%s %zu %zu\n", #type, #field, offsetof(type, field), sizeof(((type *)0)->field))

static void messages(void) {
  STRUCT(agenthost_text_v1);
  FIELD(agenthost_text_v1, bytes);
  FIELD(agenthost_text_v1, length);
  STRUCT(agenthost_message_v1);
  FIELD(agenthost_message_v1, conversation_id);
  FIELD(agenthost_message_v1, message_id);
  FIELD(agenthost_message_v1, sender_role);
  FIELD(agenthost_message_v1, sender_agent_id);
  FIELD(agenthost_message_v1, kind);
  FIELD(agenthost_message_v1, payload);
  FIELD(agenthost_message_v1, timeout_seconds);
  FIELD(agenthost_message_v1, process_count);
  FIELD(agenthost_message_v1, deliveries);
  STRUCT(agenthost_action_v1);
  FIELD(agenthost_action_v1, verb);
  FIELD(agenthost_action_v1, target);
  FIELD(agenthost_action_v1, payload_mode);
  FIELD(agenthost_action_v1, delay_milliseconds);
  FIELD(agenthost_action_v1, address);
  FIELD(agenthost_action_v1, kind);
  FIELD(agenthost_action_v1, payload);
  FIELD(agenthost_action_v1, error_code);
  FIELD(agenthost_action_v1, error_message);
}

static void calls(void) {
  STRUCT(agenthost_host_v1);
  FIELD(agenthost_host_v1, context);
  FIELD(agenthost_host_v1, version);
  FIELD(agenthost_host_v1, complete);
  FIELD(agenthost_host_v1, fail);
  FIELD(agenthost_host_v1, get_extension);
  STRUCT(agenthost_agent_v1);
  FIELD(agenthost_agent_v1, context);
  FIELD(agenthost_agent_v1, start);
  FIELD(agenthost_agent_v1, process);
  FIELD(agenthost_agent_v1, cancel);
  FIELD(agenthost_agent_v1, stop);
  FIELD(agenthost_agent_v1, destroy);
  FIELD(agenthost_agent_v1, get_extension);
}

static void library(void) {
  STRUCT(agenthost_descriptor_v1);
  FIELD(agenthost_descriptor_v1, role);
  FIELD(agenthost_descriptor_v1, name);
  FIELD(agenthost_descriptor_v1, version);
  FIELD(agenthost_descriptor_v1, concurrency);
  FIELD(agenthost_descriptor_v1, reserved);
  STRUCT(agenthost_factory_v1);
  FIELD(agenthost_factory_v1, context);
  FIELD(agenthost_factory_v1, count);
  FIELD(agenthost_factory_v1, descriptor);
  FIELD(agenthost_factory_v1, create);
  STRUCT(agenthost_entry_v1);
  FIELD(agenthost_entry_v1, draft);
  FIELD(agenthost_entry_v1, reserved);
  FIELD(agenthost_entry_v1, factory);
  FIELD(agenthost_entry_v1, get_extension);
  STRUCT(agenthost_log_v1);
  FIELD(agenthost_log_v1, write);
  STRUCT(agenthost_note_v1);
  FIELD(agenthost_note_v1, name_size);
  FIELD(agenthost_note_v1, description_size);
  FIELD(agenthost_note_v1, type);
  FIELD(agenthost_note_v1, name);
  FIELD(agenthost_note_v1, draft);
  FIELD(agenthost_note_v1, sdk);
  FIELD(agenthost_note_v1, toolchain);
  FIELD(agenthost_note_v1, flags);
}

int main(void) {
  messages();
  calls();
  library();
  printf("draft %u, note %u\n", AGENTHOST_DRAFT, AGENTHOST_NOTE_TYPE);
  printf("verbs %u %u %u %u, targets %u %u %u\n", AGENTHOST_REPLY, AGENTHOST_FORWARD, AGENTHOST_SEND,
         AGENTHOST_RETRY, AGENTHOST_TO_ROLE, AGENTHOST_TO_AGENT, AGENTHOST_TO_RESULT_LIST);
  printf("payloads %u %u %u\n", AGENTHOST_PAYLOAD_KEEP, AGENTHOST_PAYLOAD_MERGE, AGENTHOST_PAYLOAD_REPLACE);
  printf("log %s\\x00 %u %u %u %u\n", AGENTHOST_EXTENSION_LOG, AGENTHOST_LOG_DEBUG, AGENTHOST_LOG_INFO,
         AGENTHOST_LOG_WARNING, AGENTHOST_LOG_ERROR);
  return 0;
}
