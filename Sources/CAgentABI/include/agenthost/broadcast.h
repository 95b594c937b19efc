/* agenthost/broadcast.h: "agenthost.broadcast/1", an ability of an agent: it
 * hears what is said to all agents of its role, and to all there are. */
#ifndef AGENTHOST_BROADCAST_H
#define AGENTHOST_BROADCAST_H

#include <agenthost/agent.h>

#define AGENTHOST_EXTENSION_BROADCAST "agenthost.broadcast/1"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/* Obtained from agenthost_agent_v1.get_extension, once, after `create`. Static,
 * or valid as long as the agent. */
typedef struct agenthost_broadcast_v1 {
  /* [agent] One broadcast, with nothing to complete. The calls for one agent come
   * in order, one at a time, from the end of `start` to the call of `stop`. `role`
   * is whom it is for; empty for all. Both texts are borrowed. Who does not keep up
   * misses some: the host keeps a limited number of them. */
  void (*_Nonnull received)(const agenthost_agent_v1 *agent, agenthost_text_v1 role,
                            agenthost_text_v1 text);
} agenthost_broadcast_v1;

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
