"""What targets start from: the fixtures, and parts that are cut out of them."""

import re
import shutil
import struct
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "Fixtures"
FORMATS = {
    "jpeg": [".jpg"],
    "png": [".png"],
    "heif": [".heic", ".heif", ".avif"],
    "mp4": [".mp4", ".mov", ".m4a", ".3gp"],
    "pdf": [".pdf"],
}
LONGEST_PART = 8 << 10


def write(target, folder):
    """Files in a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if target in FORMATS:
        for file in files(target):
            shutil.copyfile(file, folder / "-".join(file.relative_to(FIXTURES / target).parts))
        return
    parts = set()
    for name in FORMATS:
        for file in files(name):
            parts |= set(PARTS[target](file.read_bytes()))
    for number, part in enumerate(sorted(parts)):
        (folder / str(number)).write_bytes(part)


def files(name):
    return sorted(file for file in (FIXTURES / name).rglob("*") if file.suffix in FORMATS[name])


def profiles(data):
    for found in re.finditer(rb"acsp", data):
        start = found.start() - 36
        if start >= 0:
            yield data[start:start + min(struct.unpack(">L", data[start:start + 4])[0], LONGEST_PART)]


def blocks(data):
    for found in re.finditer(rb"II\*\0|MM\0\*", data):
        yield data[found.start():found.start() + 1_024]


def packets(data):
    for found in re.finditer(rb"<x:xmpmeta.*?</x:xmpmeta>", data, re.DOTALL):
        yield found.group()[:LONGEST_PART]
    for found in re.finditer(rb"urn:iso:std:iso:ts:21496:-1\0", data):
        yield data[found.end():found.end() + 160]


def resources(data):
    for found in re.finditer(rb"Photoshop 3\.0\0|8BIM", data):
        yield data[found.start():found.start() + 512]


# In the order of Coded.swift; what a coding is set up with stands behind this name.
CODINGS = [
    (rb"avc1", rb"avcC"), (rb"hvc1", rb"hvcC"), (rb"av01", rb"av1C"), (rb"vp09", rb"vpcC"), (rb"mp4v", rb"\x05"),
    (rb"mp4v", rb"\x05"), (rb"mp4a", rb"\x05"), (rb"Opus", rb"dOps"), (rb"jpeg", None), (rb"apcn", None),
    (rb"dvc ", None),
]


def samples(data):
    """All samples of a video as one, with each coding that it names."""
    for media in re.finditer(rb"(....)mdat", data, re.DOTALL):
        size = struct.unpack(">L", media.group(1))[0]
        content = data[media.end():media.start() + size][:LONGEST_PART]
        for number, (name, setting) in enumerate(CODINGS):
            at = data.find(name)
            if at < 0 or not content:
                continue
            yield bytes([number]) + set_up(data, at, setting) + content


def set_up(data, at, name):
    """A byte that says how long it is, and what a decoder is set up with."""
    place = -1 if name is None else data.find(b"esds" if name == b"\x05" else name, at)
    if place < 0:
        return b"\0"
    size = struct.unpack(">L", data[place - 4:place])[0] - 8
    content = data[place + 4:place + 4 + max(0, size)]
    if name == b"\x05":
        start = content.find(b"\x05", 20)
        length = content[start + 1:].lstrip(b"\x80")
        content = length[1:1 + length[0]] if start > 0 and length else b""
    content = content[:255]
    return bytes([len(content)]) + content


PARTS = {"icc": profiles, "exif": blocks, "xmp": packets, "iptc": resources, "coded": samples}
