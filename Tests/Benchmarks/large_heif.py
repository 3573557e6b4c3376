"""HEIC pictures of any size: a grid of tiles as phones write it, with Exif, and a huge one in a single piece."""

import os
import struct

CHUNK = 1 << 20
COLUMNS, ROWS = 8, 6
# A decoder's set-up without parameter sets: nobody decodes these.
CONFIGURATION = bytes([1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 90, 0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 15, 0])


def box(kind, content):
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full(kind, content, version=0, flags=0):
    return box(kind, struct.pack(">I", version << 24 | flags) + content)


def write(path, size):
    """A picture of roughly `size` bytes: 48 hidden tiles, and a grid that shows them."""
    tiles = COLUMNS * ROWS
    exif = struct.pack(">I", 0) + b"MM\0*\0\0\0\x08\0\0\0\0\0\0" + os.urandom(2_000)
    items = [(b"hvc1", 1, size // tiles)] * tiles + [(b"grid", 0, 8), (b"Exif", 1, len(exif))]
    grid = struct.pack(">4B2H", 0, 0, ROWS - 1, COLUMNS - 1, 512 * COLUMNS, 512 * ROWS)
    references = struct.pack(f">2H{tiles}H", tiles + 1, tiles, *range(1, tiles + 1))
    head = file_head(items, tiles + 1, box(b"dimg", references) + box(b"cdsc", struct.pack(">3H", tiles + 2, 1, tiles + 1)))
    with open(path, "wb") as file:
        file.write(head)
        for _ in range(tiles):
            file.write(os.urandom(size // tiles))
        file.write(grid + exif)


def write_huge(path, size):
    """A picture of `size` bytes in one piece, which takes no room on the disk."""
    with open(path, "wb") as file:
        file.write(file_head([(b"hvc1", 0, size)], 1, b""))
        file.truncate(file.tell() + size)


def file_head(items, primary, references):
    """Everything in front of the contents, which follow in the order of the items: kind, flags, size."""
    entries = b"".join(
        full(b"infe", struct.pack(">2H4s", number, 0, kind) + b"\0", 2, flags)
        for number, (kind, flags, _) in enumerate(items, 1)
    )
    properties = box(b"hvcC", CONFIGURATION) + full(b"ispe", struct.pack(">2I", 512, 512))
    pictures = [number for number, (kind, *_) in enumerate(items, 1) if kind != b"Exif"]
    associations = b"".join(struct.pack(">H3B", number, 2, 0x81, 2) for number in pictures)

    def tables(start):
        places = b""
        for number, (_, _, size) in enumerate(items, 1):
            places += struct.pack(">3H2I", number, 0, 1, start, size)
            start += size
        return full(
            b"meta",
            full(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + full(b"pitm", struct.pack(">H", primary))
            + full(b"iinf", struct.pack(">H", len(items)) + entries)
            + full(b"iloc", b"\x44\0" + struct.pack(">H", len(items)) + places)
            + (full(b"iref", references) if references else b"")
            + box(
                b"iprp",
                box(b"ipco", properties) + full(b"ipma", struct.pack(">I", len(pictures)) + associations),
            ),
        )

    total = sum(size for *_, size in items)
    start = box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    offset = len(start) + len(tables(0)) + 8
    return start + tables(offset) + struct.pack(">I4s", 8 + total, b"mdat")
