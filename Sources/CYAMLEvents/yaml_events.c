#include "yaml_events.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct yaml_text_events {
  yaml_parser_t parser;
  yaml_event_t event;  // zeroed where there is none
  uint8_t *text;
};

yaml_text_events *yaml_text_events_begin(const void *bytes, uint64_t length) {
  yaml_text_events *events = calloc(1, sizeof(*events));
  if (events == NULL) return NULL;
  events->text = malloc(length + 1);
  if (events->text == NULL || !yaml_parser_initialize(&events->parser)) {
    free(events->text);
    free(events);
    return NULL;
  }
  if (length > 0) memcpy(events->text, bytes, length);
  yaml_parser_set_encoding(&events->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&events->parser, events->text, length);
  return events;
}

void yaml_text_events_end(yaml_text_events *events) {
  yaml_event_delete(&events->event);
  yaml_parser_delete(&events->parser);
  free(events->text);
  free(events);
}

static void read_event(const yaml_event_t *event, yaml_text_event *next) {
  switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: next->kind = EVENT_DOCUMENT; return;
    case YAML_SCALAR_EVENT:
      next->kind = EVENT_SCALAR;
      next->anchor = (const char *)event->data.scalar.anchor;
      next->tag = (const char *)event->data.scalar.tag;
      next->text = event->data.scalar.value;
      next->length = event->data.scalar.length;
      next->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
      return;
    case YAML_SEQUENCE_START_EVENT:
      next->kind = EVENT_LIST;
      next->anchor = (const char *)event->data.sequence_start.anchor;
      next->tag = (const char *)event->data.sequence_start.tag;
      return;
    case YAML_MAPPING_START_EVENT:
      next->kind = EVENT_MAPPING;
      next->anchor = (const char *)event->data.mapping_start.anchor;
      next->tag = (const char *)event->data.mapping_start.tag;
      return;
    case YAML_ALIAS_EVENT:
      next->kind = EVENT_ALIAS;
      next->anchor = (const char *)event->data.alias.anchor;
      return;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: next->kind = EVENT_END; return;
    case YAML_STREAM_END_EVENT:
    case YAML_NO_EVENT: next->kind = EVENT_FINISHED; return;
    case YAML_STREAM_START_EVENT: return;
  }
}

int yaml_text_events_next(yaml_text_events *events, yaml_text_event *next) {
  memset(next, 0, sizeof(*next));
  yaml_event_delete(&events->event);
  if (!yaml_parser_parse(&events->parser, &events->event)) return 0;
  next->line = (uint32_t)events->event.start_mark.line + 1;
  read_event(&events->event, next);
  return 1;
}

const char *yaml_text_events_problem(const yaml_text_events *events, uint32_t *line) {
  const yaml_parser_t *parser = &events->parser;
  *line = (uint32_t)parser->problem_mark.line + 1;
  if (parser->error == YAML_READER_ERROR) {
    // Bytes that can't be read have a place in the text, but no line yet.
    *line = 1;
    for (size_t place = 0; place < parser->problem_offset; place++) *line += events->text[place] == '\n';
  }
  return parser->problem == NULL ? "no memory" : parser->problem;
}
