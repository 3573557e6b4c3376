#!/usr/bin/env python3
"""Runs a program to which the kernel refuses its keyrings, as many containers do.

usage: without_keyring.py PROGRAM [ARGUMENT...]

Ends with 77 where such a filter can't be set.
"""

import ctypes
import os
import platform
import struct
import sys

# add_key, request_key, keyctl
CALLS = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2


def main():
    calls = CALLS.get(platform.machine())
    if not calls:
        sys.exit(77)
    steps = [(LOAD, 0, 0, 0)]
    for index, call in enumerate(calls):
        steps.append((IF_EQUAL, len(calls) - index, 0, call))
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or system.prctl(SET_SECCOMP, FILTER, program, 0, 0):
        sys.exit(77)
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
