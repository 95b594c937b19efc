"""Runs a program on a pseudo-terminal, as a person would have it before them.

terminal.py COLUMNS ROWS PROGRAM ARGUMENT…, with steps as lines of standard input:
  wait PATTERN          until the screen holds what the regular expression finds, or fails
  press TEXT            types TEXT, a JSON string
  resize COLUMNS ROWS
  signal NUMBER         sends it to the program
  run COMMAND           another program, to its end
  end                   until the program has ended, or fails
After each step a line of JSON is printed: the screen, all that came so far, the exit status, and whether the
terminal's settings are as they were before.
"""

import fcntl
import json
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time

# Seconds.
PATIENCE = 120
ESCAPE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])")


class Screen:
    """As much of a terminal as a program may use here."""

    def __init__(self, columns, rows):
        self.raw = ""
        self.resize(columns, rows)

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [""] * rows
        self.row = self.column = 0

    def feed(self, text):
        self.raw += text
        position = 0
        while position < len(text):
            match = ESCAPE.match(text, position)
            if match:
                self.escape(match.group(1), match.group(2))
                position = match.end()
                continue
            self.put(text[position])
            position += 1

    def escape(self, parameters, letter):
        if letter == "H":
            self.row = self.column = 0
        elif letter == "K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif letter == "J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            for row in range(self.row + 1, self.rows):
                self.lines[row] = ""

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row = min(self.row + 1, self.rows - 1)
        else:
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + character + line[self.column + 1 :]
            self.column += 1


def set_size(descriptor, columns, rows):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Session:
    """A program on a terminal of its own."""

    def __init__(self, columns, rows, arguments):
        self.screen = Screen(columns, rows)
        self.ended = None
        self.pending = b""
        self.master, self.slave = pty.openpty()
        set_size(self.slave, columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.child = os.fork()
        if self.child == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for descriptor in range(3):
                os.dup2(self.slave, descriptor)
            os.closerange(3, 256)
            os.execvp(arguments[0], arguments)

    def read(self, seconds):
        readable, _, _ = select.select([self.master], [], [], seconds)
        if readable:
            self.pending += os.read(self.master, 65536)
            try:
                text, self.pending = self.pending.decode(), b""
            except UnicodeDecodeError:
                return True
            self.screen.feed(text)
        return bool(readable)

    def until(self, what, condition):
        """Bounded: only a hang takes so long."""
        end = time.monotonic() + PATIENCE
        while not condition():
            self.read(0.05)
            if time.monotonic() > end:
                sys.exit(f"waited in vain until {what}; the screen is:\n" + "\n".join(self.screen.lines))

    def has_ended(self):
        if self.ended is None:
            found, status = os.waitpid(self.child, os.WNOHANG)
            if found:
                self.ended = os.waitstatus_to_exitcode(status)
        return self.ended is not None

    def step(self, word, rest):
        if word == "wait":
            self.until(f"{rest} is shown", lambda: re.search(rest, "\n".join(self.screen.lines)))
        elif word == "press":
            os.write(self.master, json.loads(rest).encode())
        elif word == "resize":
            columns, rows = map(int, rest.split())
            self.screen.resize(columns, rows)
            set_size(self.slave, columns, rows)
        elif word == "signal":
            os.kill(self.child, int(rest))
        elif word == "run":
            subprocess.run(shlex.split(rest), check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)
        elif word == "end":
            self.until("it has ended", self.has_ended)
            while self.read(0):
                pass
        else:
            sys.exit(f"{word} is no step")

    def state(self):
        return {
            "screen": [line.rstrip() for line in self.screen.lines],
            "raw": self.screen.raw,
            "status": self.ended,
            "restored": termios.tcgetattr(self.slave) == self.before,
        }


def main():
    session = Session(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    try:
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            session.step(word, rest)
            print(json.dumps(session.state()), flush=True)
    finally:
        if not session.has_ended():
            os.kill(session.child, signal.SIGKILL)
            os.waitpid(session.child, 0)


main()
