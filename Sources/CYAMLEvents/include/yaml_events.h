// What libyaml finds in a text, one after the other. libyaml's own header includes system
// headers, whose types Swift would take for this module's.
#ifndef AGENTHOST_YAML_EVENTS_H
#define AGENTHOST_YAML_EVENTS_H

#include <stdint.h>

enum {
  EVENT_NOTHING = 0,  // that anybody need know of
  EVENT_DOCUMENT = 1,
  EVENT_SCALAR = 2,
  EVENT_LIST = 3,
  EVENT_MAPPING = 4,
  EVENT_ALIAS = 5,
  EVENT_END = 6,  // of a list, a mapping or a document
  EVENT_FINISHED = 7,
};

// Its texts are valid until the next event; NULL where there is none.
typedef struct yaml_text_event {
  int32_t kind;
  uint32_t line;        // from 1
  const char *anchor;   // for an alias: what it stands for
  const char *tag;
  const uint8_t *text;  // of a scalar, UTF-8 of `length` bytes
  uint64_t length;
  int32_t is_plain;
} yaml_text_event;

typedef struct yaml_text_events yaml_text_events;

// Of `length` bytes of UTF-8, which are copied. NULL without memory.
yaml_text_events *yaml_text_events_begin(const void *bytes, uint64_t length);
void yaml_text_events_end(yaml_text_events *events);

// 0 where the text is no YAML; from then on there is nothing more.
int yaml_text_events_next(yaml_text_events *events, yaml_text_event *next);

// After a 0: why, and in which line. Valid until the end.
const char *yaml_text_events_problem(const yaml_text_events *events, uint32_t *line);

#endif
