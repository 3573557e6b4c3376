"""Chunks that decide colours and have to stay as they are."""

import struct

from fixture import Fixture, file, kept_chunk, leaking, small
from writers import png
from writers.canary import Plants
from writers.png import Form

# White, red, green and blue, each across and up.
SRGB_POINTS = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
# Red, green, blue and white in steps of 0.00002, then the brightest and the darkest in steps of 0.0001.
DISPLAY_POINTS = (35400, 14600, 8500, 39850, 6550, 2300, 15635, 16450)
CHUNKS = {
    b"sRGB": b"\0",
    b"gAMA": struct.pack(">L", 45455),
    b"cHRM": struct.pack(">8L", *SRGB_POINTS),
    b"cICP": bytes([9, 16, 0, 1]),
    b"mDCV": struct.pack(">8H2L", *DISPLAY_POINTS, 10_000_000, 50),
    b"cLLI": struct.pack(">2L", 10_000_000, 4_000_000),
    b"sBIT": bytes([5, 6, 5]),
}
SIGNIFICANT_BITS = {png.GREY: 5, png.RGB: 6, png.PALETTE: 5, png.GREY_ALPHA: 5, png.RGB_ALPHA: 6}
LINEAR = 100_000


def fixtures():
    return [
        *(leaking(f"{kind.decode().lower()}.png", single(kind)) for kind in CHUNKS),
        leaking("colors.png", all_chunks),
        leaking("gama-linear.png", lambda plants: kept_chunk(plants, b"gAMA", struct.pack(">L", LINEAR))),
        *(significant_bits(color) for color in SIGNIFICANT_BITS),
    ]


def single(kind):
    return lambda plants: kept_chunk(plants, kind, CHUNKS[kind])


def all_chunks(plants):
    return b"".join(kept_chunk(plants, kind, data) for kind, data in CHUNKS.items())


def beside_profile(plants):
    """Those that can stand beside a profile and a palette."""
    return b"".join(kept_chunk(plants, kind, data) for kind, data in CHUNKS.items() if kind not in (b"sRGB", b"cICP"))


def significant_bits(color):
    """One number for each channel; a palette has three."""
    plants = Plants()
    form = Form(color)
    count = 3 if color == png.PALETTE else form.channels
    head = kept_chunk(plants, b"sBIT", bytes([SIGNIFICANT_BITS[color]] * count))
    return Fixture(f"sbit-type-{color}.png", file(plants, head, small(form)), plants, form=form)
