#!/usr/bin/env python3
"""Runs a program on a terminal of its own and plays the person in front of it.

usage: terminal.py STEP... -- PROGRAM [ARGUMENT...]

A step is `expect:TEXT`, which waits until the terminal shows it, `type:TEXT`, with \\n and \\x03 as in Python,
`reply:PROMPT=TEXT`, by which TEXT is typed whenever the terminal shows PROMPT from then on, or `echo`, which notes whether
what is typed is shown. Prints one JSON object: `status` as a shell shows it, `shown`, and `echo`, the notes; the last one
is of the time after the program.
"""

import json
import os
import pty
import select
import signal
import sys
import termios
import time

PATIENCE = 30


def main():
    split = sys.argv.index("--")
    steps, command = sys.argv[1:split], sys.argv[split + 1 :]
    child, terminal = pty.fork()
    if child == 0:
        # Whoever runs the tests may ignore or block it, and children inherit that.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execvp(command[0], command)
    shown, seen, notes, replies = bytearray(), 0, [], {}

    def echoes():
        return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)

    def read(seconds):
        if not select.select([terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(terminal, 65_536)
        except OSError:
            data = b""
        shown.extend(data)
        for prompt, text in replies.items():
            if shown.endswith(prompt.encode()):
                write(text)
        return bool(data)

    def write(text):
        os.write(terminal, text.encode().decode("unicode_escape").encode("latin-1"))

    for step in steps:
        verb, _, text = step.partition(":")
        if verb == "expect":
            end = time.monotonic() + PATIENCE
            while shown.find(text.encode(), seen) < 0:
                if time.monotonic() > end or not read(0.1):
                    os.kill(child, signal.SIGKILL)
                    sys.exit(f"'{text}' did not appear behind {bytes(shown)!r}")
            seen = shown.find(text.encode(), seen) + len(text)
        elif verb == "type":
            write(text)
        elif verb == "reply":
            prompt, _, answer = text.partition("=")
            replies[prompt] = answer
        elif verb == "echo":
            notes.append(echoes())
        else:
            sys.exit(__doc__)
    end = time.monotonic() + PATIENCE
    while read(0.1):
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            sys.exit(f"it does not end behind {bytes(shown)!r}")
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    notes.append(echoes())
    print(json.dumps({
        "status": status if status >= 0 else 128 - status,
        "shown": shown.decode("utf-8", "replace"),
        "echo": notes,
    }))


if __name__ == "__main__":
    main()
