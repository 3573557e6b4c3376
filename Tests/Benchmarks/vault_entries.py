#!/usr/bin/env python3
"""Holds a vault of 1,000,000 entries against one of 1,000.

usage: vault_entries.py SECR-VAULT [--entries NUMBER]

Both have folders of 100 empty files each. What is measured is one process with the keys unlocked, at the worst state of
the index: with as many records behind the last checkpoint as there can be before a commit merges them. That commit is
measured by itself. Takes some minutes, and inodes for all the files. Exits 1 where a bar is missed.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from vaultbox import Box, bar, measured, restore, show

IN_A_FOLDER = 100
FEW = 1_000
ROUNDS = 15
MEBIBYTES = 200


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("--entries", type=int, default=1_000_000)
    options = parser.parse_args()
    tool = str(Path(options.tool).resolve())
    with tempfile.TemporaryDirectory(dir=os.environ.get("SECR_BENCH_FOLDER")) as folder:
        os.chdir(folder)
        box = Box(tool)
        try:
            met = run(box, options.entries)
        finally:
            box.lock()
    raise SystemExit(0 if all(met) else 1)


def run(box, entries):
    peaks, merges, columns = [], {}, {}
    # Each vault by itself, and the kind named before the numbers: `few` and `many`.
    for kind, count in (("few", FEW), ("many", entries)):
        seconds, peak = fill(box, count)
        peaks.append(peak)
        print(f"\n{count} entries: put in {seconds:.1f} s, with {peak:.0f} MiB; the vault takes {size('vault'):.1f} MiB", flush=True)
        length, merges[kind], peak = worst(box, kind)
        peaks.append(peak)
        print(f"  a commit merges {length} records into the checkpoint", flush=True)
    for name in ("ls of a folder", "stat", "get", "cat", "put"):
        columns[name] = {}
        for kind in ("few", "many"):
            columns[name][kind], peak = operation(box, kind, name, entries if kind == "many" else FEW)
            peaks.append(peak)
    results = []
    for name, times in columns.items():
        show(name, times, "few")
        results.append(bar("times the same in a vault of 1,000", times["many"] / times["few"], 2))
    print("\nthe commit that merges, as a whole put")
    for kind, seconds in merges.items():
        print(f"  {kind:<32}{seconds * 1000:9.1f} ms")
    results.append(bar("MiB of memory at most", max(peaks), MEBIBYTES))
    return results


def fill(box, count):
    """A fresh vault with so many files."""
    box.renew()
    shutil.rmtree("tree", ignore_errors=True)
    for number in range(count // IN_A_FOLDER):
        folder = f"tree/{number}"
        os.makedirs(folder)
        for name in range(IN_A_FOLDER):
            os.mknod(f"{folder}/file-{name}")
    return measured(f"{box.tool} put vault -rq tree/.")


def objects():
    return sum(len(files) for _, _, files in os.walk("vault/o"))


def size(folder):
    return int(subprocess.run(["du", "-sm", "--apparent-size", folder], stdout=subprocess.PIPE, check=True).stdout.split()[0])


def commit(box):
    """Seconds and MiB of a put of an empty file; whether it merged: a commit that does not leaves one object more."""
    before = objects()
    seconds, peak = measured(f"{box.tool} put vault - --as x --force < /dev/null")
    return seconds, peak, objects() != before + 1


def worst(box, kind):
    """Leaves copies of the vault and the state at which one more put is followed by one that merges."""
    def until_merge():
        count, peak = 0, 0
        while True:
            seconds, held, merged = commit(box)
            count, peak = count + 1, max(peak, held)
            if merged:
                return count, seconds, peak
            assert count < 1_000, "no commit merges"

    until_merge()
    length, seconds, peak = until_merge()
    # The same way again, but for the last two.
    for _ in range(length - 2):
        assert not commit(box)[2], "the index merged earlier than before"
    for name in ("vault", "state"):
        shutil.rmtree(f"{kind}-{name}", ignore_errors=True)
        subprocess.run(["cp", "-a", name, f"{kind}-{name}"], check=True)
    return length, seconds, peak


def operation(box, kind, name, entries):
    """The median of one command, and the most MiB."""
    folder = entries // IN_A_FOLDER // 2
    path = f"{folder}/file-42"
    restore(kind, "vault", "state")
    if name != "put":
        # One more record: what is read has the longest tail.
        assert not commit(box)[2]
    commands = {
        "ls of a folder": f"{box.tool} ls vault {folder}",
        "stat": f"{box.tool} stat vault {path}",
        "get": f"{box.tool} get vault {path} -f -o out",
        "cat": f"{box.tool} cat vault {path}",
        "put": f"{box.tool} put vault - --as new-file --to {folder} < passphrase",
    }
    times, peak = [], 0
    for _ in range(ROUNDS):
        if name == "put":
            restore(kind, "vault", "state")
            os.sync()
        seconds, held = measured(commands[name])
        times.append(seconds)
        peak = max(peak, held)
    return statistics.median(times), peak


if __name__ == "__main__":
    main()
