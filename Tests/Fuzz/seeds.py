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
    if target == "receipt":
        for file in [file for name in FORMATS if name != "pdf" for file in files(name)]:
            shutil.copyfile(file, folder / "-".join(file.relative_to(FIXTURES).parts))
        for file in (FIXTURES / "receipts").glob("*.receipt"):
            shutil.copyfile(file, folder / file.name)
        return
    if target in FORMATS:
        for file in files(target):
            shutil.copyfile(file, folder / "-".join(file.relative_to(FIXTURES / target).parts))
        return
    parts = set(drawn()) if target == "coded" else set()
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
    for found in re.finditer(rb"<(?:x:xmpmeta|rdf:RDF).*?</(?:x:xmpmeta|rdf:RDF)>", data, re.DOTALL):
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


AVC, HEVC, AV1, VP9, MPEG4, MPEG2, AAC, OPUS, JPEG, PRORES, DV = range(len(CODINGS))
TEXT = b"encoded 2026-11-28"


def packed(bits):
    """Bytes of the digits 0 and 1."""
    size = -(-len(bits) // 8)
    return int(bits.ljust(8 * size, "0"), 2).to_bytes(size, "big")


def number(value):
    """Exp-Golomb (ISO/IEC 14496-10, 9.1)."""
    digits = f"{value + 1:b}"
    return "0" * (len(digits) - 1) + digits


def sequence_of_avc():
    """The set-up of AVC with one set of parameters, which says how times are written (E.1.1)."""
    buffers = "1" + number(0) + "00110100" + number(99) * 2 + "0" + "10111" * 4
    shown = "0" * 4 + "1" + f"{1:032b}" + f"{50:032b}" + "1" + buffers * 2 + "0" + "1" + "0"
    bits = number(3) + number(4) + number(2) + number(4) + "0" + number(9) + number(9) + "1" + "1" + "0" + "1" + shown
    unit = b"\x67\x42\0\x1e" + packed(bits + "1")
    return b"\1\x42\0\x1e\xff\xe1" + struct.pack(">H", len(unit)) + unit + b"\0"


def messages():
    """Samples of AVC and HEVC with messages of many kinds."""
    units_of_hevc = b"\x4e\1", b"\x4c\1", b"\x26\1\xaf", b"\1" + bytes(20) + b"\xff\0"
    units_of_avc = b"\x06", b"\x0c", b"\x65\x88\x84", sequence_of_avc()
    for coding, (head, filler, picture, own) in ((AVC, units_of_avc), (HEVC, units_of_hevc)):
        content = bytes(range(16)) + TEXT
        for kind in [0, 1, 2, 4, 5, 6, 19, 45, 47, 128, 136, 137, 144]:
            unit = head + bytes([kind, len(content)]) + content + b"\x80"
            told = head + b"\4\x0c\xb5\0\x31GA94\3\0\0\1\2\x80"
            units = [unit, told, filler + b"\xff" * 9 + b"\x80", picture]
            sample = b"".join(struct.pack(">L", len(unit)) + unit for unit in units)
            yield bytes([coding, len(own)]) + own + sample


def videos():
    """Samples of MPEG-2 and MPEG-4 with texts."""
    for text in (b"GA94\3\xc1\xff", b"DTG1\x41\xf8", TEXT, b"CC\1\xf8"):
        group = b"\0\0\1\xb3\x16\0\xf0\x15\xff\xff\xe0\x18\0\0\1\xb8\x12\x34\x56\x40"
        field = b"\0\0\1\0\0\x0f\xff\xf8\0\0\1\xb5\x8f\xff\xf1\x80\0\0\1\xb2" + text + b"\0\0\1\1\x12\x34"
        yield bytes([MPEG2, 0]) + group + b"\0\0\1\xb2" + text + field * 2
    for text in (b"XviD0046", b"DivX503b1393p", b"Lavc58.134.100", b"FFmpeg0.4.9b4759", TEXT):
        user = b"\0\0\1\xb2" + text
        own = b"\0\0\1\xb0\1" + user
        yield bytes([MPEG4, len(own)]) + own + user + b"\0\0\1\xb3\0\x10\7\0\0\1\xb6\x10\x20"


def frames_of_aac():
    """Fill of each kind, data, and an end."""
    text = "".join(f"{byte:08b}" for byte in TEXT)
    data = "100" + "0000" + "0" + f"{len(TEXT):08b}" + text
    for kind in range(16):
        fill = "110" + "1111" + f"{len(TEXT) + 2 - 15:08b}" + f"{kind:04b}" + "0000" + text
        yield bytes([AAC, 2]) + b"\x12\x10" + packed(fill + data + "111")


def drawn():
    """Samples that fixtures do not have, or not all kinds of."""
    yield from messages()
    yield from videos()
    yield from frames_of_aac()
    for file in files("jpeg"):
        yield bytes([JPEG, 0]) + file.read_bytes()[:LONGEST_PART]
    head = struct.pack(">HH4s", 20, 0, b"fmpg") + bytes(4) + b"\x84\0" + bytes(6)
    picture = struct.pack(">BLBH", 0x40, 20, 0, 0) + bytes(12)
    yield bytes([PRORES, 0]) + struct.pack(">L4s", 48, b"icpf") + head + picture + TEXT
    blocks = [bytes([kind, 7, 0]) for kind in [0x1F, 0x3F, 0x3F, 0x56, 0x56, 0x56, 0x76, 0x96]]
    packs = bytes([0x62, 1, 2, 3, 4, 0x60, 0x13] * 11)
    yield bytes([DV, 0]) + b"".join(block + packs for block in blocks)
    yield bytes([VP9, 0]) + b"\x82" * 9 + TEXT + b"\xc1\4\5\xc1"


PARTS = {"icc": profiles, "exif": blocks, "xmp": packets, "iptc": resources, "coded": samples}
