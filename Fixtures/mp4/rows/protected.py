"""Encrypted samples (ISO/IEC 23001-7), and what is needed to decrypt each of them."""

import struct

from coded import AVC, coded
from fixture import made, pictures
from writers import movie
from writers.boxes import box, full_box
from writers.canary import ENCODER, GAP, Plants
from writers.fragments import Fragmented
from writers.movie import Movie

VECTOR = bytes.fromhex("5e4f2a6b9c8d7e6f0112233445566778")
SYSTEM = full_box(b"pssh", bytes(range(16)), struct.pack(">L", 14), b"where to get keys")


def fixtures():
    return [
        in_fragments(),
        plain("protected.mp4"),
        plain("protected-last.mp4", tables_first=False, in_track=True),
    ]


def in_fragments():
    plants = Plants()
    parts = (sizes(1), place(), full_box(b"senc", struct.pack(">L", 1), VECTOR))
    about = {"in_part": parts, "in_fragment": (SYSTEM,)}
    return video("fragments-protected.mp4", plants, {}, layout=Fragmented, **about)


def plain(name, in_track=False, **about):
    """Data in the table or in the track, of samples of one size or of sizes in a table, and more behind them."""
    plants = Plants()
    behind = plants.text("data of no encrypted sample", GAP)
    data = full_box(b"senc", struct.pack(">L", 3), VECTOR * 3, behind)
    tables = (sizes(3, is_table=in_track), place())
    parts = {"in_tables": tables, "in_track": (data,)} if in_track else {"in_tables": (*tables, data)}
    return video(name, plants, parts, **about)


def video(name, plants, about, layout=Movie, **more):
    plants.kept("initialisation vector", VECTOR)
    plants.kept("where to get keys", SYSTEM)
    hidden = box(b"CNry", plants.text("unknown box of a protection", ENCODER))
    track = pictures(entry=entry(hidden), output=entry(), per_chunk=1 if layout is Fragmented else 3, **about)
    return made(name, plants, [track], readers=False, layout=layout, in_movie=(SYSTEM,), **more)


def sizes(count, is_table=False):
    rows = bytes([len(VECTOR)]) * count if is_table else b""
    return full_box(b"saiz", bytes([0 if is_table else len(VECTOR)]), struct.pack(">L", count), rows)


def place():
    """Points anywhere."""
    return full_box(b"saio", struct.pack(">LL", 1, 9))


def entry(*more):
    found = coded("main", AVC)
    key = bytes([0, 0, 1, 16]) + bytes(range(16))
    scheme = full_box(b"schm", b"cenc", struct.pack(">L", 0x10000))
    protection = box(b"sinf", box(b"frma", b"avc1"), scheme, box(b"schi", full_box(b"tenc", key), *more))
    return movie.video_entry(b"encv", found.size, found.configuration(), protection)
