"""A small PNG encoder (W3C PNG, third edition): every colour type and depth, all filters, Adam7, animations."""

import struct
import zlib
from dataclasses import dataclass

from . import picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
NO_FILTER, SUB, UP, AVERAGE, PAETH = range(5)
FILTERS = (NO_FILTER, SUB, UP, AVERAGE, PAETH)
# First column and row of each pass, and the steps across and down.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
EVERY_PIXEL = ((0, 0, 1, 1),)

NONE, BACKGROUND, PREVIOUS = range(3)
SOURCE, OVER = range(2)


@dataclass(frozen=True)
class Form:
    """What a sample means and how the picture is stored."""

    color: int = RGB
    depth: int = 8
    interlaced: bool = False

    @property
    def channels(self):
        return CHANNELS[self.color]

    @property
    def bits(self):
        """Of one pixel."""
        return self.channels * self.depth

    @property
    def passes(self):
        return ADAM7 if self.interlaced else EVERY_PIXEL


@dataclass(frozen=True)
class Control:
    """Where and how long a frame is shown, and what happens before and after."""

    size: tuple
    place: tuple = (0, 0)
    delay: tuple = (1, 10)
    dispose: int = NONE
    blend: int = SOURCE

    def bytes(self):
        return struct.pack(">4L2H2B", *self.size, *self.place, *self.delay, self.dispose, self.blend)


def chunk(kind, data=b""):
    """Length, type, data and checksum."""
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def header(width, height, form, compression=0, filters=0):
    """The data of IHDR."""
    return struct.pack(">2L5B", width, height, form.depth, form.color, compression, filters, form.interlaced)


def animation_control(frames, plays=0):
    return chunk(b"acTL", struct.pack(">2L", frames, plays))


def frame_control(number, control):
    return chunk(b"fcTL", struct.pack(">L", number) + control.bytes())


def frame_data(number, data):
    return chunk(b"fdAT", struct.pack(">L", number) + data)


def scanlines(rows, form, filters=FILTERS):
    """The bytes to be deflated: the filters take turns. `rows` holds pixels, each a tuple of samples."""
    lines = b""
    for left, top, across, down in form.passes:
        part = [row[left::across] for row in rows[top::down]]
        lines += filtered([packed(row, form) for row in part if row], max(1, form.bits // 8), filters)
    return lines


def packed(row, form):
    """The samples of a row side by side; zeros fill the last byte."""
    values = [sample for pixel in row for sample in pixel]
    size = -(-len(values) * form.depth // 8)
    number = 0
    for value in values:
        number = number << form.depth | value
    return (number << size * 8 - len(values) * form.depth).to_bytes(size, "big")


def filtered(rows, unit, filters):
    """Rows of bytes, each behind the number of its filter; `unit` is how far the pixel to the left is."""
    lines = b""
    before = bytes(len(rows[0])) if rows else b""
    for place, row in enumerate(rows):
        kind = filters[place % len(filters)]
        lines += bytes([kind]) + filter_row(kind, row, before, unit)
        before = row
    return lines


def filter_row(kind, row, above, unit):
    left = bytes(unit) + row
    corner = bytes(unit) + above
    guesses = (predict(kind, *near) for near in zip(left, above, corner))
    return bytes((value - guess) % 256 for value, guess in zip(row, guesses))


def predict(kind, left, above, corner):
    if kind == PAETH:
        return nearest(left, above, corner)
    return (0, left, above, (left + above) // 2)[kind]


def nearest(left, above, corner):
    """Of the three the one that is nearest to what the slope suggests."""
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


def pixels(rows, form, colors=None):
    """A picture of (red, green, blue) as tuples of samples of the wanted form; alpha falls from left to right."""
    return [[pixel_of(color, form, colors, (x, len(row))) for x, color in enumerate(row)] for row in rows]


def pixel_of(color, form, colors, place):
    if form.color == PALETTE:
        return (closest(color, colors),)
    plain = color if form.color in (RGB, RGB_ALPHA) else (picture.ycc_pixel(color)[0],)
    x, width = place
    alpha = (255 * (width - x) // width,) if form.color in (GREY_ALPHA, RGB_ALPHA) else ()
    return tuple(scaled(sample, form.depth) for sample in (*plain, *alpha))


def scaled(sample, depth):
    """From eight bits to another depth."""
    return sample * 257 if depth == 16 else sample >> 8 - depth


def closest(color, colors):
    distances = [sum((a - b) ** 2 for a, b in zip(color, other)) for other in colors]
    return distances.index(min(distances))


def palette(depth):
    """As many colours as the depth allows, from strong ones to a run of shades."""
    strong = [picture.RED, picture.YELLOW, picture.BLUE, picture.GREEN, picture.WHITE, picture.BLACK]
    shades = [picture.shaded(color, step, 10) for step in range(1, 9) for color in strong[:4]]
    greys = [(shade,) * 3 for shade in range(256)]
    return (strong + shades + greys)[: 1 << depth]
