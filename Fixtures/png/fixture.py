"""What a fixture is, and how its parts are put together."""

from dataclasses import dataclass

import making
from writers import picture, png
from writers.canary import SHORTEST_TOKEN, Plants
from writers.deflate import DYNAMIC, Block, zlib_stream
from writers.png import SIGNATURE, Form, chunk

SMALL = 24, 16
END = chunk(b"IEND")


@dataclass
class Fixture(making.Fixture):
    """A PNG file."""

    frames: int = 0
    form: Form = Form()
    recoded: bool = False

    def entry(self):
        return super().entry() | {
            "frames": self.frames,
            "components": self.form and self.form.channels,
            "bitDepth": self.form and self.form.depth,
            "recoded": self.recoded,
        }


@dataclass
class Coded:
    """A picture: its form, the bytes of its scanlines, and those deflated and cut into the data of IDAT chunks."""

    size: tuple
    form: Form
    lines: bytes
    parts: list
    colors: list = None

    @property
    def stream(self):
        return b"".join(self.parts)


def encode(rows, form=Form(), kind=DYNAMIC, filters=png.FILTERS):
    """Codes a picture of (red, green, blue)."""
    colors = png.palette(form.depth) if form.color == png.PALETTE else None
    lines = png.scanlines(png.pixels(rows, form, colors), form, filters)
    return Coded((len(rows[0]), len(rows)), form, lines, [zlib_stream(Block(lines, kind))], colors)


def small(form=Form(), **how):
    """The picture of most fixtures."""
    return encode(picture.quarters(*SMALL), form, **how)


def kept_chunk(plants, kind, data, row=None):
    """A chunk that must come through; a short one is looked for as a whole."""
    whole = chunk(kind, data)
    plants.kept(row or kind.decode(), data if len(data) >= SHORTEST_TOKEN else whole)
    return whole


def dropped_chunk(plants, name, kind, data, row=None):
    """A chunk that must go, of the class `name`; likewise."""
    whole = chunk(kind, data)
    plants.exact(row or f"{kind.decode()} chunk", name, data if len(data) >= SHORTEST_TOKEN else whole)
    return whole


def start(plants, coded):
    return SIGNATURE + kept_chunk(plants, b"IHDR", png.header(*coded.size, coded.form))


def colors_chunk(plants, coded):
    if coded.colors is None:
        return b""
    return kept_chunk(plants, b"PLTE", bytes(part for color in coded.colors for part in color))


def data_chunks(plants, coded):
    """The picture; each part that is long enough must come through, for a scrub may join parts but not divide them."""
    for number, part in enumerate(coded.parts, 1):
        if len(part) >= SHORTEST_TOKEN:
            plants.kept(f"IDAT data {number}", part)
    return b"".join(chunk(b"IDAT", part) for part in coded.parts)


def file(plants, head=b"", coded=None, data=None, late_head=b"", behind=b"", end=END, trailer=b""):
    """A file: chunks before and behind the palette, the picture, chunks behind it, the end, bytes behind the end.

    `data` stands for the IDAT chunks where they are not just the picture.
    """
    coded = coded or small()
    data = data_chunks(plants, coded) if data is None else data
    return start(plants, coded) + head + colors_chunk(plants, coded) + late_head + data + behind + end + trailer


def leaking(name, part, **about):
    """A fixture with the chunks that `part(plants)` returns behind the header."""
    plants = Plants()
    return Fixture(name, file(plants, part(plants)), plants, **about)
