"""A writer of the multi-picture index (CIPA DC-007) and of files of several pictures."""

import struct

from .jpeg import app
from .tiff import Directory, tiff

SIGNATURE = b"MPF\0"
VERSION, COUNT, ENTRIES, UNIQUE_IDS = 0xB000, 0xB001, 0xB002, 0xB003
ID_LENGTH = 33

# Kinds of pictures: primary, preview, and the undefined one that gain maps use.
PRIMARY, PREVIEW, UNDEFINED = 0x20030000, 0x00010001, 0x00000000
MARKER_AND_LENGTH = 4


def index(pictures, unique_ids=b""):
    """An APP2 segment for (kind, size, offset) of each picture, offsets counted from the index's TIFF header."""
    entries = b"".join(struct.pack(">3L2H", kind, size, offset, 0, 0) for kind, size, offset in pictures)
    directory = Directory().undefined(VERSION, b"0100").long(COUNT, len(pictures)).undefined(ENTRIES, entries)
    if unique_ids:
        directory.undefined(UNIQUE_IDS, unique_ids)
    return app(2, SIGNATURE + tiff(directory, "MM"))


def join(before, after, kind, second, between=b"", unique_ids=b""):
    """A file whose index stands between `before` and `after`, which end the first picture, and lists a second one."""
    return join_all(before, after, [(kind, between, second)], unique_ids)


def join_all(before, after, others, unique_ids=b""):
    """The same with any number of others: kinds, the bytes in front of them, and the pictures."""
    header_at = len(before) + MARKER_AND_LENGTH + len(SIGNATURE)
    draft = index([(PRIMARY, 0, 0), *((kind, 0, 0) for kind, _, _ in others)], unique_ids)
    size = len(before) + len(draft) + len(after)
    listed, rest = [(PRIMARY, size, 0)], b""
    for kind, between, picture in others:
        rest += between
        listed.append((kind, len(picture), size + len(rest) - header_at))
        rest += picture
    return before + index(listed, unique_ids) + after + rest
