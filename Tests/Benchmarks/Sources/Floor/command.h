// The arguments of one Redis command, gathered piece by piece.
#ifndef FLOOR_COMMAND_H
#define FLOOR_COMMAND_H

#include "wire.h"

enum { ARGUMENT_LIMIT = 16384, NUMBER_BYTES = 24 };

typedef struct {
  int count;
  const char *arguments[ARGUMENT_LIMIT];
  size_t lengths[ARGUMENT_LIMIT];
  char numbers[ARGUMENT_LIMIT][NUMBER_BYTES];
} Command;

/// Adds bytes that live until the command is sent.
void command_add(Command *command, const char *bytes, size_t length);

void command_add_text(Command *command, const char *text);

void command_add_number(Command *command, long number);

#endif
