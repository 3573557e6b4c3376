"""Writers of things made of boxes: JUMBF for content credentials, and a stub of an MP4 file."""

import struct

from .jpeg import app

TYPE_ENDING = bytes.fromhex("00110010800000aa00389b71")
STORE_TYPE, MANIFEST_TYPE, JSON_TYPE = b"c2pa" + TYPE_ENDING, b"c2ma" + TYPE_ENDING, b"json" + TYPE_ENDING
REQUESTABLE_WITH_LABEL = 3


def box(kind, *contents):
    data = b"".join(contents)
    return struct.pack(">L4s", 8 + len(data), kind) + data


def full_box(kind, *contents, version=0, flags=0):
    """A box whose contents begin with a version and 24 flags."""
    return box(kind, struct.pack(">L", version << 24 | flags), *contents)


def large_box(kind, *contents):
    """The same as `box` with a length of 64 bits."""
    data = b"".join(contents)
    return struct.pack(">L4sQ", 1, kind, 16 + len(data)) + data


def open_box(kind, *contents):
    """The last box of a file; it has no length of its own."""
    return struct.pack(">L4s", 0, kind) + b"".join(contents)


def jumbf(kind, label, *contents):
    """A superbox with its description."""
    described = box(b"jumd", kind, bytes([REQUESTABLE_WITH_LABEL]), label + b"\0")
    return box(b"jumb", described, *contents)


def jumbf_segment(superbox, instance=1, sequence=1):
    """APP11; its packet number and the box's own length and type lead."""
    return app(11, b"JP" + struct.pack(">HL", instance, sequence) + superbox)


def video(name, sample, milliseconds=0, handlers=()):
    """A file type, a movie that has a title and tracks without samples, and media data."""
    times = struct.pack(">4L", 0, 0, 1000, milliseconds)
    speed_and_volume = struct.pack(">LH", 0x10000, 0x100)
    matrix = struct.pack(">9L", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    next_track = struct.pack(">L", 1)
    header = box(b"mvhd", bytes(4), times, speed_and_volume, bytes(10), matrix, bytes(24), next_track)
    title = box(b"udta", box(b"\xa9nam", struct.pack(">HH", len(name), 0x15C7), name))
    tracks = [box(b"trak", box(b"mdia", full_box(b"hdlr", bytes(4), kind, bytes(13)))) for kind in handlers]
    movie = box(b"moov", header, title, *tracks)
    return box(b"ftyp", b"isom", bytes(4), b"isommp42") + movie + box(b"mdat", sample)
