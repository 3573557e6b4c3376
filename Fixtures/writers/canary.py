"""Canaries: unique byte strings planted in a file, one per row of the leak catalogue.

A `Plants` object travels through the functions that write the parts of one file. Each part asks it for the bytes to
plant; it remembers under which row they have to be looked for in the output of a scrub:

    plants = Plants()
    segment = app(4, b"SCALADO\\0" + plants.text("APP4 Scalado", VENDOR))
"""

import base64
import hashlib

from .deflate import deflate

SHORTEST_TOKEN = 12
PREFIX = b"CNRY"

# What a scrub calls the kind of a leak.
EXIF = "exif"
THUMBNAIL = "thumbnail"
XMP = "xmp"
IPTC = "iptc"
ICC = "icc"
COMMENT = "comment"
C2PA = "c2pa"
VENDOR = "vendor"
MPF = "mpf"
GAIN_MAP = "gain-map"
EXTRA_PICTURE = "extra-picture"
MOTION_VIDEO = "motion-video"
TRAILER = "trailer"
GAP = "gap"
DENSITY = "density"
RESERVED = "reserved"
TABLE = "table"
TIME = "time"
AUXILIARY = "auxiliary"
ENCODER = "encoder"
TIMED = "timed-metadata"

ENCODERS = {
    "ascii": bytes,
    "utf16le": lambda token: token.decode().encode("utf-16-le"),
    "utf16be": lambda token: token.decode().encode("utf-16-be"),
    "hex": lambda token: token.hex().encode(),
    "base64": base64.b64encode,
    "deflate": deflate,
}


def token(row):
    """The canary of a row: a readable name and four digits of its hash."""
    name = "".join(letter if letter.isalnum() else "-" for letter in row.lower())
    return PREFIX + b"-" + "-".join(filter(None, name.split("-"))).encode() + b"-" + digest(row, 4)


def digest(row, length):
    """The first hexadecimal digits of a row's hash."""
    return hashlib.sha256(row.encode()).hexdigest()[:length].encode()


class Plants:
    """What was planted in one file: rows that have to go and rows that have to stay."""

    def __init__(self):
        self.drop = []
        self.keep = []

    def text(self, row, kind, encoding="ascii"):
        """The row's canary in one of `ENCODERS`."""
        return self.exact(row, kind, ENCODERS[encoding](token(row)), encoding)

    def short(self, row, kind, length=SHORTEST_TOKEN):
        """A canary of a fixed length, for fields without room for a name."""
        return self.exact(row, kind, (PREFIX + digest(row, length))[:length], "ascii")

    def exact(self, row, kind, data, encoding="bytes"):
        """Any other bytes that have to go."""
        self._note(self.drop, row, data, {"class": kind, "encoding": encoding})
        return data

    def kept(self, row, data):
        """Bytes that have to stay as they are."""
        self._note(self.keep, row, data, {})
        return data

    def _note(self, rows, row, data, details):
        assert len(data) >= SHORTEST_TOKEN, f"{row}: token too short"
        assert row not in [other["row"] for other in rows], f"{row}: planted twice"
        rows.append({"row": row, "token": data.hex(), **details})
