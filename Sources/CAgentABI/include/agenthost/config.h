/* agenthost/config.h: "agenthost.config/1", what the host's operator says to an
 * agent in the file beside its library. */
#ifndef AGENTHOST_CONFIG_H
#define AGENTHOST_CONFIG_H

#include <agenthost/agent.h>

#define AGENTHOST_EXTENSION_CONFIG "agenthost.config/1"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/* Obtained from agenthost_host_v1.get_extension, from `create` on. What both give
 * stays the same, and valid as long as the host: other settings make another
 * agent. */
typedef struct agenthost_config_v1 {
  /* [any] One JSON object, strict; "{}" where nothing is said. */
  agenthost_text_v1 (*_Nonnull json)(const agenthost_host_v1 *host);

  /* [any] The role that the agent serves: its descriptor's, or what the operator
   * calls it. */
  agenthost_text_v1 (*_Nonnull role)(const agenthost_host_v1 *host);
} agenthost_config_v1;

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
