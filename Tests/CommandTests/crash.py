#!/usr/bin/env python3
"""Kills a mounted vault again and again while files in it are changed, and looks whether everything that was synced is there.

usage: crash.py SECR-VAULT VAULT FOLDER ROUNDS [SEED]

The vault has to be unlocked, and FOLDER to be empty. In each round some files are written, renamed, removed, cut off and
synced in turn, until the process that serves them is killed at a moment by chance. Prints a line per problem, and ends
with 1 where there is one.
"""

import os
import random
import subprocess
import sys
import threading
import time


def main():
    tool, vault, folder, rounds = sys.argv[1:4] + [int(sys.argv[4])]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    # What has to be there: names and what they hold, as of the last sync; None for what must not be there.
    promised = {}
    problems = 0
    for turn in range(rounds):
        server = subprocess.Popen([tool, "mount", "--foreground", vault, folder])
        wait_for(folder)
        problems += check(folder, promised, turn)
        timer = threading.Timer(chance.uniform(0.05, 1.5), server.kill)
        timer.start()
        work(folder, chance, promised)
        server.wait()
        timer.join()
        subprocess.run(["umount", "-l", folder], check=False, stderr=subprocess.DEVNULL)
    if subprocess.run([tool, "verify", "-q", vault]).returncode != 0:
        print("verify found something")
        problems += 1
    sys.exit(1 if problems else 0)


def wait_for(folder):
    while not os.path.ismount(folder):
        time.sleep(0.01)


def check(folder, promised, turn):
    """Whatever was not synced may be there or not, but not in part."""
    problems = 0
    for name, states in promised.items():
        try:
            with open(os.path.join(folder, name), "rb") as file:
                found = file.read()
        except FileNotFoundError:
            found = None
        if found not in states:
            size = "nothing" if found is None else f"{len(found)} bytes"
            print(f"round {turn}: {name}: {size}, and not {[s if s is None else len(s) for s in states]}")
            problems += 1
        promised[name] = [found]
    return problems


def work(folder, chance, promised):
    """Changes files until nobody answers. Keeps, of each name, all that it may hold after a crash."""
    try:
        while True:
            name = f"file-{chance.randrange(20)}"
            path = os.path.join(folder, name)
            states = promised.setdefault(name, [None])
            kind = chance.randrange(6)
            if kind < 3:
                data = chance.randbytes(chance.choice((10, 1_000, 5_000, 100_000, 3_000_000)))
                # A file of that name can be seen empty, or in part, before it is synced.
                states += [data, b""]
                with open(path, "wb", buffering=0) as file:
                    file.write(data)
                    if kind == 0:
                        os.fsync(file.fileno())
                        settle(promised, name, data)
            elif kind == 3:
                data = chance.randbytes(20_000)
                other = f"file-{chance.randrange(20)}"
                promised.setdefault(other, [None]).append(data)
                with open(path + ".new", "wb", buffering=0) as file:
                    file.write(data)
                os.rename(path + ".new", os.path.join(folder, other))
            elif kind == 4 and os.path.exists(path):
                states.append(None)
                os.unlink(path)
            else:
                folder_itself = os.open(folder, os.O_RDONLY)
                os.fsync(folder_itself)
                os.close(folder_itself)
                # Everything is one state: a sync of anything is one of all.
                for known, possible in promised.items():
                    promised[known] = [possible[-1] if len(possible) == 1 else current(folder, known)]
    except OSError:
        return


def settle(promised, name, data):
    promised[name] = [data]


def current(folder, name):
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


main()
