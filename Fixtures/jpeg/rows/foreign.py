"""Tiny files of other formats."""

import struct
import zlib

from writers import tags
from writers.canary import COMMENT, EXIF, XMP
from writers.deflate import deflate
from writers.tiff import Directory, tiff
from writers.xmp import packet

PURPLE = (160, 40, 180)


def png(plants):
    """One pixel and a text chunk."""
    header = struct.pack(">2L5B", 1, 1, 8, 2, 0, 0, 0)
    text = b"Author\0" + plants.text("PNG text", COMMENT)
    data = deflate(bytes([0, *PURPLE]))
    chunks = chunk(b"IHDR", header) + chunk(b"tEXt", text) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def chunk(kind, data):
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def gif(plants):
    """One pixel, two colours and a comment."""
    text = plants.text("GIF comment", COMMENT)
    screen = struct.pack("<2H3B", 1, 1, 0x80, 0, 0) + bytes([*PURPLE, 0, 0, 0])
    note = b"\x21\xfe" + bytes([len(text)]) + text + b"\0"
    # Codes of three bits, lowest first: clear, colour 0, end.
    pixels = bytes([2, 2, 0b01_000_100, 0b1, 0])
    return b"GIF89a" + screen + note + b"," + struct.pack("<4HB", 0, 0, 1, 1, 0) + pixels + b";"


def webp(plants):
    """One lossless pixel and an XMP chunk."""
    extended = struct.pack("<L", 4) + bytes(6)
    note = packet({"xmp:Label": plants.text("WebP XMP", XMP)})
    body = b"WEBP" + riff(b"VP8X", extended) + riff(b"VP8L", lossless_pixel()) + riff(b"XMP ", note)
    return b"RIFF" + struct.pack("<L", len(body)) + body


def riff(kind, data):
    return kind + struct.pack("<L", len(data)) + data + bytes(len(data) % 2)


def lossless_pixel():
    """Size 1 by 1, no transform, no cache, and five codes of one symbol each, which then take no bits."""
    red, green, blue = PURPLE
    fields = [(0, 14), (0, 14), (0, 1), (0, 3), (0, 1), (0, 1), (0, 1)]
    for symbol in (green, red, blue, 255):
        fields += [(1, 1), (0, 1), (1, 1), (symbol, 8)]
    fields += [(1, 1), (0, 1), (0, 1), (0, 1)]
    bits = [value >> place & 1 for value, length in fields for place in range(length)]
    number = sum(bit << place for place, bit in enumerate(bits))
    return b"\x2f" + number.to_bytes(-(-len(bits) // 8), "little")


def tiff_file(plants):
    """One uncompressed pixel and a description."""
    directory = Directory().short(tags.WIDTH, 1).short(tags.HEIGHT, 1).short(tags.ROWS, 1)
    directory.short(tags.COMPRESSION, tags.UNCOMPRESSED).short(tags.PHOTOMETRIC, tags.RGB)
    directory.short(tags.BITS, 8, 8, 8).short(tags.SAMPLES, 3)
    directory.ascii(tags.DESCRIPTION, plants.text("TIFF description", EXIF))
    return tiff(directory.data(tags.STRIP_OFFSETS, tags.STRIP_LENGTHS, bytes(PURPLE)), "II")
