/* The little that this agent reads of a payload. Another would take a JSON
 * library. */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include <agenthost/agent.h>

#include <stdbool.h>

/* The value of a top-level key: a string without its quotes, anything else as
 * it stands there. False where the key is absent, or spelled with escapes. */
bool payload_value(agenthost_text_v1 payload, const char *key, agenthost_text_v1 *value);

/* The words of a JSON string's content, however they are set apart. */
size_t payload_words(agenthost_text_v1 text);

/* A number, or 0 where there is none. */
double payload_number(agenthost_text_v1 text);

#endif
