#!/usr/bin/env python3
"""Verifies receipts by secr-receipt(5), which is all that it was written from, and shares no code with secr-scrub.

usage: receipt_reader.py INPUT OUTPUT RECEIPT

What a decoder makes of a file is worked out for JPEG and PNG. Exits 1, and says why, where something is not so.
"""

import hashlib
import json
import struct
import sys
import zlib
from pathlib import Path

from stream_reader import argon2id

SHOWN = {"framing", "header", "table", "color", "density", "coded", "picture"}


def main():
    source, output, text = (Path(name).read_bytes() for name in sys.argv[1:])
    receipt = json.loads(text)
    require(text == written(receipt), "it is not written in the only form")
    require(receipt["format"] == "secr-receipt" and receipt["version"] == 1, "it is of another version")
    require(receipt["input"]["bytes"] == len(source), "the input has another size")
    require(receipt["output"] == {"bytes": len(output), "blake2b": digest(output).hex()}, "it is another output")
    ends = [0, 0]
    for start, place, count in sorted(receipt["copied"], key=lambda copy: copy[1]):
        require(count > 0 and place >= ends[1], "copies upon each other")
        require(source[start:start + count] == output[place:place + count], f"byte {start} is not the same")
        ends[1] = place + count
    for name, size, copies in (("removed", len(source), [(start, count) for start, _, count in receipt["copied"]]),
                               ("written", len(output), [(start, count) for _, start, count in receipt["copied"]])):
        own = bytearray(size)
        for start, count in copies:
            own[start:start + count] = b"\1" * count
        for start, count, _ in receipt[name]:
            require(not any(own[start:start + count]), f"what was {name} is in both")
            own[start:start + count] = b"\2" * count
        require(0 not in own, f"more was {name}")
    require({kind for _, _, kind in receipt["written"]} <= SHOWN | {"exif", "icc", "xmp", "mpf", "gain-map", "comment"},
            "something was written that may not be there")
    if essence := {"jpeg": essence_of_jpeg, "png": essence_of_png}.get(receipt["kind"]):
        for name, data in ("input", source), ("output", output):
            require(digest(essence(data)).hex() == receipt["essence"][name], f"the {name} shows something else")
    require(receipt["essence"]["input"] == receipt["essence"]["output"], "they don't show the same")
    opened = written(dict(receipt, commitment=""))
    parts = digest(opened) + digest(source) + digest(output)
    commitment = argon2id(parts, bytes.fromhex(receipt["salt"]), 3, 256 * 1024)
    require(commitment.hex() == receipt["commitment"], "the commitment is another one")


def require(holds, what):
    if not holds:
        sys.exit(what)


def digest(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def written(receipt):
    members = []
    for name, value in receipt.items():
        value = json.dumps(value) if name not in ("copied", "removed", "written") or not value else (
            "[\n    " + ",\n    ".join(map(json.dumps, value)) + "\n  ]")
        members.append(f'  "{name}": {value}')
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


def number(value):
    return struct.pack(">q", value)


def string(data):
    return number(len(data)) + data


def orientation(exif):
    order = {b"II*\0": "<", b"MM\0*": ">"}[exif[:4]]
    start, = struct.unpack_from(order + "L", exif, 4)
    for place in range(start + 2, start + 2 + 12 * struct.unpack_from(order + "H", exif, start)[0], 12):
        if struct.unpack_from(order + "H", exif, place)[0] == 0x112:
            return struct.unpack_from(order + "H", exif, place + 8)[0]
    return 1


def tables(marker, segment):
    """Numbers of tables, and the tables themselves."""
    while segment:
        head = segment[0]
        size = {0xDB: 129 if head >> 4 else 65, 0xC4: 17 + sum(segment[1:17])}.get(marker, 2)
        yield {0xDB: head & 15, 0xDD: 0}.get(marker, head), segment[:size]
        segment = segment[size:]


def essence_of_jpeg(data):
    at, frame, lines, jfif, adobe, turn, force, scans = 2, b"", b"", 0, -1, None, {}, []
    while data[at:at + 2] != b"\xff\xd9":
        marker = data[at + 1]
        if data[at] != 0xFF or not 0xC0 <= marker <= 0xFE:
            at += 1
            continue
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        segment, at = data[at + 4:end], end
        if marker in (0xDB, 0xC4, 0xCC, 0xDD):
            force.update({(marker, slot): table for slot, table in tables(marker, segment)})
        elif marker in (0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB):
            frame = bytes([marker]) + segment
        elif marker == 0xDC:
            lines = lines or segment
        elif marker == 0xE0 and segment.startswith(b"JFIF\0") and not scans:
            jfif = 1
        elif marker == 0xEE and segment.startswith(b"Adobe") and not scans:
            adobe = segment[11]
        elif marker == 0xE1 and segment.startswith(b"Exif\0") and turn is None and not scans:
            turn = orientation(segment[6:])
        elif marker == 0xDA:
            while data[end] != 0xFF or data[end + 1] == 0 or 0xD0 <= data[end + 1] <= 0xD7:
                end += 1
            scans.append((segment, data[at:end], dict(force)))
            at = end
    used = {(0xDD, 0)} | {(0xDB, slot) for slot in frame[9::3]}
    for header, _, _ in scans:
        for named in header[2:-3:2]:
            used |= {(kind, slot) for kind in (0xC4, 0xCC) for slot in (named >> 4, named & 15 | 0x10)}
    parts = [string(frame), string(lines if frame[2:4] == b"\0\0" else b""), number(jfif), number(adobe)]
    parts.append(number(turn or 1))
    for header, coded, force in scans:
        parts += [number(slot[0]) + string(table) for slot, table in sorted(force.items()) if slot in used]
        parts += [string(header), string(coded)]
    return b"".join(parts)


def essence_of_png(data):
    at, parts, packed, turn, size = 8, [], [], 1, None
    while True:
        count, kind = struct.unpack_from(">L4s", data, at)
        content, at = data[at + 8:at + 8 + count], at + 12 + count
        if packed and kind not in (b"IDAT", b"fdAT"):
            lines = zlib.decompressobj().decompress(b"".join(packed), length(header, size))
            parts += [lines, number(len(lines))]
            packed = []
        if kind in (b"IDAT", b"fdAT"):
            packed.append(content[0 if kind == b"IDAT" else 4:])
            size = header[:8] if kind == b"IDAT" else size
        elif kind in b"IHDR PLTE tRNS gAMA cHRM sRGB cICP mDCV cLLI sBIT acTL fcTL".split():
            content = content[4 if kind == b"fcTL" else 0:]
            header = content if kind == b"IHDR" else header
            size = content[:8] if kind == b"fcTL" else size
            parts.append(kind + string(content))
        elif kind == b"eXIf":
            turn = orientation(content)
        elif kind == b"IEND":
            return b"".join(parts) + number(turn)


def length(header, size):
    """Bytes of all lines of a picture."""
    width, height = struct.unpack(">LL", size)
    bits = header[8] * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[header[9]]
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    total = 0
    for left, top, across, down in passes if header[12] else [(0, 0, 1, 1)]:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


if __name__ == "__main__":
    main()
