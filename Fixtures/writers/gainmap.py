"""A writer of the parameters of gain maps: ISO 21496-1, and the hdrgm properties of XMP."""

import struct
from dataclasses import dataclass

SIGNATURE = b"urn:iso:std:iso:ts:21496:-1\0"
VERSIONS = bytes(4)  # the least that a reader needs, and the writer's
SEVERAL_CHANNELS, BASE_COLOR_SPACE, COMMON_DENOMINATOR = 0x80, 0x40, 0x08


@dataclass(frozen=True)
class Channel:
    """Fractions: the logarithms of the least and the largest gain, gamma, and the offsets of both renditions."""

    least: tuple = (0, 1)
    most: tuple = (3, 1)
    gamma: tuple = (1, 1)
    base_offset: tuple = (1, 64)
    other_offset: tuple = (1, 64)

    @property
    def fractions(self):
        return [self.least, self.most, self.gamma, self.base_offset, self.other_offset]


@dataclass(frozen=True)
class Parameters:
    """One channel for all colours or one for each, and how much headroom the display has to have for either picture."""

    channels: tuple = (Channel(),)
    base_headroom: tuple = (0, 1)
    other_headroom: tuple = (3, 1)

    @property
    def fractions(self):
        return [self.base_headroom, self.other_headroom, *(part for c in self.channels for part in c.fractions)]


def iso(parameters):
    """Versions, flags, and fractions; where all have the same denominator it comes once."""
    flags = BASE_COLOR_SPACE | (SEVERAL_CHANNELS if len(parameters.channels) > 1 else 0)
    denominators = {denominator for _, denominator in parameters.fractions}
    if len(denominators) > 1:
        numbers = [number for fraction in parameters.fractions for number in fraction]
    else:
        flags |= COMMON_DENOMINATOR
        numbers = [*denominators, *(numerator for numerator, _ in parameters.fractions)]
    return VERSIONS + bytes([flags]) + b"".join(word(number) for number in numbers)


def word(number):
    """32 bits; what may be negative is written as two's complement."""
    return struct.pack(">L", number % (1 << 32))


def properties(parameters):
    """The same as XMP: attributes, and lists where channels differ."""
    names = "GainMapMin", "GainMapMax", "Gamma", "OffsetSDR", "OffsetHDR"
    attributes = {
        "hdrgm:Version": b"1.0",
        "hdrgm:HDRCapacityMin": decimal(parameters.base_headroom),
        "hdrgm:HDRCapacityMax": decimal(parameters.other_headroom),
        "hdrgm:BaseRenditionIsHDR": b"False",
    }
    lists = {}
    for place, name in enumerate(names):
        values = [decimal(channel.fractions[place]) for channel in parameters.channels]
        if len(values) == 1:
            attributes[f"hdrgm:{name}"] = values[0]
        else:
            lists[f"hdrgm:{name}"] = values
    return attributes, lists


def decimal(fraction):
    """Six digits behind the point, in whole numbers so that they are the same everywhere."""
    numerator, denominator = fraction
    digits = (abs(numerator) * 10**6 + denominator // 2) // denominator
    whole, rest = divmod(digits, 10**6)
    return b"%s%d.%06d" % (b"-" if numerator < 0 else b"", whole, rest)
