"""Chunks that a viewer does without: time, resolution, hints for old programs, and those of makers and programs."""

import struct

from fixture import Fixture, dropped_chunk, file, kept_chunk, leaking, small
from planted.credentials import credentials
from writers import png
from writers.canary import AUXILIARY, DENSITY, TIME, VENDOR, Plants
from writers.png import Form, chunk

METRE, UNKNOWN = 1, 0
TIME_OF_CHANGE = struct.pack(">H5B", 1983, 4, 27, 3, 51, 44)
# Type, bytes before the canary, bytes behind it.
AUXILIARIES = [
    (b"pCAL", b"", b"\0" + struct.pack(">2l2B", 0, 255, 0, 2) + b"m\0" + b"0\0" + b"1"),
    (b"sPLT", b"", b"\0\x08" + struct.pack(">4BH", 200, 30, 30, 255, 12) + struct.pack(">4BH", 20, 160, 60, 255, 9)),
    (b"gIFx", b"ACMETEST1.0", b""),
    (b"gIFt", bytes(24), b""),
    (b"dSIG", b"\x30\x1a\4", b""),
    (b"fRAc", b"\1\2\0\1", b""),
]
# Type and data of those without room for a name.
SHORT_AUXILIARIES = [
    (b"oFFs", struct.pack(">2lB", -1703, 911, 0)),
    (b"sCAL", b"\1" + b"0.0123456789\0" + b"0.9876543210"),
    (b"sTER", b"\1"),
    (b"gIFg", struct.pack(">2BH", 2, 0, 317)),
    (b"bKGD", struct.pack(">3H", 17, 103, 211)),
]
PLAIN_VENDORS = "vpAg tpNG prVW mkBF mkBS mkTS mkBT skMf skRf meTa cpIp aDAT seAl gdAT gmAP cnRy".split()


def fixtures():
    return [
        leaking("time.png", time_chunk),
        leaking("density.png", lambda plants: density_chunk(plants, 5669, 5669, METRE)),
        leaking("density-square-unknown.png", lambda plants: density_chunk(plants, 7, 7, UNKNOWN)),
        leaking("aspect.png", lambda plants: density_chunk(plants, 5670, 2835, METRE), aspect=[2, 1]),
        leaking("aspect-unreduced.png", lambda plants: density_chunk(plants, 88, 66, UNKNOWN), aspect=[4, 3]),
        leaking("aspect-reduced.png", reduced_aspect, aspect=[3, 4]),
        *(leaking(f"{kind.decode().lower()}.png", part) for kind, part in auxiliary_parts().items()),
        histogram(),
        leaking("cabx.png", credentials_chunk),
        *(leaking(f"vendor-{kind.lower()}.png", part) for kind, part in vendor_parts().items()),
    ]


def time_chunk(plants):
    """Too short for a token of its own, so that length and type belong to it."""
    whole = chunk(b"tIME", TIME_OF_CHANGE)
    plants.exact("tIME", TIME, whole[:-4])
    return whole


def density(x, y, unit):
    return struct.pack(">2LB", x, y, unit)


def density_chunk(plants, x, y, unit):
    """A resolution that tells a screen or a program."""
    whole = chunk(b"pHYs", density(x, y, unit))
    plants.exact(f"pHYs {x} {y} {unit}", DENSITY, whole[4:-4])
    return whole


def reduced_aspect(plants):
    """A ratio alone, in the smallest numbers."""
    return kept_chunk(plants, b"pHYs", density(3, 4, UNKNOWN))


def auxiliary_parts():
    named = {kind: named_part(kind, before, after) for kind, before, after in AUXILIARIES}
    return {**named, **{kind: short_part(kind, data) for kind, data in SHORT_AUXILIARIES}}


def named_part(kind, before, after):
    return lambda plants: chunk(kind, before + plants.text(f"{kind.decode()} name", AUXILIARY) + after)


def short_part(kind, data):
    return lambda plants: dropped_chunk(plants, AUXILIARY, kind, data)


def histogram():
    """How often each colour of the palette occurs."""
    plants = Plants()
    form = Form(png.PALETTE, 2)
    return Fixture("hist.png", file(plants, coded=small(form), late_head=histogram_chunk(plants, 4)), plants, form=form)


def histogram_chunk(plants, count):
    return dropped_chunk(plants, AUXILIARY, b"hIST", struct.pack(f">{count}H", *range(31, 31 + count)))


def credentials_chunk(plants):
    return chunk(b"caBX", credentials(plants, "caBX C2PA"))


def vendor_parts():
    plain = {kind: plain_vendor_part(kind) for kind in PLAIN_VENDORS}
    return {"iDOT": offsets_chunk, **plain}


def plain_vendor_part(kind):
    return lambda plants: chunk(kind.encode(), bytes([0, 1]) + plants.text(f"{kind} chunk", VENDOR))


def offsets_chunk(plants):
    """Apple's offset of the second half, by which it decodes both halves at once; wrong as soon as anything moves."""
    return dropped_chunk(plants, VENDOR, b"iDOT", struct.pack(">7L", 2, 0, 8, 40, 8, 8, 0x1234))


def all_chunks(plants):
    """For the file that has everything, which has a palette."""
    parts = (*auxiliary_parts().items(), *vendor_parts().items())
    return b"".join(part(plants) for kind, part in parts if kind != b"bKGD")
