/* agenthost/observer.h: "agenthost.observer/1", an ability of an agent: it
 * watches others, and is stopped when they have been. */
#ifndef AGENTHOST_OBSERVER_H
#define AGENTHOST_OBSERVER_H

#include <agenthost/agent.h>

#define AGENTHOST_EXTENSION_OBSERVER "agenthost.observer/1"

/* Obtained from agenthost_agent_v1.get_extension, once, after `create`. That it is
 * there says all: at the end of its worker the agent's `stop` is called after all
 * agents that are no observers have ended. */
typedef struct agenthost_observer_v1 {
  uint32_t reserved; /* 0 */
} agenthost_observer_v1;

#endif
