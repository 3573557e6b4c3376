#!/usr/bin/env python3
"""Races secr-scrub against its peers and prints a table in Markdown: what each leaves, what it breaks, and how fast.

usage: peers.py FOLDER-OF-THE-BINARIES [--only jpg,png,heic,mp4,pdf] [--leaks FILE]

Sound fixtures that hold canaries are given to each tool, in the mode that its manual says removes most. Counted are
the places whose canaries can be found in any of its outputs, packed or not, of those in files that it did not refuse;
pictures, frames and pages are decoded before and after. How fast it is, is measured with one larger file of each
format, in turns. `--leaks` writes down which places are meant. Exits 1 where secr-scrub leaves, refuses or changes
anything.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import canaries
import large
import large_heif
import large_mp4
import large_pdf
import large_png
import rendering

MEGABYTE = 1_000_000
ROUNDS = 7
# Seconds for the larger file after which a tool gets two rounds, or one.
SLOW, SLOWEST = 1, 10
LARGE = {
    "jpg": (large.write, 4 * MEGABYTE),
    "png": (large_png.write, 5 * MEGABYTE),
    "heic": (large_heif.write, 2 * MEGABYTE),
    "mp4": (large_mp4.write, 100 * MEGABYTE),
    "pdf": (large_pdf.write, MEGABYTE),
}
OURS = "secr-scrub"


@dataclass(frozen=True)
class Peer:
    """A way to remove metadata: a tool, and what it is called with for one file or for many."""

    name: str
    # Which program has to be there, and what makes it tell its version.
    program: str
    version: tuple
    formats: tuple
    # Those that have to be run, one after the other, for a source and a target.
    commands: object
    # Exit statuses after which there is an output.
    good: tuple = (0,)
    # Where the output is, if not where it was asked for.
    elsewhere: object = None
    # Whether the target is a copy that is changed.
    in_place: bool = False
    # A command for many files at once, from a folder to another, for tools that take long to start.
    many: object = None

    def is_there(self):
        return shutil.which(self.program) is not None

    def clean(self, source, target):
        """Cleans one file; there is no output where that fails."""
        if self.in_place:
            shutil.copy(source, target)
        if not self.runs(self.commands(source, target)):
            target.unlink(missing_ok=True)

    def runs(self, commands):
        return all(quiet(command) in self.good for command in commands)

    def clean_all(self, sources, folder):
        """Cleans many files into a folder, as far as it can."""
        if not self.many:
            for source in sources:
                self.clean(source, folder / source.name)
            return
        quiet(self.many(sources, folder))
        if self.elsewhere:
            for source in sources:
                if self.elsewhere(source).exists():
                    self.elsewhere(source).replace(folder / source.name)


def quiet(command):
    return subprocess.run([str(part) for part in command], **SILENT, check=False).returncode


SILENT = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def exiftool(*more):
    return ["exiftool", "-q", "-q", "-m", "-api", "largefilesupport=1", "-all=", *more]


def cleaned(source):
    """Where mat2 puts its output."""
    return source.with_suffix(".cleaned" + source.suffix)


def without_metadata(source, target):
    """All that the installed qpdf knows to leave out, from version 12 on; it writes only what is in use in any case."""
    known = subprocess.run(["qpdf", "--help=all"], capture_output=True, text=True, check=False).stdout
    options = [option for option in ("--remove-info", "--remove-metadata", "--remove-structure") if option in known]
    return [["qpdf", *options, source, target]]


def ffmpeg(source, target):
    exact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
    none = ["-map_metadata", "-1", "-map_chapters", "-1"]
    return [["ffmpeg", "-v", "quiet", "-y", "-i", source, *none, *exact, "-c", "copy", target]]


def peers(tool):
    """All of them, ours first."""
    mat2 = ("mat2", "--version")
    return [
        Peer(
            OURS, tool, (tool, "--version"), tuple(LARGE), lambda source, target: [[tool, "-q", "-o", target, source]],
            many=lambda sources, folder: [tool, "-q", "--output-dir", folder, *sources]),
        Peer(
            "exiftool -all=", "exiftool", ("exiftool", "-ver"), tuple(LARGE),
            lambda source, target: [exiftool("-o", target, source)],
            many=lambda sources, folder: exiftool("-o", f"{folder}/", *sources)),
        Peer(
            "exiftool -all=, qpdf", "qpdf", ("qpdf", "--version"), ("pdf",),
            lambda source, target: [exiftool("-overwrite_original", target), ["qpdf", "--replace-input", target]],
            in_place=True, good=(0, 3)),
        Peer("qpdf", "qpdf", ("qpdf", "--version"), ("pdf",), without_metadata, good=(0, 3)),
        Peer("ffmpeg -c copy", "ffmpeg", ("ffmpeg", "-version"), ("mp4",), ffmpeg),
        Peer("jpegtran -copy none", "jpegtran", ("jpegtran", "-version"), ("jpg",),
             lambda source, target: [["jpegtran", "-copy", "none", "-outfile", target, source]]),
        Peer("jhead -purejpg", "jhead", ("jhead", "-V"), ("jpg",),
             lambda source, target: [["jhead", "-purejpg", target]], in_place=True),
        Peer("exiv2 rm", "exiv2", ("exiv2", "--version"), ("jpg", "png", "heic"),
             lambda source, target: [["exiv2", "rm", target]], in_place=True),
        Peer("mat2 -L", "mat2", mat2, tuple(LARGE), lambda source, target: [["mat2", "-L", source]],
             elsewhere=cleaned, many=lambda sources, folder: ["mat2", "-L", *sources]),
        Peer("mat2", "mat2", mat2, tuple(LARGE), lambda source, target: [["mat2", source]],
             elsewhere=cleaned, many=lambda sources, folder: ["mat2", *sources]),
    ]


@dataclass
class Row:
    """What became of the fixtures of one format."""

    left: set
    # Of those that were written.
    planted: set
    written: int
    # Of these, those that a reader shows before, and that look the same after.
    shown: int
    kept: int
    total: int


def clean_fixtures(peer, found, before, folder, suffix):
    """Has a tool clean copies of all fixtures."""
    source, target = folder / "in", folder / "out"
    for place in (source, target):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
    copies = [Path(shutil.copy(fixture.path, source)) for fixture in found]
    peer.clean_all(copies, target)
    row = Row(set(), set(), 0, 0, 0, len(found))
    after = rendering.seen(sorted(target.glob("*." + suffix)), suffix)
    for fixture in found:
        name = fixture.path.name
        if (target / name).exists():
            row.written += 1
            row.planted |= set(fixture.needles)
            row.left |= fixture.left((target / name).read_bytes())
            row.shown += rendering.is_shown(before[name])
            row.kept += rendering.is_shown(before[name]) and rendering.same(before[name], after[name])
    return row


def speeds(some, folder, suffix):
    """Megabytes in a second, of whole processes in turns; nothing for those that refuse the file."""
    source, target = folder / f"large.{suffix}", folder / f"cleaned.{suffix}"
    write, size = LARGE[suffix]
    write(str(source), size)
    taken = {peer.name: [] for peer in some}
    for turn in range(ROUNDS):
        for peer in some:
            times = taken[peer.name]
            if times is None or (turn == 1 and times[0] > SLOWEST) or (turn > 1 and times[0] > SLOW):
                continue
            target.unlink(missing_ok=True)
            if peer.in_place:
                # The copy does not count.
                shutil.copy(source, target)
            commands = peer.commands(source, target)
            start = time.perf_counter()
            good = peer.runs(commands)
            times.append(time.perf_counter() - start)
            if not good:
                taken[peer.name] = None
            if peer.elsewhere:
                peer.elsewhere(source).unlink(missing_ok=True)
    megabytes = os.path.getsize(source) / MEGABYTE
    source.unlink()
    return {name: megabytes / statistics.median(times) for name, times in taken.items() if times}


HEAD = """| format | tool | places left | files refused | shown the same | MB/s |
| --- | --- | ---: | ---: | ---: | ---: |"""


def show(suffix, name, row, speed):
    if row.written == 0:
        cells = ("-", "all", "-", "-")
    else:
        digits = ".0f" if speed and speed >= 10 else ".1f" if speed and speed >= 1 else ".2g"
        pace = "-" if speed is None else format(speed, digits)
        refused = str(row.total - row.written)
        cells = (f"{len(row.left)} of {len(row.planted)}", refused, f"{row.kept} of {row.shown}", pace)
    print(f"| {suffix.upper().replace('JPG', 'JPEG')} | {name} | " + " | ".join(cells) + " |", flush=True)


def version(peer):
    result = subprocess.run(peer.version, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    match = re.search(r"\d+(\.\d+)+", result.stdout + result.stderr)
    return f"{Path(peer.program).name} {match[0] if match else '?'}"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tool = str(Path(sys.argv[1]).resolve() / OURS)
    suffixes = sys.argv[sys.argv.index("--only") + 1].split(",") if "--only" in sys.argv else list(LARGE)
    leaks = open(sys.argv[sys.argv.index("--leaks") + 1], "w") if "--leaks" in sys.argv else None
    everybody = peers(tool)
    present = [peer for peer in everybody if peer.is_there()]
    for program in sorted({peer.program for peer in everybody} - {peer.program for peer in present}):
        print(f"peers.py: {program} is not installed", file=sys.stderr)
    print(HEAD, flush=True)
    is_clean = True
    with tempfile.TemporaryDirectory(dir=os.environ.get("SECR_BENCH_FOLDER")) as name:
        folder = Path(name)
        for suffix in suffixes:
            found = canaries.fixtures(suffix)
            before = rendering.seen([fixture.path for fixture in found], suffix)
            rows = {}
            for peer in (peer for peer in present if suffix in peer.formats):
                rows[peer.name] = clean_fixtures(peer, found, before, folder, suffix)
                if leaks:
                    leaks.writelines(f"{suffix}\t{peer.name}\t{place}\n" for place in sorted(rows[peer.name].left))
            pace = speeds([peer for peer in present if peer.name in rows and rows[peer.name].written], folder, suffix)
            for peer, row in rows.items():
                show(suffix, peer, row, pace.get(peer))
            ours = rows[OURS]
            is_clean = is_clean and not ours.left and ours.written == ours.total and ours.kept == ours.shown
    print("\n" + ", ".join(dict.fromkeys(map(version, present))))
    sys.exit(0 if is_clean else 1)


if __name__ == "__main__":
    main()
