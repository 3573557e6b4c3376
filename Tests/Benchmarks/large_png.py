"""PNG pictures of any size: a photo-like one, packed, and a huge one whose lines are stored as they are."""

import struct
import sys
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).resolve().parents[2] / "Fixtures"))

from writers.png import SIGNATURE, Form, chunk, header  # noqa: E402

CHUNK = 8_192
CHANNELS = 3


def write(path, size):
    """A picture of roughly `size` bytes with a text, its lines packed as programs do by default."""
    width = 1_600
    pack(path, width, max(1, 10 * size // (14 * width)), shaded_lines(width), zlib.compressobj(6))


def write_stored(path, size):
    """A picture of roughly `size` bytes, which costs no time to pack."""
    width = 16_384
    pack(path, width, max(1, size // (CHANNELS * width + 1)), shaded_lines(width), zlib.compressobj(0))


def shaded_lines(width):
    """Sixteen lines of a shade with noise, filtered by their left neighbours; then the same again."""
    state, lines = 12_345, []
    for row in range(16):
        line = bytearray([1])
        for _ in range(CHANNELS * width):
            state = (1_103_515_245 * state + 12_345) % (1 << 31)
            line.append((state >> 24 & 7) + row & 0xFF)
        lines.append(bytes(line))
    return lines


def pack(path, width, height, lines, packer):
    with open(path, "wb") as file:
        file.write(SIGNATURE + chunk(b"IHDR", header(width, height, Form())))
        file.write(chunk(b"tEXt", b"Author\0Nobody"))
        rest = b""
        for row in range(height):
            # Each line begins elsewhere, or all would be found again in the window.
            line = lines[row % len(lines)]
            turn = 1 + row * 37 % (len(line) - 1)
            rest += packer.compress(line[:1] + line[turn:] + line[1:turn])
            rest = flush(file, rest)
        rest += packer.flush()
        flush(file, rest, least=1)
        file.write(chunk(b"IEND", b""))


def flush(file, data, least=CHUNK):
    """Writes whole chunks; returns what is left."""
    at = 0
    while len(data) - at >= least:
        file.write(chunk(b"IDAT", data[at : at + CHUNK]))
        at += CHUNK
    return data[at:]


def stream(path):
    """The packed lines of a file made here."""
    with open(path, "rb") as file:
        data = file.read()
    at, parts = len(SIGNATURE), []
    while at < len(data):
        length = struct.unpack(">L", data[at : at + 4])[0]
        if data[at + 4 : at + 8] == b"IDAT":
            parts.append(data[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(parts)
