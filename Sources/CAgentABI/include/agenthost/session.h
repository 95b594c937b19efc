/* agenthost/session.h: "agenthost.session/1", the host's life, which is longer
 * than a worker's and an agent's. */
#ifndef AGENTHOST_SESSION_H
#define AGENTHOST_SESSION_H

#include <agenthost/agent.h>

#define AGENTHOST_EXTENSION_SESSION "agenthost.session/1"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/* Obtained from agenthost_host_v1.get_extension, from `create` on. All text stays
 * the same, and valid as long as the host. */
typedef struct agenthost_session_v1 {
  /* [any] Names the session. Agents of one host that replace each other, whatever
   * became of their workers, find the same. */
  agenthost_text_v1 (*_Nonnull id)(const agenthost_host_v1 *host);

  /* [any] When it began, in seconds since 1970. */
  double (*_Nonnull began)(const agenthost_host_v1 *host);

  /* [any] 1 when the host has been told to end; 0 as long as another agent may come
   * after this one, as when its code or its worker is replaced. */
  int32_t (*_Nonnull is_ending)(const agenthost_host_v1 *host);

  /* [any] What the host is set to: the value of a setting by its variable's name,
   * for example "REPORT_INTERVAL_SECONDS". Empty for one that is not set, that this
   * host does not know, or that says how to reach the server. */
  agenthost_text_v1 (*_Nonnull setting)(const agenthost_host_v1 *host, const char *name);
} agenthost_session_v1;

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
