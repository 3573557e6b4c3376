#!/usr/bin/env python3
"""Races secr-vault against cp, age, restic and gocryptfs and holds the results against the bars.

usage: vault.py SECR-VAULT [--no-small] [--no-large]

Each bar is a ratio of medians of one run, taken in turns from the same state: outputs of the round before are gone, and
everything is on the disk before the next one starts. A put begins with a fresh copy of an empty vault. What can be
written late by others is synced within their time. Exits 1 where a bar is missed.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from vaultbox import Box, bar, measured, show

GIBIBYTE = 1 << 30
ROUNDS = 5
SMALL_FILES = 10_000


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tool = str(Path(sys.argv[1]).resolve())
    results = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("SECR_BENCH_FOLDER")) as folder:
        os.chdir(folder)
        box = Box(tool)
        try:
            if "--no-large" not in sys.argv:
                results += large(box)
            if "--no-small" not in sys.argv:
                results += small(box)
        finally:
            box.lock()
    sys.exit(0 if all(results) else 1)


def race(contestants, prepare, rounds=ROUNDS):
    """Medians in seconds, in turns, and the most MiB that each held."""
    taken = {name: [] for name in contestants}
    peaks = {name: 0 for name in contestants}
    for turn in range(rounds):
        # Each begins as often as the others.
        order = list(contestants.items())
        for name, command in order[turn % len(order):] + order[:turn % len(order)]:
            prepare()
            os.sync()
            seconds, peak = measured(command)
            taken[name].append(seconds)
            peaks[name] = max(peaks[name], peak)
    return {name: statistics.median(values) for name, values in taken.items()}, peaks


def large(box):
    """One file of 1 GiB."""
    with open("big", "wb") as file:
        for _ in range(GIBIBYTE >> 20):
            file.write(os.urandom(1 << 20))
    subprocess.run("age-keygen -o age.key 2> age.pub && sed -i 's/.*: //' age.pub", shell=True, check=True)

    def prepare():
        for name in ("copy", "sealed.age"):
            Path(name).unlink(missing_ok=True)
        box.renew()

    puts = {
        "cp, sync": "cp --reflink=never big copy && sync",
        "age, sync": "age -R age.pub -o sealed.age big && sync",
        "secr-vault put": f"{box.tool} put vault big",
    }
    times, peaks = race(puts, prepare)
    show("put of 1 GiB", times, "cp, sync")
    yield bar("times cp", times["secr-vault put"] / times["cp, sync"], 1.25)
    yield bar("part of age's time", times["secr-vault put"] / times["age, sync"], 0.5)
    yield bar("MiB of memory at most", peaks["secr-vault put"], 64)

    prepare()
    box.run("put", "vault", "big")
    subprocess.run(["age", "-R", "age.pub", "-o", "sealed.age", "big"], check=True)

    def clear():
        for name in ("copy", "out.age", "out"):
            Path(name).unlink(missing_ok=True)

    gets = {
        "cp, sync": "cp --reflink=never big copy && sync",
        "age -d, sync": "age -d -i age.key -o out.age sealed.age && sync",
        "secr-vault get, sync": f"{box.tool} get vault big -o out && sync",
    }
    times, peaks = race(gets, clear)
    clear()
    box.run("get", "vault", "big", "-o", "out")
    subprocess.run(["cmp", "big", "out"], check=True)
    show("get of 1 GiB", times, "cp, sync")
    yield bar("times cp", times["secr-vault get, sync"] / times["cp, sync"], 1.25)
    yield bar("part of age's time", times["secr-vault get, sync"] / times["age -d, sync"], 0.5)
    yield bar("MiB of memory at most", peaks["secr-vault get, sync"], 64)
    clear()
    yield from random_reads(box)


def random_reads(box):
    """4 KiB here and there: what one costs in time, and how much of the vault's objects it reads."""
    places = [(number * 7_919 * 4_096 + 1_234) % (GIBIBYTE - 4_096) // 65_536 * 65_536 + 1_234 for number in range(40)]
    times = {"dd of 4 KiB": [], "get --range": []}
    for place in places:
        text = f"--range={place}-{place + 4_095}"
        for name, command in (
            ("dd of 4 KiB", ["dd", "if=big", "bs=4096", "count=1", f"skip={place}", "iflag=skip_bytes", "status=none"]),
            ("get --range", [box.tool, "get", "vault", "big", text, "-o", "-"]),
        ):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - start)
    times = {name: statistics.median(values) for name, values in times.items()}
    show("4 KiB out of 1 GiB, a process each", times, "dd of 4 KiB")
    if not shutil.which("strace"):
        print("  left out: what is read of objects, since there is no strace")
        return
    # With the same command for nothing as what opening takes.
    empty, part = (objects_read(box, text) for text in ("--range=1073741824-", f"--range={places[7]}-{places[7] + 4_095}"))
    print(f"  read of data objects: {part - empty} bytes; {empty} of the index")
    yield bar("sealed chunks of 64 KiB read for 4 KiB", (part - empty) / (65_536 + 16), 1.01)


