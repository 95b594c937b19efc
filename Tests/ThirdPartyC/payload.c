#include "payload.h"

#include <stdlib.h>
#include <string.h>

struct reader {
  const char *at, *end;
};

static void skip_space(struct reader *reader) {
  while (reader->at < reader->end && memchr(" \t\r\n", *reader->at, 4) != NULL) reader->at++;
}

static bool take(struct reader *reader, char expected) {
  skip_space(reader);
  if (reader->at == reader->end || *reader->at != expected) return false;
  reader->at++;
  return true;
}

/* What stands between the quotes. */
static bool string(struct reader *reader, agenthost_text_v1 *content) {
  if (!take(reader, '"')) return false;
  content->bytes = reader->at;
  for (; reader->at < reader->end && *reader->at != '"'; reader->at++) {
    if (*reader->at == '\\' && reader->at + 1 < reader->end) reader->at++;
  }
  content->length = (size_t)(reader->at - content->bytes);
  return take(reader, '"');
}

/* What stands before the comma or brace that ends a member; the host has seen
 * that the payload is an object. */
static agenthost_text_v1 value(struct reader *reader) {
  agenthost_text_v1 content;
  skip_space(reader);
  if (reader->at < reader->end && *reader->at == '"') {
    return string(reader, &content) ? content : (agenthost_text_v1){NULL, 0};
  }
  const char *start = reader->at;
  for (int depth = 0; reader->at < reader->end; reader->at++) {
    char byte = *reader->at;
    if (depth == 0 && (byte == ',' || byte == '}')) break;
    if (byte == '{' || byte == '[') depth++;
    if (byte == '}' || byte == ']') depth--;
    if (byte == '"') {
      if (!string(reader, &content)) break;
      reader->at--; /* the loop steps over the quote */
    }
  }
  return (agenthost_text_v1){start, (size_t)(reader->at - start)};
}

bool payload_value(agenthost_text_v1 payload, const char *key, agenthost_text_v1 *found) {
  struct reader reader = {payload.bytes, payload.bytes + payload.length};
  agenthost_text_v1 name;
  if (!take(&reader, '{')) return false;
  while (string(&reader, &name) && take(&reader, ':')) {
    *found = value(&reader);
    if (name.length == strlen(key) && memcmp(name.bytes, key, name.length) == 0) return true;
    if (!take(&reader, ',')) return false;
  }
  return false;
}

size_t payload_words(agenthost_text_v1 text) {
  size_t words = 0;
  bool in_word = false;
  for (size_t index = 0; index < text.length; index++) {
    bool is_space = text.bytes[index] == ' ';
    if (text.bytes[index] == '\\' && index + 1 < text.length) {
      index++;
      is_space = memchr("ntrf", text.bytes[index], 4) != NULL;
    }
    if (!is_space && !in_word) words++;
    in_word = !is_space;
  }
  return words;
}

double payload_number(agenthost_text_v1 text) {
  char digits[32] = ""; /* strtod needs an end, which borrowed text has not */
  if (text.length >= sizeof digits) return 0;
  memcpy(digits, text.bytes, text.length);
  return strtod(digits, NULL);
}
