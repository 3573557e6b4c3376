"""What the scripts have in common that make the files of one format: proofs, the manifest, and the comparison."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from writers.canary import Plants

MANIFEST = "manifest.json"
LARGEST = 20_000


@dataclass
class Fixture:
    """One file with what the manifest says about it, whatever its format."""

    file: str
    data: bytes
    plants: Plants = field(default_factory=Plants)
    decodable: bool = True
    why: str = None
    orientation: int = 1
    aspect: list = None
    icc: bool = False
    icc_standard: str = None

    def entry(self):
        """The object of the manifest."""
        return {
            "file": self.file,
            "valid": self.why is None,
            "decodable": self.decodable,
            "why": self.why,
            "drop": self.plants.drop,
            "keep": self.plants.keep,
            "orientation": self.orientation,
            "aspect": self.aspect,
            "icc": self.icc,
            "iccStandard": self.icc_standard,
        }


@dataclass(frozen=True)
class Collection:
    """The fixtures of one format: where they are, how their names end, and which of them may be how large."""

    folder: Path
    suffixes: tuple
    exceptions: dict = field(default_factory=dict)

    def make(self, parts, usage):
        """Does what the command line asks for with the fixtures of the modules `parts`."""
        fixtures = [fixture for part in parts for fixture in part.fixtures()]
        self.prove(fixtures)
        files = {fixture.file: fixture.data for fixture in fixtures}
        files[MANIFEST] = manifest(fixtures)
        if sys.argv[1:] == ["--check"]:
            sys.exit(report(self.differences(files)))
        if sys.argv[1:]:
            sys.exit(usage)
        self.write(files)

    def write(self, files):
        for name, data in files.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)

    def differences(self, files):
        """Lines about files that are not as they would be made."""
        found = [path for end in self.suffixes for path in self.folder.rglob("*" + end)]
        made = {path.relative_to(self.folder).as_posix() for path in found}
        lines = [f"{name}: not made by this script" for name in sorted(made - set(files))]
        for name, data in files.items():
            path = self.folder / name
            if not path.is_file():
                lines.append(f"{name}: missing")
            elif path.read_bytes() != data:
                lines.append(f"{name}: differs")
        return lines

    def prove(self, fixtures):
        """Fails where a fixture doesn't hold what its entry promises."""
        names = [fixture.file for fixture in fixtures]
        assert len(names) == len(set(names)), "a name is used twice"
        assert all(name.endswith(self.suffixes) for name in names), "a name ends otherwise"
        rows = rows_by_token(fixtures)
        for fixture in fixtures:
            assert len(fixture.data) <= self.exceptions.get(fixture.file, LARGEST), f"{fixture.file}: too large"
            prove_tokens(fixture, rows)


def manifest(fixtures):
    entries = [fixture.entry() for fixture in fixtures]
    return (json.dumps(entries, indent=1) + "\n").encode()


def report(lines):
    """Prints the lines; returns the exit status."""
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


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
