#include "command.h"

#include <stdio.h>
#include <string.h>

void command_add(Command *command, const char *bytes, size_t length) {
  if (command->count == ARGUMENT_LIMIT) fail("a command has more than %d arguments", ARGUMENT_LIMIT);
  command->arguments[command->count] = bytes;
  command->lengths[command->count] = length;
  command->count++;
}

void command_add_text(Command *command, const char *text) {
  command_add(command, text, strlen(text));
}

void command_add_number(Command *command, long number) {
  if (command->count == ARGUMENT_LIMIT) fail("a command has more than %d arguments", ARGUMENT_LIMIT);
  char *digits = command->numbers[command->count];
  int length = snprintf(digits, NUMBER_BYTES, "%ld", number);
  command_add(command, digits, (size_t)length);
}
