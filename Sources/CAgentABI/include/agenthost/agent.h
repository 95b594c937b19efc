/* agenthost/agent.h: the contract between the host and an agent library.
 *
 *   agent_plugin_entry() -> entry -> factory -> N descriptors
 *   create (no I/O) -> start -> process ... process -> stop -> destroy
 *
 * DRAFT: the number below changes with every change of layout, and a library
 * built for another number is refused before it is loaded. Once published,
 * names that end in _v1 are frozen for ever: growth is a new struct name or a
 * new extension id, never a new field.
 *
 * Rules that hold everywhere
 *   Text     UTF-8, pointer and length, no terminator. Borrowed: valid until
 *            the function it was passed to returns, unless said otherwise.
 *   Memory   freed by the side that allocated it.
 *   Threads  [loader]  one thread of the host, one call at a time
 *            [agent]   one of the plugin's own threads; calls may overlap
 *            [any]     any thread, at any time
 *   Errors   nothing is thrown or unwound across this boundary.
 */
#ifndef AGENTHOST_AGENT_H
#define AGENTHOST_AGENT_H

#include <stddef.h>
#include <stdint.h>

#define AGENTHOST_DRAFT 3u

#ifdef __clang__
#pragma clang assume_nonnull begin
#else
#define _Nullable
#define _Nonnull
#endif

/* Borrowed UTF-8. `bytes` may be NULL only when `length` is 0. */
typedef struct agenthost_text_v1 {
  const char *_Nullable bytes;
  size_t length;
} agenthost_text_v1;

/* Names one call of start, process or stop until it is completed. Never 0,
 * never reused within a host: a late or repeated completion is refused. */
typedef uint64_t agenthost_token_v1;

/* A message, as fields and payload. All text is borrowed until `process` returns. */
typedef struct agenthost_message_v1 {
  agenthost_text_v1 conversation_id;
  agenthost_text_v1 message_id;
  agenthost_text_v1 sender_role;
  agenthost_text_v1 sender_agent_id;
  agenthost_text_v1 kind;    /* "task", "result", "control" or "status" */
  agenthost_text_v1 payload; /* one JSON object */
  double timeout_seconds;    /* the host cancels the token after this long */
  uint32_t process_count;    /* agents that have worked on it before */
  uint32_t deliveries;       /* 1 at first; more after a crash or a lost host */
} agenthost_message_v1;

/* agenthost_action_v1.verb */
#define AGENTHOST_REPLY 1u   /* back to who sent it; target and address unused */
#define AGENTHOST_FORWARD 2u /* the same message, on to `target` */
#define AGENTHOST_SEND 3u    /* a new message of the same conversation, to `target` */
#define AGENTHOST_RETRY 4u   /* the same message, again to an agent of this role; target, address, kind
                                and payload unused; the error, if any, is noted in its trace */

/* agenthost_action_v1.target */
#define AGENTHOST_TO_ROLE 1u        /* address: a role */
#define AGENTHOST_TO_AGENT 2u       /* address: an agent id */
#define AGENTHOST_TO_RESULT_LIST 3u /* address: empty for the message's own list, or "result:…" */

/* agenthost_action_v1.payload_mode */
#define AGENTHOST_PAYLOAD_KEEP 0u    /* the message's payload, as it came */
#define AGENTHOST_PAYLOAD_MERGE 1u   /* top-level keys of `payload` replace or join the message's */
#define AGENTHOST_PAYLOAD_REPLACE 2u /* `payload` and nothing else */

/* One step of an outcome. At most one REPLY, FORWARD or RETRY, and any number of SEND
 * up to the host's limit, are committed together or not at all. No action at
 * all ends the message here. */
typedef struct agenthost_action_v1 {
  uint32_t verb;
  uint32_t target;
  uint32_t payload_mode;
  uint32_t delay_milliseconds;     /* what goes to a role waits so long; 0: goes at once, RETRY as long as
                                      the host sees fit */
  agenthost_text_v1 address;
  agenthost_text_v1 kind;          /* empty: "result" for a reply or a list, else "task" */
  agenthost_text_v1 payload;       /* one JSON object, strict; empty with KEEP */
  agenthost_text_v1 error_code;    /* not empty: {code, message} joins payload.errors */
  agenthost_text_v1 error_message;
} agenthost_action_v1;

