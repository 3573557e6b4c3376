#!/usr/bin/env python3
"""Runs a program to which the kernel refuses its keyrings, as many containers do, or Landlock, as one of old does.

usage: without.py keyring|landlock PROGRAM [ARGUMENT...]

Ends with 77 where such a filter can't be set.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

CALLS = {
    # add_key, request_key, keyctl
    "keyring": {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)},
    # landlock_create_ruleset, landlock_add_rule, landlock_restrict_self
    "landlock": {"x86_64": (444, 445, 446), "aarch64": (444, 445, 446)},
}
ERRORS = {"keyring": errno.EPERM, "landlock": errno.ENOSYS}
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2


def main():
    what = sys.argv[1]
    calls = CALLS[what].get(platform.machine())
    if not calls:
        sys.exit(77)
    steps = [(LOAD, 0, 0, 0)]
    for index, call in enumerate(calls):
        steps.append((IF_EQUAL, len(calls) - index, 0, call))
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE | ERRORS[what])]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or system.prctl(SET_SECCOMP, FILTER, program, 0, 0):
        sys.exit(77)
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
