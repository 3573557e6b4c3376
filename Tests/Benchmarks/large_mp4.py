"""Videos of any size, as action cameras write them: pictures, sound and positions in turns, and the tables at the end."""

import os
import struct
import sys
from dataclasses import replace
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Fixtures"))

from writers import movie  # noqa: E402
from writers.boxes import box, full_box  # noqa: E402

SECONDS = 300
FRAMES, PACKETS, PACKET = 30, 47, 380
POSITIONS = 900
# A decoder's set-up with parameter sets of a few bytes: nobody decodes these.
CONFIGURATION = box(b"avcC", bytes.fromhex("01640028ffe1000467640028010004") + bytes.fromhex("68ee3cb0"))


# What an encoder writes in front of pictures: a message of user data, of which the first 16 bytes say whose it is.
MESSAGE = bytes([6, 5, 66]) + bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef") + b"x264 - core 164 - options: ".ljust(50, b".") + b"\x80"


def write(path, size, with_messages=False):
    """A video of five minutes in about `size` bytes; the data repeat after each second, which is of noise.

    Each picture is one slice, with a message of the encoder in front of it if asked for.
    """
    frame = (size // SECONDS - PACKETS * PACKET - POSITIONS) // FRAMES
    message = struct.pack(">L", len(MESSAGE)) + MESSAGE if with_messages else b""
    head = message + struct.pack(">LB", frame - len(message) - 4, 0x65)
    pictures = b"".join(head + os.urandom(frame - len(head)) for _ in range(FRAMES))
    second = pictures + os.urandom(PACKETS * PACKET + POSITIONS)
    tracks = [
        movie.Track(b"vide", movie.video_entry(b"avc1", (1920, 1080), CONFIGURATION), [frame] * FRAMES),
        movie.Track(b"soun", movie.sound_entry(b"ac-3"), [PACKET] * PACKETS),
        movie.Track(b"meta", movie.plain_entry(b"gpmd"), [POSITIONS]),
    ]
    start = len(file_type()) + 16
    with open(path, "wb") as file:
        file.write(file_type() + struct.pack(">L4sQ", 1, b"mdat", 16 + SECONDS * len(second)))
        for _ in range(SECONDS):
            file.write(second)
        file.write(tables(tracks, start, len(second)))


def file_type():
    return box(b"ftyp", b"isom" + bytes(4) + b"isommp42")


def tables(tracks, start, step):
    """Of each track one chunk in each second."""
    found, offset = [], start
    for number, track in enumerate(tracks, 1):
        count = len(track.samples)
        places = [offset + second * step for second in range(SECONDS)]
        offset += sum(track.samples)
        tables = {
            b"stts": full_box(b"stts", struct.pack(">3L", 1, count * SECONDS, 1000 // count)),
            b"stsc": full_box(b"stsc", struct.pack(">4L", 1, 1, count, 1)),
            b"stsz": full_box(b"stsz", struct.pack(f">2L{count * SECONDS}L", 0, count * SECONDS, *track.samples * SECONDS)),
            b"stco": full_box(b"co64", struct.pack(f">L{SECONDS}Q", SECONDS, *places)),
        }
        found.append(movie.trak(replace(track, samples=[], replaced=tables), number, []))
    times = movie.dated(0, (1, 1), struct.pack(">L", 1000), 1000 * SECONDS)
    header = full_box(b"mvhd", times, struct.pack(">LH", 0x10000, 0x100), bytes(10), movie.MATRIX, bytes(24), b"\0\0\0\4")
    return box(b"moov", header, *found)
