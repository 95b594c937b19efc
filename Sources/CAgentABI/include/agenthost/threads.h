/* agenthost/threads.h: "agenthost.threads/1", the plugin's own threads. Work
 * handed over here runs beside the host's own loop and cannot starve it. */
#ifndef AGENTHOST_THREADS_H
#define AGENTHOST_THREADS_H

#include <agenthost/agent.h>

#define AGENTHOST_EXTENSION_THREADS "agenthost.threads/1"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/* Obtained from agenthost_host_v1.get_extension. */
typedef struct agenthost_threads_v1 {
  /* [any] Calls run(context, job) once on one of the plugin's threads, in the
   * order of the calls. Both pointers belong to the caller and are only handed
   * back. `token` is the call that the work is part of, or 0: should the work
   * take the process down, it is that message which is called to account. Work
   * that is still queued when the agents are destroyed runs too. */
  void (*_Nonnull enqueue)(const agenthost_host_v1 *host, agenthost_token_v1 token,
                           void (*_Nonnull run)(void *_Nullable context, void *_Nullable job),
                           void *_Nullable context, void *_Nullable job);
} agenthost_threads_v1;

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
