#!/usr/bin/env python3
"""Races secr-scrub and secr-vault against cp and their peers and holds the results against the bars.

usage: bench.py FOLDER-OF-THE-BINARIES [--no-large] [--only scrub|seal]

Absolute times say more about a machine than about a program, so each bar is a ratio of medians of one run, taken in
turns. Real pictures come from SECR_CORPUS where it is set; else they are made here. SECR_BENCH_CROWD says how many small
pictures the tree has that is scrubbed as a whole. Exits 1 where a bar is missed.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

import large
import large_heif
import large_mp4
import large_pdf
import large_png
import sealing

ROUNDS = 40
MEGABYTE = 1_000_000
# Small pictures in a tree, and their bytes.
CROWD, SMALL = int(os.environ.get("SECR_BENCH_CROWD", 20_000)), 20_000
# Of the pictures of a folder, ten of each: what cameras, messengers and web pages make, in bytes.
SIZES = (20_000, 80_000, 200_000, 500_000, 1_000_000)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tools = Path(sys.argv[1]).resolve()
    tool, vault = str(tools / "secr-scrub"), str(tools / "secr-vault")
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else None
    results = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("SECR_BENCH_FOLDER")) as folder:
        os.chdir(folder)
        if only != "seal":
            results += [start_up(tool), one_picture(tool), *many_pictures(tool), *one_png(tool), *one_heif(tool)]
            results += one_pdf(tool)
            if "--no-large" not in sys.argv:
                results += [memory(tool, "jpg", large.write), memory(tool, "png", large_png.write_stored)]
                results += [memory(tool, "heic", large_heif.write_huge), memory(tool, "mp4", large_mp4.write)]
                results += [one_mp4(tool), mp4_with_messages(tool), *crowd(tool)]
        if only != "scrub" and "--no-large" not in sys.argv:
            results += sealing.results(vault, show, bar, peak)
    sys.exit(0 if all(results) else 1)


def race(commands, before=lambda: None, rounds=ROUNDS):
    """Medians in milliseconds of whole processes, run in turns so that each meets the same disturbances."""
    taken = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            before()
            start = time.perf_counter()
            status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
            taken[name].append((time.perf_counter() - start) * 1000)
            # 1: some of many files were refused, which takes its time as well.
            assert status in (0, 1), f"{name} ended with {status}"
    return {name: statistics.median(values) for name, values in taken.items()}


def show(title, times, unit="cp"):
    print(f"\n{title}")
    for name, value in times.items():
        print(f"  {name:<32}{value:9.1f} ms   {value / times[unit]:7.2f} x {unit}")


def bar(text, value, limit):
    met = value <= limit
    print(f"  {'met   ' if met else 'MISSED'} {text}: {value:.2f}, at most {limit}")
    return met


def start_up(tool):
    commands = {"true": ["true"], "secr-scrub --version": [tool, "--version"]}
    # What every start would take if the library for documents were not loaded for these alone.
    libraries = sorted(Path("/usr/lib").glob("*/libqpdf.so.[23][0-9]"))
    if libraries:
        commands["... with libqpdf"] = ["env", f"LD_PRELOAD={libraries[-1]}", tool, "--version"]
        commands["... with env alone"] = ["env", tool, "--version"]
    times = race(commands, rounds=100)
    show("start-up", times, "true")
    return bar("milliseconds to start", times["secr-scrub --version"], 6)


def one_picture(tool):
    """A picture of 4 MB; every program leaves its result in `out.jpg`, over the one of the round before."""
    large.write("photo.jpg", 4 * MEGABYTE)

    def before():
        if os.path.exists("secr.jpg"):
            os.remove("secr.jpg")

    peers = {
        "jhead -purejpg": ["sh", "-c", "cp photo.jpg peer.jpg && jhead -purejpg peer.jpg"],
        "exiv2 rm": ["sh", "-c", "cp photo.jpg peer.jpg && exiv2 rm peer.jpg"],
        "jpegtran -copy none": ["jpegtran", "-copy", "none", "-outfile", "peer.jpg", "photo.jpg"],
        "exiftool -all=": ["exiftool", "-q", "-all=", "-o", "peer-exiftool.jpg", "photo.jpg"],
    }
    peers = {name: command for name, command in peers.items() if shutil.which(name.split()[0])}
    times = race({"cp": ["cp", "photo.jpg", "copy.jpg"], "secr-scrub": [tool, "-q", "-o", "secr.jpg", "photo.jpg"]}, before)
    slow = race(peers, lambda: Path("peer-exiftool.jpg").unlink(missing_ok=True), rounds=5)
    show("one picture of 4 MB, contract checked", times | slow)
    return bar("times cp", times["secr-scrub"] / times["cp"], 1.5)


def folder_of_pictures():
    """Every JPEG of the corpus, or some made here."""
    os.mkdir("in")
    corpus = os.environ.get("SECR_CORPUS")
    if corpus:
        return [shutil.copy(path, "in") for path in sorted((Path(corpus) / "jpg").glob("*.jpg"))]
    for number in range(10 * len(SIZES)):
        large.write(f"in/{number}.jpg", SIZES[number % len(SIZES)])
    return sorted(str(path) for path in Path("in").iterdir())


def many_pictures(tool):
    """A folder of pictures in one call."""
    files = folder_of_pictures()
    size = sum(os.path.getsize(path) for path in files)

    def before():
        for name in ("copies", "scrubbed", "stripped"):
            shutil.rmtree(name, ignore_errors=True)
        os.mkdir("copies")

    commands = {
        "cp": ["cp", *files, "copies"],
        "secr-scrub": [tool, "-q", "--output-dir", "scrubbed", *files],
    }
    if shutil.which("exiftool"):
        commands["exiftool -all="] = ["exiftool", "-q", "-m", "-all=", "-o", "stripped/", *files]
    times = race(commands, before, rounds=20)
    show(f"{len(files)} pictures, {size / MEGABYTE:.1f} MB, in one call", times)
    yield bar("times cp", times["secr-scrub"] / times["cp"], 2)
    if "exiftool -all=" in times:
        yield bar("part of exiftool's time", times["secr-scrub"] / times["exiftool -all="], 1 / 8)


def crowd(tool):
    """A tree of many small pictures, until all of it is on the disk. The bars are those for 100,000, of which the default is
    a fifth, since they take a quarter of an hour."""
    os.mkdir("crowd")
    large.write("small.jpg", SMALL)
    picture = Path("small.jpg").read_bytes()
    for number in range(CROWD):
        folder = Path(f"crowd/{number // 20_000}")
        folder.mkdir(exist_ok=True)
        # No two are the same.
        (folder / f"IMG_{number:06}.jpg").write_bytes(picture[:2] + b"\xff\xfe\x00\x0a%08d" % number + picture[2:])
    times = {"cp -r; sync": [], "secr-scrub -r; sync": [], "... --in-place": []}
    for turn in range(3):
        # Each into a folder of its own: a file system looks long for room where many files have just been deleted.
        os.sync()
        times["cp -r; sync"].append(taken(lambda: run(["cp", "-r", "crowd", f"copy{turn}"]), os.sync))
        scrub = [tool, "-q", "-r", "--output-dir", f"scrubbed{turn}", "crowd"]
        times["secr-scrub -r; sync"].append(taken(lambda: run(scrub), os.sync))
        place = [tool, "-q", "-r", "--in-place", f"copy{turn}"]
        times["... --in-place"].append(taken(lambda: run(place)))
    most = peak([tool, "-q", "-r", "--output-dir", "again", "crowd"])[1]
    medians = {name: statistics.median(values) for name, values in times.items()}
    show(f"{CROWD} pictures of {SMALL // 1000} kB, until they are on the disk", medians, "cp -r; sync")
    for name in ["crowd", "again"] + [f"{kind}{turn}" for kind in ("copy", "scrubbed") for turn in range(3)]:
        shutil.rmtree(name)
    yield bar("times cp -r; sync", medians["secr-scrub -r; sync"] / medians["cp -r; sync"], 3)
    yield bar("MiB of memory at most", most / 1024, 64)


def run(command):
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def taken(*work):
    """Milliseconds."""
    start = time.perf_counter()
    for piece in work:
        piece()
    return (time.perf_counter() - start) * 1000


def one_png(tool):
    """A picture of 5 MB, whose lines have to be unpacked once to see where they end."""
    large_png.write("photo.png", 5 * MEGABYTE)
    packed = large_png.stream("photo.png")

    def before():
        for name in ("secr.png", "peer.png"):
            Path(name).unlink(missing_ok=True)

    commands = {"cp": ["cp", "photo.png", "copy.png"], "secr-scrub": [tool, "-q", "-o", "secr.png", "photo.png"]}
    if shutil.which("exiftool"):
        commands["exiftool -all="] = ["exiftool", "-q", "-all=", "-o", "peer.png", "photo.png"]
    times = race(commands, before, rounds=10)
    times["unpacking alone (zlib)"] = statistics.median(unpacking(packed) for _ in range(10))
    show(f"one PNG picture of {os.path.getsize('photo.png') / MEGABYTE:.1f} MB, contract checked", times)
    if "exiftool -all=" in times:
        yield bar("part of exiftool's time", times["secr-scrub"] / times["exiftool -all="], 1 / 3)


def one_heif(tool):
    """A picture of 2 MB, as phones write it."""
    large_heif.write("photo.heic", 2 * MEGABYTE)

    def before():
        for name in ("secr.heic", "peer.heic"):
            Path(name).unlink(missing_ok=True)

    commands = {"cp": ["cp", "photo.heic", "copy.heic"], "secr-scrub": [tool, "-q", "-o", "secr.heic", "photo.heic"]}
    times = race(commands, before)
    if shutil.which("exiftool"):
        exiftool = {"exiftool -all=": ["exiftool", "-q", "-m", "-all=", "-o", "peer.heic", "photo.heic"]}
        times |= race(exiftool, before, rounds=5)
    show("one HEIC picture of 2 MB, contract checked", times)
    yield bar("times cp", times["secr-scrub"] / times["cp"], 1.5)
    if "exiftool -all=" in times:
        yield bar("part of exiftool's time", times["secr-scrub"] / times["exiftool -all="], 1 / 10)


def one_pdf(tool):
    """A document of 4 MB, half words and half pictures."""
    large_pdf.write("paper.pdf", 4 * MEGABYTE)

    def before():
        for name in ("secr.pdf", "peer.pdf", "paper.cleaned.pdf"):
            Path(name).unlink(missing_ok=True)

    own = [tool, "-q", "-o", "secr.pdf", "paper.pdf"]
    qpdf = ["qpdf", "paper.pdf", "peer.pdf"]
    times = race({"cp": ["cp", "paper.pdf", "copy.pdf"], "secr-scrub": own, "qpdf": qpdf}, before)
    if shutil.which("mat2"):
        times |= race({"mat2 -L": ["mat2", "-L", "paper.pdf"]}, before, rounds=3)
    show("one PDF document of 4 MB, contract checked", times)
    before()
    sizes = [peak(command)[1] for command in (own, qpdf)]
    yield bar("times qpdf", times["secr-scrub"] / times["qpdf"], 2)
    yield bar("times qpdf's memory", sizes[0] / sizes[1], 3)
    if "mat2 -L" in times:
        yield bar("part of mat2's time", times["secr-scrub"] / times["mat2 -L"], 1 / 3)


def one_mp4(tool):
    """A video of 1 GB, from one disk to itself."""
    large_mp4.write("film.mp4", 1_000 * MEGABYTE)

    def before():
        for name in ("copy.mp4", "secr.mp4", "peer.mp4"):
            Path(name).unlink(missing_ok=True)

    commands = {"cp": ["cp", "film.mp4", "copy.mp4"], "secr-scrub": [tool, "-q", "-o", "secr.mp4", "film.mp4"]}
    times = race(commands, before, rounds=10)
    peers = {
        "ffmpeg -c copy": ["ffmpeg", "-v", "quiet", "-i", "film.mp4", "-c", "copy", "-map_metadata", "-1", "peer.mp4"],
        "exiftool -all=": ["exiftool", "-q", "-m", "-api", "largefilesupport=1", "-all=", "-o", "peer.mp4", "film.mp4"],
    }
    peers = {name: command for name, command in peers.items() if shutil.which(command[0])}
    show("one video of 1 GB, contract checked", times | race(peers, before, rounds=2))
    before()
    Path("film.mp4").unlink()
    return bar("times cp", times["secr-scrub"] / times["cp"], 1.2)


def mp4_with_messages(tool):
    """The same with a message of the encoder in front of each picture, all of which are written over."""
    large_mp4.write("film.mp4", 1_000 * MEGABYTE, with_messages=True)

    def before():
        for name in ("copy.mp4", "secr.mp4"):
            Path(name).unlink(missing_ok=True)

    commands = {"cp": ["cp", "film.mp4", "copy.mp4"], "secr-scrub": [tool, "-q", "-o", "secr.mp4", "film.mp4"]}
    times = race(commands, before, rounds=10)
    show("one video of 1 GB with a message in front of each picture, contract checked", times)
    before()
    Path("film.mp4").unlink()
    return bar("times cp", times["secr-scrub"] / times["cp"], 2)


def unpacking(packed):
    """Milliseconds of one inflate."""
    start = time.perf_counter()
    zlib.decompress(packed)
    return (time.perf_counter() - start) * 1000


def memory(tool, suffix, write):
    """The largest resident size for a file of 2 GB."""
    print(f"\na file of 2 GB, .{suffix}")
    source, target = f"huge.{suffix}", f"huge-out.{suffix}"
    write(source, 2_000 * MEGABYTE)
    start = time.perf_counter()
    status, kibibytes = peak([tool, "-q", "-o", target, source])
    seconds = time.perf_counter() - start
    size = os.path.getsize(source)
    for name in (source, target):
        Path(name).unlink(missing_ok=True)
    print(f"  {size / MEGABYTE:.0f} MB in {seconds:.1f} s, exit status {status}")
    return status == 0 and bar("MiB of memory at most", kibibytes / 1024, 48)


def peak(command):
    """How a command ends, and the most KiB that it held."""
    process = subprocess.Popen(command)
    most = 0
    while process.poll() is None:
        most = max(most, resident(process.pid))
        time.sleep(0.002)
    return process.returncode, most


def resident(process):
    """The KiB that a process and all that it began hold now; what several of them share counts once."""
    try:
        sizes = Path(f"/proc/{process}/smaps_rollup").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0
    own = [int(line.split()[1]) for line in sizes.splitlines() if line.startswith("Pss:")]
    return sum(own) + sum(resident(child) for child in children)


if __name__ == "__main__":
    main()
