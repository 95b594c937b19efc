/* agenthost/note.h: the ELF note by which the host knows a library before it
 * runs anything of it. A Swift agent gets it with AgentSDK; a C agent writes
 * AGENTHOST_NOTE once, at file scope.
 *
 * Section ".note.agent", name "AGENT", type 1, four words:
 *   draft      AGENTHOST_DRAFT at the time of the build
 *   sdk        0 for C, else the number of the SDK
 *   toolchain  compiler: major * 1000 + minor, 0 when unknown
 *   flags      bit 0: Swift
 */
#ifndef AGENTHOST_NOTE_H
#define AGENTHOST_NOTE_H

#include <agenthost/agent.h>

#define AGENTHOST_NOTE_TYPE 1u
#define AGENTHOST_NOTE_FLAG_SWIFT 1u

struct agenthost_note_v1 {
  uint32_t name_size, description_size, type;
  char name[8];
  uint32_t draft, sdk, toolchain, flags;
};

#if defined(__clang__)
#define AGENTHOST_TOOLCHAIN (__clang_major__ * 1000u + __clang_minor__)
#elif defined(__GNUC__)
#define AGENTHOST_TOOLCHAIN (__GNUC__ * 1000u + __GNUC_MINOR__)
#else
#define AGENTHOST_TOOLCHAIN 0u
#endif

#define AGENTHOST_NOTE                                                                   \
  __attribute__((used, section(".note.agent"), aligned(4))) static const struct          \
      agenthost_note_v1 agenthost_note = {6, 16, AGENTHOST_NOTE_TYPE, "AGENT",           \
                                          AGENTHOST_DRAFT, 0u, AGENTHOST_TOOLCHAIN, 0u}

#endif
