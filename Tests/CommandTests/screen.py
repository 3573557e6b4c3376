#!/usr/bin/env python3
"""Runs a program on a terminal that understands cursor movements (pyte), and plays the person in front of it.

usage: screen.py COLUMNSxROWS STEP... -- PROGRAM [ARGUMENT...]

A step is
  `type:TEXT`           types TEXT, with \\n, \\x03 and \\u00e9 as in Python
  `expect:TEXT`         waits until the screen shows TEXT in one of its rows, those above it included
  `without:TEXT`        waits until the screen does not show TEXT
  `settings`            notes the settings of the terminal, as `stty -g` prints them
  `look`                notes what the screen shows: the rows without blanks at their ends, and where the cursor is
  `resize:COLUMNSxROWS` makes the terminal larger or smaller; the emulator does not break rows anew
  `signal:NAME`         sends a signal to the program, such as TERM
  `fifo:PATH=LINE`      writes a line to a FIFO
  `wait:SECONDS`

Prints one JSON object: `status` as a shell shows it, `settings` and `looks`, the notes, and `raw`, all that was written. The
last of the settings are those after the program.
"""

import fcntl
import json
import os
import select
import signal
import struct
import sys
import termios
import time

import pyte

PATIENCE = 30


class Terminal:
    def __init__(self, size, command):
        self.columns, self.rows = size
        self.screen = pyte.HistoryScreen(self.columns, self.rows, history=1000, ratio=0.5)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        # The other side stays open, so that settings can be asked for when the program is gone.
        self.terminal, self.other = os.openpty()
        self.resize()
        self.before = self.settings()
        self.child = os.fork()
        if self.child == 0:
            os.setsid()
            fcntl.ioctl(self.other, termios.TIOCSCTTY, 0)
            for stream in range(3):
                os.dup2(self.other, stream)
            os.closerange(3, 64)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execvp(command[0], command)

    def resize(self):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def settings(self):
        mode = termios.tcgetattr(self.terminal)
        return ":".join(f"{number:x}" for number in mode[:6]) + ":" + ":".join(
            f"{letter[0] if isinstance(letter, bytes) else letter:x}" for letter in mode[6])

    def read(self, seconds):
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.terminal, 65_536)
        except OSError:
            return False
        self.raw.extend(data)
        self.stream.feed(data)
        return True

    def lines(self):
        above = ["".join(row[x].data for x in range(self.columns)).rstrip() for row in self.screen.history.top]
        return above + [row.rstrip() for row in self.screen.display]

    def look(self):
        while self.read(0.2):
            pass
        lines = self.lines()
        while lines and not lines[-1]:
            lines.pop()
        return {
            "lines": lines, "row": self.screen.cursor.y + len(self.screen.history.top), "cell": self.screen.cursor.x}

    def until(self, holds, what):
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                os.kill(self.child, signal.SIGKILL)
                sys.exit(f"{what} behind {bytes(self.raw)!r}, on {self.lines()}")
            self.read(0.05)


def size(text):
    return tuple(int(part) for part in text.split("x"))


def main():
    split = sys.argv.index("--")
    steps, command = sys.argv[2:split], sys.argv[split + 1 :]
    terminal = Terminal(size(sys.argv[1]), command)
    settings, looks = [terminal.before], []
    for step in steps:
        verb, _, text = step.partition(":")
        if verb == "type":
            text = text.encode("latin-1", "backslashreplace").decode("unicode_escape")
            os.write(terminal.terminal, text.encode())
        elif verb == "expect":
            terminal.until(lambda: any(text in line for line in terminal.lines()), f"'{text}' did not appear")
        elif verb == "without":
            terminal.until(lambda: not any(text in line for line in terminal.lines()), f"'{text}' did not go")
        elif verb == "settings":
            settings.append(terminal.settings())
        elif verb == "look":
            looks.append(terminal.look())
        elif verb == "resize":
            terminal.columns, terminal.rows = size(text)
            terminal.screen.resize(terminal.rows, terminal.columns)
            terminal.resize()
        elif verb == "signal":
            os.kill(terminal.child, getattr(signal, "SIG" + text))
        elif verb == "fifo":
            path, _, line = text.partition("=")
            with open(path, "w") as fifo:
                fifo.write(line + "\n")
        elif verb == "wait":
            time.sleep(float(text))
        else:
            sys.exit(__doc__)
    end = time.monotonic() + PATIENCE
    status = 0
    while True:
        ended, raw = os.waitpid(terminal.child, os.WNOHANG)
        terminal.read(0.05)
        if ended:
            status = os.waitstatus_to_exitcode(raw)
            break
        if time.monotonic() > end:
            os.kill(terminal.child, signal.SIGKILL)
            sys.exit(f"it does not end behind {bytes(terminal.raw)!r}")
    looks.append(terminal.look())
    settings.append(terminal.settings())
    print(json.dumps({
        "status": status if status >= 0 else 128 - status, "settings": settings, "looks": looks,
        "raw": terminal.raw.decode("utf-8", "replace"),
    }))


if __name__ == "__main__":
    main()
