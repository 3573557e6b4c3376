"""Configurations of coded pictures as HEIF files carry them, made from plain streams of HEVC, AV1 and AVC.

A `Coded` picture is what a file needs of it: the type of its item, the box that configures the decoder, the data, and
what is known of its samples.
"""

import struct
from dataclasses import dataclass

from .boxes import box

# Types of HEVC's units.
VPS, SPS, PPS, ACCESS_UNIT, FILLER, PREFIX_SEI, SUFFIX_SEI, UNSPECIFIED = 32, 33, 34, 35, 38, 39, 40, 62
FIRST_PARAMETERS = VPS
# Of AVC's.
AVC_SLICE, AVC_SEI, AVC_SPS, AVC_PPS = 5, 6, 7, 8
# Of AV1's.
SEQUENCE, DELIMITER, METADATA, PADDING = 1, 2, 5, 15
# Of the messages of HEVC and AVC, and of the metadata of AV1.
REGISTERED, UNREGISTERED, TIME_CODE, PRIVATE_METADATA, REGISTERED_METADATA = 4, 5, 136, 20, 4


@dataclass(frozen=True)
class Coded:
    """One picture. `parts` are what its configuration is made of, so that a fixture can add to them."""

    kind: bytes
    data: bytes
    parts: tuple = ()
    size: tuple = (64, 64)
    channels: int = 3

    def configuration(self, *more, tail=b""):
        """The property; `more` are (type, unit) of HEVC or units of AV1 behind those of the stream."""
        make = {b"hvc1": hevc_configuration, b"av01": av1_configuration, b"avc1": avc_configuration}[self.kind]
        return make(self.parts, more, tail, self.channels)


# HEVC and AVC: units with a start code in streams, and with a length in files.


def units(stream):
    """What stands between the start codes of a stream."""
    return [part.rstrip(b"\0") for part in stream.split(b"\0\0\1")[1:]]


def sized(unit):
    return struct.pack(">L", len(unit)) + unit


def hevc_type(unit):
    return unit[0] >> 1 & 0x3F


def hevc_unit(kind, content):
    return bytes([kind << 1, 1]) + content


def hevc(stream, **about):
    """The picture of a stream: parameter sets into the configuration, the rest into the data."""
    parts = [(hevc_type(unit), unit) for unit in units(stream)]
    data = b"".join(sized(unit) for kind, unit in parts if kind < FIRST_PARAMETERS)
    return Coded(b"hvc1", data, tuple(part for part in parts if part[0] in (VPS, SPS, PPS)), **about)


def unescaped(unit):
    """Without the bytes that keep start codes out of a unit."""
    return unit.replace(b"\0\0\3", b"\0\0")


def hevc_configuration(parts, more=(), tail=b"", channels=3):
    """One array for each type of unit, in the order in which types first come (14496-15, 8.3.3.1)."""
    sets = dict(parts)
    profile = unescaped(sets[SPS])[3:15]
    chroma = 0 if channels == 1 else 1
    fixed = bytes([1]) + profile + struct.pack(">H", 0xF000) + bytes([0xFC, 0xFC | chroma, 0xF8, 0xF8])
    rate_and_sizes = struct.pack(">HB", 0, 0x0F)
    arrays = {}
    for kind, unit in [*parts, *more]:
        arrays.setdefault(kind, []).append(unit)
    body = b"".join(unit_array(kind, entries) for kind, entries in arrays.items())
    return box(b"hvcC", fixed + rate_and_sizes + bytes([len(arrays)]) + body + tail)


def unit_array(kind, entries):
    is_complete = 0x80 if kind in (VPS, SPS, PPS) else 0
    listed = b"".join(struct.pack(">H", len(unit)) + unit for unit in entries)
    return bytes([is_complete | kind]) + struct.pack(">H", len(entries)) + listed


def message(kind, content, identifier=b""):
    """What a unit of supplemental information holds: one message and the stop bit."""
    data = identifier + content
    return bytes([kind]) + b"\xff" * (len(data) // 255) + bytes([len(data) % 255]) + data + b"\x80"


def in_front(units, place):
    """The units at one place of tuples, as they stand in files; those that are empty are not there."""
    return b"".join(sized(unit[place]) for unit in units if unit[place])


def overwritten(unit, *texts, fill=b"\xff"):
    """The same unit where a scrub has written over texts."""
    for text in texts:
        assert unit.count(text) == 1
        unit = unit.replace(text, fill * len(text))
    return unit


# Written over registered data: no country has it.
NO_COUNTRY = b"\xfe"


def as_padding(unit):
    """A unit of AV1 that a scrub has made one of padding."""
    return bytes([unit[0] & 0x87 | PADDING << 3, unit[1]]) + bytes(len(unit) - 3) + b"\x80"


def avc(stream, **about):
    parts = tuple(units(stream))
    data = b"".join(sized(unit) for unit in parts if unit[0] & 0x1F == AVC_SLICE)
    return Coded(b"avc1", data, tuple(unit for unit in parts if unit[0] & 0x1F in (AVC_SPS, AVC_PPS)), **about)


def avc_configuration(parts, more=(), tail=b"", channels=3):
    """Parameter sets, and the three fields of the high profiles (14496-15, 5.3.3.1)."""
    sequence, picture = parts
    head = bytes([1]) + sequence[1:4] + bytes([0xFF, 0xE1]) + struct.pack(">H", len(sequence)) + sequence
    extensions = b"".join(struct.pack(">H", len(unit)) + unit for unit in more)
    high = bytes([0xFC | (0 if channels == 1 else 1), 0xF8, 0xF8, len(more)]) + extensions
    return box(b"avcC", head + bytes([1]) + struct.pack(">H", len(picture)) + picture + high + tail)


# AV1: units that tell their length.


def av1(stream, **about):
    """The picture without the delimiter in front."""
    parts = [part for part in av1_units(stream) if part[0] >> 3 & 0x0F != DELIMITER]
    return Coded(b"av01", b"".join(parts), tuple(p for p in parts if p[0] >> 3 & 0x0F == SEQUENCE), **about)


def av1_units(stream):
    at = 0
    while at < len(stream):
        length, used = leb128(stream, at + 1)
        end = at + 1 + used + length
        yield stream[at:end]
        at = end


def leb128(data, at):
    """A number of seven bits a byte, and how many bytes it took."""
    value, used = 0, 0
    while True:
        value |= (data[at + used] & 0x7F) << 7 * used
        used += 1
        if data[at + used - 1] < 0x80:
            return value, used


def av1_unit(kind, content):
    """One that is shorter than 128 bytes."""
    assert len(content) < 128
    return bytes([kind << 3 | 2, len(content)]) + content


def av1_metadata(kind, content):
    return av1_unit(METADATA, bytes([kind]) + content + b"\x80")


def av1_configuration(parts, more=(), tail=b"", channels=3):
    """Four bytes and the sequence header (AV1-ISOBMFF, 2.3); the profile and the level are those of small stills."""
    (sequence,) = parts
    flags = 0x1C if channels == 1 else 0x0C
    return box(b"av1C", bytes([0x81, 0x00, flags, 0x00]) + sequence + b"".join(more) + tail)
