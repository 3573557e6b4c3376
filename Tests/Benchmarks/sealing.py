"""Sealing and opening one large file against cp and age, every output brought to the disk within the time."""

import os
import shutil
import subprocess
import time
from pathlib import Path

GIBIBYTE = 1 << 30
ROUNDS = 5


def write(path, size):
    """Bytes that no file system can make fewer."""
    with open(path, "wb") as file:
        for _ in range(size >> 24):
            file.write(os.urandom(1 << 24))
        file.flush()
        os.fsync(file.fileno())


def once(command, output):
    """Seconds of a command and of the sync of what it wrote; the output is gone afterwards."""
    os.sync()
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    descriptor = os.open(output, os.O_RDONLY)
    os.fsync(descriptor)
    taken = time.perf_counter() - start
    os.close(descriptor)
    os.remove(output)
    return taken


def race(contestants):
    """Medians of milliseconds, taken in turns; each contestant begins as often as the others."""
    taken = {name: [] for name, _, _ in contestants}
    for turn in range(ROUNDS):
        shift = turn % len(contestants)
        for name, command, output in contestants[shift:] + contestants[:shift]:
            taken[name].append(once(command, output) * 1000)
    return {name: sorted(values)[ROUNDS // 2] for name, values in taken.items()}


def prepare(tool):
    """The file, the keys, and the file sealed by each of the contestants."""
    write("plain", GIBIBYTE)
    Path("key").write_bytes(os.urandom(64))
    subprocess.run([tool, "seal", "--key-file", "key", "-o", "plain.secr", "plain"], check=True)
    if not shutil.which("age"):
        return
    made = subprocess.run(["age-keygen", "-o", "identity"], capture_output=True, text=True, check=True)
    Path("recipient").write_text(made.stderr.split()[-1] + "\n")
    subprocess.run(["age", "-R", "recipient", "-o", "plain.age", "plain"], check=True)


def results(tool, show, bar, peak):
    """Whether each bar is met."""
    prepare(tool)
    for verb, ours, theirs in (
        ("seal", ["seal", "--key-file", "key", "-o", "out", "plain"], ["age", "-R", "recipient", "-o", "out", "plain"]),
        ("open", ["open", "--key-file", "key", "-o", "out", "plain.secr"],
         ["age", "-d", "-i", "identity", "-o", "out", "plain.age"]),
    ):
        contestants = [
            ("cp", ["cp", "--reflink=never", "plain", "copy"], "copy"),
            (f"secr-vault {verb}", [tool, *ours], "out"),
        ]
        if shutil.which("age"):
            contestants.append(("age", theirs, "out"))
        times = race(contestants)
        show(f"{verb} 1 GiB with a key file, output synced", times)
        yield bar("times cp", times[f"secr-vault {verb}"] / times["cp"], 1.25)
        if "age" in times:
            yield bar("part of age's time", times[f"secr-vault {verb}"] / times["age"], 1 / 2)
        status, kibibytes = peak([tool, *ours])
        os.remove("out")
        yield status == 0 and bar("MiB of memory at most", kibibytes / 1024, 64)
    for name in ("plain", "plain.secr", "plain.age"):
        Path(name).unlink(missing_ok=True)