/* What the host offers one agent. Valid from `create` until `destroy` returns. */
typedef struct agenthost_host_v1 {
  void *_Nullable context;
  agenthost_text_v1 version;

  /* [any] Ends the call `token` with an outcome (for start and stop: no
   * actions). Everything passed is copied before it returns. Exactly one
   * complete or fail for each token; one that comes late is dropped.
   * Returns 1 when it was taken, 0 when the token had ended. */
  int32_t (*_Nonnull complete)(const struct agenthost_host_v1 *host, agenthost_token_v1 token,
                               const agenthost_action_v1 *_Nullable actions, size_t count);

  /* [any] Ends the call `token` with an error, which goes to whoever sent the
   * message. Returns as complete. */
  int32_t (*_Nonnull fail)(const struct agenthost_host_v1 *host, agenthost_token_v1 token,
                           agenthost_text_v1 message);

  /* [any] A further service by its id ("agenthost.log/1"), or NULL when this
   * host has none by that name. Valid as long as the host. */
  const void *_Nullable (*_Nonnull get_extension)(const struct agenthost_host_v1 *host,
                                                  const char *id);
} agenthost_host_v1;

/* An agent: one instance of a descriptor. Owned by the library until `destroy`. */
typedef struct agenthost_agent_v1 {
  void *_Nullable context;

  /* [agent] Once, before any message. May do I/O. Completes `token`. */
  void (*_Nonnull start)(const struct agenthost_agent_v1 *agent, agenthost_token_v1 token);

  /* [agent] Works on one message, and completes `token` before it returns or
   * later, from any thread. Until it returns it keeps one of the plugin's
   * threads, and the agent can't be destroyed. Calls overlap up to the
   * descriptor's concurrency. */
  void (*_Nonnull process)(const struct agenthost_agent_v1 *agent, agenthost_token_v1 token,
                           const agenthost_message_v1 *message);

  /* [any] The host no longer waits for `token`: stop working on it. It may come
   * while `process` runs, and after completion; an unknown token is ignored. */
  void (*_Nonnull cancel)(const struct agenthost_agent_v1 *agent, agenthost_token_v1 token);

  /* [agent] Once, after the last message has ended. Completes `token`. */
  void (*_Nonnull stop)(const struct agenthost_agent_v1 *agent, agenthost_token_v1 token);

  /* [loader] Once, last. Frees the agent; the host calls nothing of it again. */
  void (*_Nonnull destroy)(const struct agenthost_agent_v1 *agent);

  /* [any] A further ability by its id, or NULL. */
  const void *_Nullable (*_Nonnull get_extension)(const struct agenthost_agent_v1 *agent,
                                                  const char *id);
} agenthost_agent_v1;

/* What a library can make. Static: valid while the library is mapped. */
typedef struct agenthost_descriptor_v1 {
  agenthost_text_v1 role;    /* which stream it serves, for example "uppercase" */
  agenthost_text_v1 name;    /* for people, for example "UppercaseAgent" */
  agenthost_text_v1 version; /* the author's; may be empty */
  uint32_t concurrency;      /* messages at once for one agent; 0: the host's default */
  uint32_t reserved;         /* 0 */
} agenthost_descriptor_v1;

typedef struct agenthost_factory_v1 {
  void *_Nullable context;

  /* [loader] How many descriptors there are, at least 1. */
  uint32_t (*_Nonnull count)(const struct agenthost_factory_v1 *factory);

  /* [loader] The descriptor at `index`, or NULL past the end. */
  const agenthost_descriptor_v1 *_Nullable (*_Nonnull descriptor)(
      const struct agenthost_factory_v1 *factory, uint32_t index);

  /* [loader] Makes an agent; no I/O, no waiting. NULL on failure, with `why`
   * set to text that lives until the library's next call. */
  const agenthost_agent_v1 *_Nullable (*_Nonnull create)(
      const struct agenthost_factory_v1 *factory, uint32_t index, const agenthost_host_v1 *host,
      agenthost_text_v1 *why);
} agenthost_factory_v1;

/* The way in. Static: valid while the library is mapped. */
typedef struct agenthost_entry_v1 {
  uint32_t draft;    /* AGENTHOST_DRAFT at the time of the build */
  uint32_t reserved; /* 0 */
  const agenthost_factory_v1 *factory;
  /* [loader] A further ability of the library by its id, or NULL. */
  const void *_Nullable (*_Nonnull get_extension)(const char *id);
} agenthost_entry_v1;

#ifdef __cplusplus
extern "C" {
#endif
/* [loader] The one symbol that a library exports. No work: it returns the
 * address of static storage, the same at every call. */
__attribute__((visibility("default"))) const agenthost_entry_v1 *_Nonnull agent_plugin_entry(void);
#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
