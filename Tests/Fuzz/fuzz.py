#!/usr/bin/env python3
"""Fuzzes what secr-scrub reads, with libFuzzer under address sanitizer.

usage: fuzz.py [--seconds N] [--only jpeg,png,...]     build, run each target for a while, say how far each came
       fuzz.py --coverage [--only ...]                 build, replay what was found worth keeping, count lines
       fuzz.py --seeds FOLDER                          only write what targets start from

A target is one parser; `Sources/secr-fuzz/` says what has to hold for each input. Two processes run at a time, on one
corpus, which is kept below .build/ and grows from run to run. It starts with the fixtures. Exits 1 at a finding, and
says where the input is. What was found once becomes a fixture, made by `Fixtures/*/make.py`, or a test: both run with
all others.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import seeds

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
SOURCES = ROOT / "Sources"
# What each target is there for: where names stand that it may like to see, and whose lines are counted.
PARSERS = {
    "jpeg": ["SecrScrub/Formats/JPEG"],
    "png": ["SecrScrub/Formats/PNG"],
    "heif": ["SecrScrub/Formats/HEIC", "SecrScrub/Formats/ISOBMFF"],
    "mp4": ["SecrScrub/Formats/MP4", "SecrScrub/Formats/ISOBMFF"],
    "pdf": ["SecrScrub/Formats/PDF"],
    "icc": ["SecrScrub/Metadata/ICC"],
    "exif": ["SecrScrub/Metadata/Exif"],
    "xmp": ["SecrScrub/Metadata/XMP", "SecrScrub/Metadata/GainMap"],
    "iptc": ["SecrScrub/Metadata/PhotoshopResources.swift"],
    "coded": ["SecrScrub/Codecs"],
    "receipt": ["SecrReceipt"],
}
PROCESSES = 2
LONGEST_INPUT = 64 << 10
MEGABYTES = 2_048
SECONDS_FOR_ONE_INPUT = 10
# A trap is reported at once; the runtime would first write a backtrace of its own. References that Swift keeps in enums
# carry a mark, behind which nobody finds them: constants would be taken for leaks. Leaks that grow meet the limit.
ENVIRONMENT = {"SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0"}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", default=",".join(PARSERS))
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--seeds", type=Path)
    options = parser.parse_args()
    targets = options.only.split(",")
    if unknown := set(targets) - set(PARSERS):
        sys.exit(f"no targets: {', '.join(sorted(unknown))}")
    if options.seeds:
        for target in targets:
            seeds.write(target, options.seeds / target)
        return
    if options.coverage:
        cover(targets)
        return
    program = build("fuzz")
    findings = [target for target in targets if not run(program, target, options.seconds)]
    if findings:
        sys.exit(f"findings: {', '.join(findings)}")


def build(name, *options):
    """The program, in a folder of its own."""
    folder = BUILD / name
    command = ["swift", "build", "--package-path", Path(__file__).parent, "--scratch-path", folder, "-c", "release",
               "--jobs", "2", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout)
    return folder / "release" / "secr-fuzz"


def corpus(target):
    return BUILD / "fuzz-corpus" / target


def run(program, target, seconds):
    """Whether nothing was found."""
    own, start = corpus(target), BUILD / "fuzz-seeds" / target
    own.mkdir(parents=True, exist_ok=True)
    seeds.write(target, start)
    names = BUILD / "fuzz-seeds" / f"{target}.dict"
    names.write_text("\n".join(dictionary(target)) + "\n")
    found = BUILD / "fuzz-findings" / target
    found.mkdir(parents=True, exist_ok=True)
    command = [program, f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT}", f"-rss_limit_mb={MEGABYTES}",
               f"-timeout={SECONDS_FOR_ONE_INPUT}", f"-dict={names}", f"-artifact_prefix={found}/", "-reload=5",
               "-print_final_stats=1", own, start]
    logs = [BUILD / f"fuzz-{target}-{number}.log" for number in range(PROCESSES)]
    works = []
    for log in logs:
        with log.open("w") as output:
            works.append(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment(target)))
    try:
        codes = [work.wait(timeout=seconds + 300) for work in works]
    except subprocess.TimeoutExpired:
        codes = [1]
    finally:
        for work in works:
            if work.poll() is None:
                work.kill()
                work.wait()
    texts = [log.read_text(errors="replace") for log in logs]
    count = sum(int(number) for text in texts for number in re.findall(r"number_of_executed_units: (\d+)", text))
    edges = max((int(number) for text in texts for number in re.findall(r" cov: (\d+)", text)), default=0)
    kept = sum(1 for _ in own.iterdir())
    print(f"{target:6} {count:9,} executions {count // max(1, seconds):7,} a second {edges:7,} edges {kept:6,} kept",
          flush=True)
    if all(code == 0 for code in codes):
        return True
    for code, log, text in zip(codes, logs, texts):
        if code != 0:
            told = re.findall(r"(?m)^(?:DOES NOT HOLD|==\d+== ?ERROR|SUMMARY|.*Fatal error|.*written to ).*", text)
            print("\n".join(told) or f"it ended with {code}", f"\nsee {log}", flush=True)
    return False


def environment(target, **more):
    return {**os.environ, **ENVIRONMENT, "SECR_FUZZ_TARGET": target, **more}


def sources(target):
    for place in PARSERS[target]:
        place = SOURCES / place
        yield from sorted(place.rglob("*.swift")) if place.is_dir() else [place]


def dictionary(target):
    """The names that stand in a parser's code, as libFuzzer reads them: so they are never out of date."""
    words = set()
    for file in sources(target):
        for line in file.read_text().splitlines():
            if not line.lstrip().startswith("//"):
                words |= {word for word in re.findall(r'"([^"\\]{2,40})"', line) if word.isascii()}
    # Texts for people have spaces in their midst; types of boxes have them at their ends.
    words = {word for word in words if " " not in word.strip() and re.search(r"\w{2}", word)}
    if target == "pdf":
        words |= {"/" + word for word in words if word.isalnum()}
    entries = [f'"{word}"' for word in sorted(words)]
    if target == "jpeg":
        entries += [f'"\\xFF\\x{marker:02X}"' for marker in [*range(0xC0, 0xF0), 0xFE, 0x00, 0x01]]
    return entries