def objects_read(box, text):
    """Bytes that one `get` reads from files of the vault's object folders."""
    subprocess.run(
        ["strace", "-f", "-y", "-e", "trace=read,pread64,preadv,readv,mmap", "-o", "trace", box.tool, "get", "vault", "big",
         text, "-o", "-"], check=True, stdout=subprocess.DEVNULL)
    total = 0
    for line in Path("trace").read_text(errors="replace").splitlines():
        if "/vault/o/" in line and " = " in line:
            assert "mmap(" not in line, "objects are mapped; counting reads tells nothing"
            total += max(0, int(line.rsplit(" = ", 1)[1].split()[0]))
    return total


def small(box):
    """10,000 files of 1 to 60 KiB in 100 folders."""
    blob = os.urandom(1 << 20)
    for number in range(SMALL_FILES):
        folder = f"many/{number % 100}"
        os.makedirs(folder, exist_ok=True)
        size = 1_024 + number * 7_919 % (59 << 10)
        start = number * 104_729 % (len(blob) - size)
        with open(f"{folder}/{number}", "wb") as file:
            file.write(number.to_bytes(8, "big") + blob[start + 8 : start + size])
    Path("restic-pass").write_text("x\n")
    environment = dict(os.environ, RESTIC_PASSWORD_FILE="restic-pass", RESTIC_CACHE_DIR=os.path.abspath("restic-cache"))
    subprocess.run(["restic", "-q", "init", "-r", "restic-empty"], env=environment, check=True)
    mount = Mount()

    def prepare():
        for name in ("copies", "restic-repo", "restic-cache"):
            shutil.rmtree(name, ignore_errors=True)
        mount.clear()
        shutil.copytree("restic-empty", "restic-repo")
        box.renew()

    puts = {
        "cp -r, sync": "cp -r --reflink=never many copies && sync",
        "secr-vault put -r": f"{box.tool} put vault -rq many",
        "restic backup": "RESTIC_PASSWORD_FILE=restic-pass RESTIC_CACHE_DIR=restic-cache "
        "restic -q -r restic-repo backup many && sync",
    }
    if mount.works:
        puts["cp -r into gocryptfs, sync"] = "cp -r many plain/many && sync"
    try:
        times, peaks = race(puts, prepare, rounds=3)
    finally:
        mount.end()
    show(f"put of {SMALL_FILES} files of 1 to 60 KiB", times, "cp -r, sync")
    yield bar("times cp", times["secr-vault put -r"] / times["cp -r, sync"], 2)
    yield bar("part of restic's time", times["secr-vault put -r"] / times["restic backup"], 1)
    if mount.works:
        yield bar("part of gocryptfs's time", times["secr-vault put -r"] / times["cp -r into gocryptfs, sync"], 1)
    print(f"  {peaks['secr-vault put -r']:.0f} MiB of memory")


class Mount:
    """A gocryptfs mount at `plain`, where that is possible."""

    def __init__(self):
        os.mkdir("sealed")
        os.mkdir("plain")
        self.works = False
        if not shutil.which("gocryptfs"):
            print("\nleft out: gocryptfs, which is not installed")
            return
        Path("gocryptfs-pass").write_text("x\n")
        subprocess.run(["gocryptfs", "-q", "-init", "-scryptn", "10", "-passfile", "gocryptfs-pass", "sealed"], check=True)
        self.works = subprocess.run(
            ["gocryptfs", "-q", "-passfile", "gocryptfs-pass", "sealed", "plain"], stderr=subprocess.DEVNULL).returncode == 0
        if not self.works:
            print("\nleft out: gocryptfs, since nothing can be mounted through FUSE here")

    def clear(self):
        shutil.rmtree("plain/many", ignore_errors=True)

    def end(self):
        if self.works:
            subprocess.run(["fusermount", "-u", "plain"], check=True)


if __name__ == "__main__":
    main()
