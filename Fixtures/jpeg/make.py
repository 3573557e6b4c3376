#!/usr/bin/env python3
"""Writes the JPEG fixtures and their manifest beside this file.

    make.py            writes every file
    make.py --check    makes them in memory and compares; exits 1 where a file differs, is missing or is not ours

The same bytes come out on every machine: no clock, no randomness, no library that compresses.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from rows import (  # noqa: E402
    endings,
    everything,
    exif,
    holiday,
    hostile,
    keep,
    photoshop,
    pictures,
    profiles,
    structure,
    vendors,
    xmp,
)

HERE = Path(__file__).resolve().parent
MANIFEST = "manifest.json"
PARTS = (exif, xmp, photoshop, profiles, pictures, vendors, structure, endings, keep, everything, holiday, hostile)
LARGEST = 20_000
EXCEPTIONS = {"everything.jpg": 40_000}


def main():
    fixtures = [fixture for part in PARTS for fixture in part.fixtures()]
    prove(fixtures)
    files = {fixture.file: fixture.data for fixture in fixtures}
    files[MANIFEST] = manifest(fixtures)
    if sys.argv[1:] == ["--check"]:
        sys.exit(report(differences(files)))
    if sys.argv[1:]:
        sys.exit(__doc__)
    write(files)


def manifest(fixtures):
    entries = [fixture.entry() for fixture in fixtures]
    return (json.dumps(entries, indent=1) + "\n").encode()


def write(files):
    for name, data in files.items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def differences(files):
    """Lines about files that are not as they would be made."""
    made = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*.jpg")}
    lines = [f"{name}: not made by this script" for name in sorted(made - set(files))]
    for name, data in files.items():
        path = HERE / name
        if not path.is_file():
            lines.append(f"{name}: missing")
        elif path.read_bytes() != data:
            lines.append(f"{name}: differs")
    return lines


def report(lines):
    """Prints the lines; returns the exit status."""
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


def prove(fixtures):
    """Fails where a fixture doesn't hold what its entry promises."""
    names = [fixture.file for fixture in fixtures]
    assert len(names) == len(set(names)), "a name is used twice"
    rows = rows_by_token(fixtures)
    for fixture in fixtures:
        assert len(fixture.data) <= EXCEPTIONS.get(fixture.file, LARGEST), f"{fixture.file}: too large"
        prove_tokens(fixture, rows)


def rows_by_token(fixtures):
    """Each canary belongs to one row."""
    rows = {}
    for fixture in fixtures:
        for plant in fixture.plants.drop:
            row = rows.setdefault(plant["token"], plant["row"])
            assert row == plant["row"], f"{row} and {plant['row']} have the same token"
    return {bytes.fromhex(token): row for token, row in rows.items()}


def prove_tokens(fixture, rows):
    """Each canary stands in its file, no other does, and what stays holds none of them."""
    ours = {bytes.fromhex(plant["token"]): plant["row"] for plant in fixture.plants.drop}
    for token, row in ours.items():
        assert token in fixture.data, f"{fixture.file}: {row} is missing"
    for token, row in rows.items():
        assert row in ours.values() or token not in fixture.data, f"{fixture.file}: holds {row} by accident"
    for plant in fixture.plants.keep:
        kept = bytes.fromhex(plant["token"])
        assert kept in fixture.data, f"{fixture.file}: {plant['row']} is missing"
        assert not any(token in kept for token in ours), f"{fixture.file}: {plant['row']} holds a canary"


if __name__ == "__main__":
    main()
