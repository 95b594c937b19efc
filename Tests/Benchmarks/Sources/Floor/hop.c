#include "hop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const role_names[ROLE_COUNT] = {"manager", "uppercase", "reverse"};

/// What a hop changes in the envelope's routing and payload.
typedef struct {
  Destination destination;
  const char *kind;
  const char *stage;  // NULL: as it is
} Route;

typedef struct {
  char *cursor;
  char *end;
} Writer;

static void put(Writer *writer, const char *bytes, size_t length) {
  if (length > (size_t)(writer->end - writer->cursor)) fail("an envelope outgrew the output buffer");
  memcpy(writer->cursor, bytes, length);
  writer->cursor += length;
}

static void put_span(Writer *writer, Span span) { put(writer, span.start, span.length); }

static void put_format(Writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put_format(Writer *writer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  size_t room = (size_t)(writer->end - writer->cursor);
  int length = vsnprintf(writer->cursor, room, format, arguments);
  va_end(arguments);
  if (length < 0 || (size_t)length >= room) fail("an envelope outgrew the output buffer");
  writer->cursor += length;
}

static Span required(Span span, const char *what) {
  if (span.start == NULL) fail("an envelope has no %s where the floor looks for it", what);
  return span;
}

static Route manager_route(Span payload) {
  Span stage = required(wire_between(payload, "\"stage\":\"", "\""), "stage");
  if (stage.length == 5 && memcmp(stage.start, "start", 5) == 0)
    return (Route){UPPERCASE, "task", "upper"};
  if (stage.length == 5 && memcmp(stage.start, "upper", 5) == 0)
    return (Route){REVERSE, "task", "reverse"};
  return (Route){RESULT_LIST, "result", NULL};
}

static void put_routing(Writer *writer, Route route, Span result_list, Destination role,
                        const char *agent_id) {
  if (route.destination == RESULT_LIST) {
    put_format(writer, "null,\"target_agent_id\":null,\"target_list\":\"");
    put_span(writer, result_list);
    put_format(writer, "\"");
  } else {
    put_format(writer, "\"%s\",\"target_agent_id\":null,\"target_list\":null",
               role_names[route.destination]);
  }
  put_format(writer, ",\"sender_role\":\"%s\",\"sender_agent_id\":\"%s\",\"kind\":\"%s\",\"payload\":",
             role_names[role], agent_id, route.kind);
}

static void put_payload(Writer *writer, Span payload, const char *new_stage) {
  if (new_stage == NULL) {
    put_span(writer, payload);
    return;
  }
  Span stage = wire_between(payload, "\"stage\":\"", "\"");
  const char *rest = stage.start + stage.length;
  put(writer, payload.start, (size_t)(stage.start - payload.start));
  put(writer, new_stage, strlen(new_stage));
  put(writer, rest, (size_t)(payload.start + payload.length - rest));
}

Hop hop_splice(Destination role, const char *agent_id, Span envelope, double started, char *output,
               size_t capacity) {
  Span after_routing = required(wire_after(envelope, "\"target_role\":"), "target_role");
  Span payload = required(wire_between(after_routing, "\"payload\":", ",\"update_ts\":"), "payload");
  Span tail = required(wire_after(after_routing, ",\"result_list\":\""), "result_list");
  Span trace = required(wire_between(tail, "\"trace\":[", "],\"process_count\":"), "trace");
  Span count = required(wire_after(tail, "\"process_count\":"), "process_count");
  Span total = required(wire_after(count, "\"total_processing_time\":"), "total_processing_time");
  Span created = required(wire_after(total, "\"create_ts\":"), "create_ts");
  Span result_list = {tail.start, (size_t)((const char *)wire_find(tail, "\"") - tail.start)};

  Route route = role == MANAGER ? manager_route(payload) : (Route){MANAGER, "result", NULL};
  Writer writer = {output, output + capacity};
  put(&writer, envelope.start, (size_t)(after_routing.start - envelope.start));
  put_routing(&writer, route, result_list, role, agent_id);
  put_payload(&writer, payload, route.stage);

  double now = wall_clock();
  double duration = now - started;
  put_format(&writer, ",\"update_ts\":%.6f,\"result_list\":\"", now);
  put(&writer, tail.start, (size_t)(trace.start + trace.length - tail.start));
  put_format(&writer,
             "%s{\"start_ts\":%.6f,\"role\":\"%s\",\"agent_id\":\"%s\",\"end_ts\":%.6f,"
             "\"duration\":%.9g,\"error\":null}",
             trace.length ? "," : "", started, role_names[role], agent_id, now, duration);
  put_format(&writer, "],\"process_count\":%ld,\"total_processing_time\":%.9g,\"create_ts\":",
             strtol(count.start, NULL, 10) + 1, strtod(total.start, NULL) + duration);
  put_span(&writer, created);
  return (Hop){route.destination, result_list, {output, (size_t)(writer.cursor - output)}};
}
