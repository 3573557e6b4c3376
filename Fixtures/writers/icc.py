"""A writer of ICC profiles: matrix and curves, grey, or a table, with something in every place that can hide it."""

import struct
from dataclasses import dataclass

from .jpeg import app

HEADER_SIZE = 128
CHUNK_PREFIX = b"ICC_PROFILE\0"
CHUNK_ROOM = 65_535 - 2 - len(CHUNK_PREFIX) - 2

VERSION_2, VERSION_4 = 0x02400000, 0x04300000
MONITOR, PRINTER = b"mntr", b"prtr"

# The white of the connection space, D50, and columns of primaries that add up to it.
D50 = (0.9642, 1.0, 0.8249)
RED, GREEN, BLUE = (0.4402, 0.2301, 0.0151), (0.3798, 0.7099, 0.1002), (0.1442, 0.0600, 0.7096)
ADAPTATION = (1.0479, 0.0229, -0.0502, 0.0296, 0.9905, -0.0171, -0.0092, 0.0151, 0.7519)


@dataclass
class Header:
    """The fields of the header; those that say nothing about colours are empty unless a fixture fills them."""

    cmm: bytes = bytes(4)
    version: int = VERSION_2
    kind: bytes = MONITOR
    space: bytes = b"RGB "
    connection: bytes = b"XYZ "
    date: bytes = bytes(12)
    platform: bytes = bytes(4)
    flags: bytes = bytes(4)
    manufacturer: bytes = bytes(4)
    model: bytes = bytes(4)
    attributes: bytes = bytes(8)
    intent: int = 0
    creator: bytes = bytes(4)
    identifier: bytes = bytes(16)
    reserved: bytes = bytes(28)

    def bytes(self, size):
        described = struct.pack(
            ">L4sL4s4s4s12s4s", size, self.cmm, self.version, self.kind, self.space, self.connection, self.date, b"acsp"
        )
        device = self.platform + self.flags + self.manufacturer + self.model + self.attributes
        shown = struct.pack(">L", self.intent) + illuminant()
        return described + device + shown + self.creator + self.identifier + self.reserved


def illuminant():
    return b"".join(map(fixed, D50))


def profile(tags, header=None, slack=None, tail=b""):
    """A profile of (signature, element) pairs; equal elements are stored once.

    `slack` maps a signature to bytes behind its element that no tag covers; `tail` lies behind the last element.
    """
    slack = slack or {}
    start = HEADER_SIZE + 4 + 12 * len(tags)
    table, body, places = struct.pack(">L", len(tags)), b"", {}
    for signature, element in tags:
        if element not in places:
            places[element] = start + len(body)
            body += aligned(element) + aligned(slack.get(signature, b""))
        table += signature + struct.pack(">LL", places[element], len(element))
    body += aligned(tail)
    return (header or Header()).bytes(start + len(body)) + table + body


def chunks(data, room=CHUNK_ROOM):
    """The APP2 segments that carry a profile, in order."""
    parts = [data[start : start + room] for start in range(0, len(data), room)]
    return [app(2, CHUNK_PREFIX + bytes([number, len(parts)]) + part) for number, part in enumerate(parts, 1)]


def element(kind, data, reserved=bytes(4)):
    return kind + reserved + data


def xyz(values, reserved=bytes(4)):
    return element(b"XYZ ", b"".join(map(fixed, values)), reserved)


def matrix(values):
    return element(b"sf32", b"".join(map(fixed, values)))


def curve(gamma, points=17):
    """A sampled tone curve."""
    return samples([round(65_535 * (place / (points - 1)) ** gamma) for place in range(points)])


def samples(values):
    """A tone curve of these values; a single one is a gamma with eight bits behind the point."""
    return element(b"curv", struct.pack(f">L{len(values)}H", len(values), *values))


def parametric(gamma, reserved=bytes(4), padding=bytes(2)):
    """A curve of the simplest parametric kind."""
    return element(b"para", bytes(2) + padding + fixed(gamma), reserved)


def parametric_of(kind, values):
    """A curve of any parametric kind."""
    return element(b"para", struct.pack(">2H", kind, 0) + b"".join(map(fixed, values)))


def text(data):
    return element(b"text", data + b"\0")


def description(data, unicode=b"", macintosh=b""):
    """textDescriptionType: the same text up to three times."""
    plain = struct.pack(">L", len(data) + 1) + data + b"\0"
    wide = struct.pack(">LL", 0, len(unicode) // 2) + unicode
    return element(b"desc", plain + wide + struct.pack(">HB67s", 0, len(macintosh), macintosh))


def localized(data):
    """multiLocalizedUnicodeType with one record of UTF-16."""
    return element(b"mluc", struct.pack(">LL4sLL", 1, 12, b"enUS", len(data), 28) + data)


def dictionary(name, value):
    """dictType with one pair of UTF-16 strings."""
    start = 8 + 8 + 16
    return element(b"dict", struct.pack(">6L", 1, 16, start, len(name), start + len(name), len(value)) + name + value)


def gamma_table(data):
    """vcgt, Apple's table for the graphics card, of three rows; here with anything in them."""
    return element(b"vcgt", struct.pack(">LHHH", 0, 3, len(data) // 3, 1) + data)


def lookup(inputs):
    """lut16Type with two points per side; each output is what the inputs leave."""
    corners = [[corner >> place & 1 for place in range(inputs)] for corner in range(1 << inputs)]
    table = b"".join(struct.pack(">3H", *lab_of(corner)) for corner in corners)
    identity = b"".join(map(fixed, (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    straight = struct.pack(">2H", 0, 65_535)
    sizes = struct.pack(">4B", inputs, 3, 2, 0) + identity + struct.pack(">2H", 2, 2)
    return element(b"mft2", sizes + straight * inputs + table + straight * 3)


def stages(curves, grid, values, input_curves, between=b"", tail=b""):
    """lutAToBType with three channels: curves, a table, and behind `between` the curves of the inputs."""
    start = 8 + 4 + 5 * 4
    table_at = start + len(curves)
    inputs_at = table_at + len(grid + values) + len(aligned(between))
    offsets = struct.pack(">4B5L", 3, 3, 0, 0, start, 0, 0, table_at, inputs_at)
    return element(b"mAB ", offsets + curves + grid + values + aligned(between) + input_curves + tail)


def grid_header(points, channels, padding=bytes(3)):
    """Points for up to 16 channels, and the width of a value."""
    return bytes([points] * channels).ljust(16, b"\0") + bytes([1]) + padding


def lab_of(corner):
    """Lightness and colour of full inks, roughly: cyan, magenta, yellow and black one after the other."""
    light = 0xFF00 * (2 * len(corner) - 2 * sum(corner)) // (2 * len(corner))
    cyan, magenta, yellow = corner[:3]
    return light, 0x8000 + 0x2800 * (magenta - cyan), 0x8000 + 0x2800 * (yellow - cyan)


def fixed(value):
    """s15Fixed16Number."""
    return struct.pack(">l", round(value * 65_536))


def aligned(data):
    return data + bytes(-len(data) % 4)
