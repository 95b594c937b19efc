/* agenthost/log.h: "agenthost.log/1", lines in the host's log. */
#ifndef AGENTHOST_LOG_H
#define AGENTHOST_LOG_H

#include <agenthost/agent.h>

#define AGENTHOST_EXTENSION_LOG "agenthost.log/1"

#define AGENTHOST_LOG_DEBUG 1u
#define AGENTHOST_LOG_INFO 2u
#define AGENTHOST_LOG_WARNING 3u
#define AGENTHOST_LOG_ERROR 4u

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/* Obtained from agenthost_host_v1.get_extension. */
typedef struct agenthost_log_v1 {
  /* [any] Writes one line, marked with the agent. `token` is the message it
   * belongs to, or 0. Control characters are escaped, long text is cut. */
  void (*_Nonnull write)(const agenthost_host_v1 *host, agenthost_token_v1 token, uint32_t level,
                         agenthost_text_v1 text);
} agenthost_log_v1;

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
