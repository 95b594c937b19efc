/* The layout of the contract, held at compile time: a change here is a change
 * of the draft number. */
#include <agenthost/agent.h>
#include <agenthost/broadcast.h>
#include <agenthost/config.h>
#include <agenthost/log.h>
#include <agenthost/note.h>
#include <agenthost/observer.h>
#include <agenthost/session.h>
#include <agenthost/threads.h>
#include <agenthost/timer.h>

_Static_assert(sizeof(void *) == 8, "agenthost runs on 64-bit systems");
_Static_assert(sizeof(agenthost_text_v1) == 16, "text");
_Static_assert(sizeof(agenthost_message_v1) == 112, "message");
_Static_assert(sizeof(agenthost_action_v1) == 96, "action");
_Static_assert(sizeof(agenthost_host_v1) == 48, "host");
_Static_assert(sizeof(agenthost_agent_v1) == 56, "agent");
_Static_assert(sizeof(agenthost_descriptor_v1) == 56, "descriptor");
_Static_assert(sizeof(agenthost_factory_v1) == 32, "factory");
_Static_assert(sizeof(agenthost_entry_v1) == 24, "entry");
_Static_assert(sizeof(agenthost_threads_v1) == 8, "threads");
_Static_assert(sizeof(agenthost_log_v1) == 8, "log");
_Static_assert(sizeof(agenthost_config_v1) == 16, "config");
_Static_assert(sizeof(agenthost_session_v1) == 32, "session");
_Static_assert(sizeof(agenthost_broadcast_v1) == 8, "broadcast");
_Static_assert(sizeof(agenthost_timer_v1) == 16, "timer");
_Static_assert(sizeof(agenthost_observer_v1) == 4, "observer");
_Static_assert(sizeof(struct agenthost_note_v1) == 36, "note");
