#!/usr/bin/env python3
"""Races a mounted vault against a mounted gocryptfs and the disk itself, and holds the results against the bars.

usage: mount.py SECR-VAULT [ROUNDS]

Root only, since caches are dropped before what is read. Each bar is a ratio of medians of one run, taken in turns: a gibibyte
written and synced, and read again; 16,384 blocks of it read here and there; 256 blocks written, each of them synced; 15,000
files of this machine unpacked, listed and removed. Exits 1 where a bar is missed.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from vaultbox import Box, measured, show

FILES = 15_000


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tool = str(Path(sys.argv[1]).resolve())
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory(dir=os.environ.get("SECR_BENCH_FOLDER")) as folder:
        os.chdir(folder)
        box = Box(tool)
        places = [Vault(box), Gocryptfs(), Disk()]
        try:
            prepare()
            times = race(places, rounds)
        finally:
            for place in places:
                place.unmount()
            Path("/dev/shm/secr-bench").unlink(missing_ok=True)
            box.lock()
    met = True
    for work, (command, least) in WORK.items():
        show(f"{work}: {command}", times[work], "gocryptfs")
        ratio = times[work]["gocryptfs"] / times[work]["secr-vault"]
        met = met and ratio >= least
        print(f"  {'met   ' if ratio >= least else 'MISSED'} times faster than gocryptfs: {ratio:.2f}, at least {least}")
    print(f"\nmemory of the mounted vault at most {places[0].peak:.0f} MiB, at most 128")
    sys.exit(0 if met and places[0].peak <= 128 else 1)


FIO = "fio --name=job --bs=4k --randseed=1 --output=/dev/null"

# What is done in each place, in this order, and how many times faster than gocryptfs it is to be.
WORK = {
    "write": ("dd if=/dev/shm/secr-bench of={0}/large bs=1M && sync {0}/large", 3),
    "read": ("cmp {0}/large /dev/shm/secr-bench", 1.5),
    "random": (f"{FIO} --filename={{0}}/large --rw=randread --size=1g --io_size=64m", 1),
    "synced": (f"{FIO} --filename={{0}}/small --rw=randwrite --size=16m --io_size=1m --fsync=1", 1),
    "unpack": ("mkdir {0}/tree && tar xf files.tar -C {0}/tree && sync {0}/tree", 2),
    "list": ("ls -lR {0}/tree", 4),
    "remove": ("rm -r {0}/tree && sync {0}", 4),
}
# Before these, nothing is in a cache.
COLD = ("read", "random", "list")


class Vault:
    name, folder, peak = "secr-vault", "vault-mount", 0.0

    def __init__(self, box):
        self.box = box
        os.mkdir(self.folder)

    def mount(self):
        # In the background it would be somebody else's child.
        self.server = subprocess.Popen([self.box.tool, "mount", "--foreground", "vault", self.folder])
        while not os.path.ismount(self.folder):
            if self.server.poll() is not None:
                sys.exit("the vault can't be mounted")

    def unmount(self):
        if not os.path.ismount(self.folder):
            return
        with open(f"/proc/{self.server.pid}/status", encoding="ascii") as status:
            held = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        self.peak = max(self.peak, held / 1_024)
        self.box.run("unmount", self.folder)
        self.server.wait()


class Gocryptfs:
    name, folder = "gocryptfs", "gocryptfs-mount"

    def __init__(self):
        os.mkdir(self.folder)
        os.mkdir("gocryptfs")
        subprocess.run(["gocryptfs", "-init", "-q", "-passfile", "passphrase", "gocryptfs"], check=True)

    def mount(self):
        subprocess.run(
            ["gocryptfs", "-q", "-passfile", "passphrase", "gocryptfs", self.folder], check=True,
            stderr=subprocess.DEVNULL)

    def unmount(self):
        if os.path.ismount(self.folder):
            subprocess.run(["fusermount3", "-u", self.folder], check=True)


class Disk:
    name, folder = "disk", "disk"

    def __init__(self):
        os.mkdir(self.folder)

    def mount(self):
        pass

    def unmount(self):
        pass


def prepare():
    with open("/dev/shm/secr-bench", "wb") as file:
        for _ in range(1_024):
            file.write(os.urandom(1 << 20))
    names = subprocess.run(
        f"find /usr/include /usr/share/doc ! -type d 2> /dev/null | head -n {FILES}", shell=True, check=True,
        capture_output=True).stdout
    subprocess.run(["tar", "cf", "files.tar", "-T", "-"], input=names, check=True, stderr=subprocess.DEVNULL)


def race(places, rounds):
    times = {work: {place.name: [] for place in places} for work in WORK}
    for turn in range(rounds):
        order = places[turn % len(places):] + places[:turn % len(places)]
        for work, (command, _) in WORK.items():
            for place in order:
                if work in COLD:
                    place.unmount()
                    os.sync()
                    Path("/proc/sys/vm/drop_caches").write_text("3")
                if not os.path.ismount(place.folder):
                    place.mount()
                os.sync()
                times[work][place.name].append(measured(command.format(place.folder))[0])
        for place in places:
            os.unlink(f"{place.folder}/large")
            os.unlink(f"{place.folder}/small")
    return {work: {name: statistics.median(values) for name, values in all.items()} for work, all in times.items()}


main()