def cover(targets):
    """Lines of each parser that its own target comes to, with all that its corpus holds."""
    program = build("fuzz-coverage", "-Xswiftc", "-profile-generate", "-Xswiftc", "-profile-coverage-mapping")
    tools = Path(shutil.which("swift")).resolve().parent
    few = False
    for target in targets:
        raw, merged = BUILD / f"{target}.profraw", BUILD / f"{target}.profdata"
        start = BUILD / "fuzz-seeds" / target
        seeds.write(target, start)
        corpus(target).mkdir(parents=True, exist_ok=True)
        replay = subprocess.run([program, "-runs=0", f"-max_len={LONGEST_INPUT}", f"-artifact_prefix={BUILD}/",
                                 corpus(target), start], stderr=subprocess.DEVNULL,
                                env=environment(target, LLVM_PROFILE_FILE=str(raw)))
        if replay.returncode != 0:
            sys.exit(f"a finding in what {target} kept: run make fuzz")
        subprocess.run([tools / "llvm-profdata", "merge", "-o", merged, raw], check=True)
        listing = subprocess.run([tools / "llvm-cov", "report", program, f"-instr-profile={merged}"], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout
        names = {str(file.relative_to(SOURCES)) for file in sources(target)}
        lines, missed = 0, 0
        files = []
        for row in listing.splitlines():
            cells = row.split()
            if len(cells) < 10 or not any(cells[0].endswith(name) for name in names):
                continue
            lines, missed = lines + int(cells[7]), missed + int(cells[8])
            files.append((int(cells[8]), int(cells[7]), Path(cells[0]).name))
        share = 100 * (1 - missed / max(1, lines))
        few = few or share < 85
        print(f"{target:6} {share:5.1f} percent of {lines:,} lines; most left out of: "
              + ", ".join(f"{name} {left}/{all_}" for left, all_, name in sorted(files)[-1:-6:-1]), flush=True)
    if few:
        sys.exit("below 85 percent")


if __name__ == "__main__":
    main()
