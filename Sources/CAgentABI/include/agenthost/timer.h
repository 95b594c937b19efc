/* agenthost/timer.h: "agenthost.timer/1", an ability of an agent: it is called
 * again and again, without a message. */
#ifndef AGENTHOST_TIMER_H
#define AGENTHOST_TIMER_H

#include <agenthost/agent.h>

#define AGENTHOST_EXTENSION_TIMER "agenthost.timer/1"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/* Obtained from agenthost_agent_v1.get_extension, once, after `create`. Static,
 * or valid as long as the agent. */
typedef struct agenthost_timer_v1 {
  /* From the end of one call of `fired` to the next, or from the end of `start` to
   * the first; one of a second or more may become half a second longer or shorter,
   * one of five seconds or more two and a half.
   * Asked [loader] after `create` and [agent] just before each call of `fired`, for
   * the wait after that; 0: it is not called any more. */
  uint32_t (*_Nonnull interval_milliseconds)(const agenthost_agent_v1 *agent);

  /* [agent] It is time. Completes `token`, without actions; a failure is logged.
   * Never twice at once. The token is cancelled when the worker ends, or after 30
   * seconds, after which it is not called any more; but for these, `stop` is called
   * when `fired` has completed, and `fired` never after it. */
  void (*_Nonnull fired)(const agenthost_agent_v1 *agent, agenthost_token_v1 token);
} agenthost_timer_v1;

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
