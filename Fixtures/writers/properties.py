"""Properties of HEIF items, as boxes (23008-12, 6.5; 14496-12, 12.1; 23001-17), each with the fields that it has."""

import struct

from .boxes import box, full_box

ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
ALPHA_HEVC = b"urn:mpeg:hevc:2015:auxid:1"
DEPTH = b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth"
DEPTH_HEVC = b"urn:mpeg:hevc:2015:auxid:2"
APPLE_GAIN_MAP = b"urn:com:apple:photo:2020:aux:hdrgainmap"
APPLE_DISPARITY = b"urn:com:apple:photo:2018:aux:disparity"
APPLE_MATTE = b"urn:com:apple:photo:2018:aux:portraiteffectsmatte"
APPLE_SKIN = b"urn:com:apple:photo:2019:aux:semanticskinmatte"
SRGB = (1, 13, 6)
HDR = (9, 16, 9)


def extents(width, height):
    """`ispe`."""
    return full_box(b"ispe", struct.pack(">2L", width, height))


def depths(channels, bits=8):
    """`pixi`."""
    return full_box(b"pixi", bytes([channels]) + bytes([bits] * channels))


def code_points(primaries, transfer, matrix, is_full=True):
    """`colr` of numbers that a standard gives to colour spaces."""
    return box(b"colr", b"nclx", struct.pack(">3HB", primaries, transfer, matrix, is_full << 7))


def profile(data, kind=b"prof"):
    """`colr` of a profile."""
    return box(b"colr", kind, data)


def auxiliary(kind, more=b""):
    """`auxC`."""
    return full_box(b"auxC", kind + b"\0", more)


def rotation(quarters):
    """`irot`, anticlockwise."""
    return box(b"irot", bytes([quarters]))


def mirror(axis):
    """`imir`: 0 exchanges top and bottom, 1 left and right."""
    return box(b"imir", bytes([axis]))


def aperture(width, height, across=(0, 1), down=(0, 1)):
    """`clap`: fractions, and how far its centre is from that of the picture."""
    return box(b"clap", struct.pack(">4L", width, 1, height, 1), struct.pack(">lLlL", *across, *down))


def aspect(x, y):
    """`pasp`."""
    return box(b"pasp", struct.pack(">2L", x, y))


def light_level(most, average):
    """`clli`."""
    return box(b"clli", struct.pack(">2H", most, average))


def display(points=(8500, 39850, 6550, 2300, 35400, 14600, 15635, 16450), most=10_000_000, least=50):
    """`mdcv`: green, blue, red and white, and brightness."""
    return box(b"mdcv", struct.pack(">8H2L", *points, most, least))


def viewing(illuminance=3_140_000, x=15_635, y=16_450):
    """`amve`."""
    return box(b"amve", struct.pack(">L2H", illuminance, x, y))


def content_volume(least=0, most=10_000_000, average=1_000_000):
    """`cclv` without primaries."""
    return box(b"cclv", bytes([0x1C]) + struct.pack(">3L", least, most, average))


def intrinsics(focal=57_000, x=32_000, y=32_000):
    """`cmin`: the focal length and the centre of a camera, over a thousand and so on."""
    return full_box(b"cmin", struct.pack(">3L", focal, x, y), flags=10 << 8)


def extrinsics(x):
    """`cmex`: how far to the side a camera is, in micrometres."""
    return full_box(b"cmex", struct.pack(">l", x), flags=1)


def components(*kinds):
    """`cmpd`: 4, 5 and 6 are red, green and blue."""
    return box(b"cmpd", struct.pack(">L", len(kinds)), b"".join(struct.pack(">H", kind) for kind in kinds))


def uncompressed(channels, bits=8):
    """`uncC`: components one after the other for each pixel, without padding."""
    listed = b"".join(struct.pack(">H3B", index, bits - 1, 0, 0) for index in range(channels))
    sampling, pixel_interleave, block, flags = 0, 1, 0, 0
    how = struct.pack(">4B", sampling, pixel_interleave, block, flags) + struct.pack(">5L", 0, 0, 0, 0, 0)
    return full_box(b"uncC", bytes(4), struct.pack(">L", channels), listed, how)


def compression(kind, unit=0):
    """`cmpC`: how the data of an uncompressed picture are compressed, and in which units; 0 is the whole picture."""
    return full_box(b"cmpC", kind, bytes([unit]))


def units(*ranges):
    """`icef`: offset and length of each unit, in 32 bits."""
    listed = b"".join(struct.pack(">2L", *pair) for pair in ranges)
    return full_box(b"icef", bytes([3 << 5 | 3 << 2]), struct.pack(">L", len(ranges)), listed)


def description(language, name, text, words):
    """`udes`."""
    return full_box(b"udes", *(part + b"\0" for part in (language, name, text, words)))


def alternative(text, language):
    """`altt`."""
    return full_box(b"altt", text + b"\0", language + b"\0")


def time(kind, value):
    """`crtt` and `mdft`: microseconds since 1904."""
    return full_box(kind, struct.pack(">Q", value))


def fixed(kind, data, version=0, flags=0):
    """Any other with a version."""
    return full_box(kind, data, version=version, flags=flags)


def universal(identifier, data):
    """A property of somebody's own."""
    return box(b"uuid", identifier, data)
