#!/usr/bin/env python3
"""Sends bytes through two programs, one behind the other, and measures what they hold in memory.

usage: measure.py MEBIBYTES PROGRAM [ARGUMENT...] -- PROGRAM [ARGUMENT...]

Prints one JSON object: `statuses`, `same`, whether what came out is what went in, and `kibibytes`, the most that each of
the two held.
"""

import hashlib
import json
import os
import subprocess
import sys
import threading

PIECE = hashlib.shake_128(b"piece").digest(1 << 20)


def main():
    split = sys.argv.index("--")
    count = int(sys.argv[1])
    first = subprocess.Popen(sys.argv[2:split], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    second = subprocess.Popen(sys.argv[split + 1 :], stdin=first.stdout, stdout=subprocess.PIPE)
    first.stdout.close()

    def feed():
        with first.stdin:
            for _ in range(count):
                first.stdin.write(PIECE)

    feeder = threading.Thread(target=feed)
    feeder.start()
    same, pieces = True, 0
    while piece := second.stdout.read(len(PIECE)):
        same, pieces = same and piece == PIECE, pieces + 1
    feeder.join()
    ends = [os.wait4(process.pid, 0) for process in (first, second)]
    print(json.dumps({
        "statuses": [os.waitstatus_to_exitcode(status) for _, status, _ in ends],
        "same": same and pieces == count,
        "kibibytes": [usage.ru_maxrss for _, _, usage in ends],
    }))
    # Their ends are known; Python must not wait for them again.
    first.returncode = second.returncode = 0


if __name__ == "__main__":
    main()
