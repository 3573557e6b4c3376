"""The fixtures that hold canaries, and a search that finds these however a file is packed."""

import base64
import binascii
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True
FIXTURES = Path(__file__).resolve().parents[2] / "Fixtures"
sys.path[:0] = [str(FIXTURES)]

from writers import canary  # noqa: E402

# Folders of fixtures by suffix.
FOLDERS = {"jpg": "jpeg", "png": "png", "heic": "heif", "mp4": "mp4", "pdf": "pdf"}
# How deep something is packed in something else, at most.
DEEPEST = 4
# What a stream of zlib may begin with.
ZLIB = re.compile(rb"[\x08\x18\x28\x38\x48\x58\x68\x78]")
HEX = re.compile(rb"(?:[0-9A-Fa-f]\s*){24,}")
BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]\s*){16,}")
OCTAL = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True)
class Fixture:
    """A sound file, and the places of which each holds a canary, with what to look for."""

    path: Path
    needles: dict

    def left(self, data):
        """The places whose canaries are still in what was made of it."""
        forms = unpacked(data)
        return {place for place, needle in self.needles.items() if any(needle in form for form in forms)}


def fixtures(suffix):
    """Sound fixtures of a format with canaries in every place that any has. Exits where the search misses one."""
    folder = FIXTURES / FOLDERS[suffix]
    found = []
    for entry in json.loads((folder / "manifest.json").read_text()):
        if entry["file"].endswith("." + suffix) and entry["valid"] and entry["decodable"] and entry["drop"]:
            fixture = Fixture(folder / entry["file"], {plant["row"]: needle(plant) for plant in entry["drop"]})
            missed = set(fixture.needles) - fixture.left(fixture.path.read_bytes())
            if missed:
                sys.exit(f"{entry['file']}: the search does not find {', '.join(sorted(missed))}")
            found.append(fixture)
    return chosen(found)


def chosen(found):
    """Few of them, but every place is in two, if it is in so many: what a tool refuses says nothing of its places."""
    wanted = Counter(place for fixture in found for place in fixture.needles)
    wanted = {place: min(2, count) for place, count in wanted.items()}
    picked, rest = [], list(found)
    while any(wanted.values()):
        best = max(rest, key=lambda fixture: sum(wanted[place] > 0 for place in fixture.needles))
        rest.remove(best)
        picked.append(best)
        for place in best.needles:
            wanted[place] -= 1 if wanted[place] else 0
    return picked


def needle(plant):
    """The text of a canary where it has one, however it is encoded; else its bytes."""
    token = bytes.fromhex(plant["token"])
    text = canary.token(plant["row"])
    return text if any(text in form for form in unpacked(token)) else token


def unpacked(data):
    """The data and all that is packed in it: zlib, hexadecimal, base64, UTF-16, and the objects of a document."""
    forms = [data]
    if data.startswith(b"%PDF"):
        forms.append(opened(data))
    layer = list(forms)
    for _ in range(DEEPEST):
        layer = [inner for form in layer for inner in (*inflated(form), *decoded(form))]
        forms += layer
    # Every second byte of UTF-16 is 0 for letters of ASCII.
    return forms + [form.replace(b"\0", b"") for form in forms]


def inflated(data):
    for match in ZLIB.finditer(data):
        if int.from_bytes(data[match.start():match.start() + 2], "big") % 31 == 0:
            try:
                inner = zlib.decompressobj().decompress(data[match.start():], 1 << 24)
            except zlib.error:
                continue
            if len(inner) >= canary.SHORTEST_TOKEN:
                yield inner


def decoded(data):
    for match in HEX.finditer(data):
        digits = b"".join(match[0].split())
        for start in (0, 1):
            yield binascii.unhexlify(digits[start: start + (len(digits) - start) // 2 * 2])
    for match in BASE64.finditer(data):
        letters = b"".join(match[0].split())
        for start in range(4):
            yield base64.b64decode(letters[start: start + (len(letters) - start) // 4 * 4])
    if b"\\" in data:
        yield OCTAL.sub(lambda match: bytes([int(match[1], 8) & 255]), data)


def opened(document):
    """A document with nothing packed or encrypted, as far as qpdf is there and can do that."""
    if not shutil.which("qpdf"):
        return b""
    command = ["qpdf", "--qdf", "--object-streams=disable", "--decode-level=all", "--replace-input"]
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(document)
        file.flush()
        subprocess.run([*command, file.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return Path(file.name).read_bytes()
