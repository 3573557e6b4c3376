"""Every way to code a picture: colour types, depths, interlacing, filters, blocks, and how the stream is cut."""

from fixture import Coded, Fixture, encode, file, kept_chunk, small
from rows.streams import cut
from writers import picture, png
from writers.canary import Plants
from writers.deflate import DYNAMIC, FIXED, STORED, Block, zlib_stream
from writers.png import Form

NAMES = {png.GREY: "grey", png.RGB: "rgb", png.PALETTE: "palette", png.GREY_ALPHA: "grey-alpha", png.RGB_ALPHA: "rgba"}
DEPTHS = {
    png.GREY: (1, 2, 4, 8, 16),
    png.RGB: (8, 16),
    png.PALETTE: (1, 2, 4, 8),
    png.GREY_ALPHA: (8, 16),
    png.RGB_ALPHA: (8, 16),
}
INTERLACED = [(png.GREY, 1), (png.GREY, 16), (png.RGB, 8), (png.PALETTE, 4), (png.GREY_ALPHA, 8), (png.RGB_ALPHA, 16)]
TINY = [(1, 1), (3, 3), (5, 2), (2, 5), (64, 1)]
# Grey, a colour, and the opacity of some entries of a palette.
TRANSPARENT = {
    png.GREY: b"\0\x50",
    png.RGB: bytes([0, 250, 0, 250, 0, 250]),
    png.PALETTE: bytes(range(0, 255, 17)),
}
SMALL_WINDOW = b"\x18\x19"


def fixtures():
    return [
        *(plain(color, depth) for color, depths in DEPTHS.items() for depth in depths),
        *(plain(color, depth, interlaced=True) for color, depth in INTERLACED),
        *(tiny(size, form) for size in TINY for form in (Form(), Form(interlaced=True), Form(png.GREY, 1, True))),
        *(transparent(color, interlaced) for color in TRANSPARENT for interlaced in (False, True)),
        *(filtered(kind) for kind in png.FILTERS),
        suggested_palette(),
        short_palette(),
        *blocks(),
        *divided(),
    ]


def fixture(name, coded, **parts):
    plants = Plants()
    return Fixture(name, file(plants, coded=coded, **parts), plants, form=coded.form)


def name_of(form):
    return f"{'adam7-' if form.interlaced else ''}{NAMES[form.color]}-{form.depth}"


def plain(color, depth, interlaced=False):
    form = Form(color, depth, interlaced)
    return fixture(f"{name_of(form)}.png", small(form))


def tiny(size, form):
    """So small that passes have no pixels at all; stored, for otherwise the stream would be too short for a token."""
    width, height = size
    coded = encode(picture.quarters(width, height), form, kind=STORED)
    return fixture(f"size-{width}x{height}-{name_of(form)}.png", coded)


def transparent(color, interlaced):
    plants = Plants()
    form = Form(color, interlaced=interlaced)
    late = kept_chunk(plants, b"tRNS", TRANSPARENT[color])
    return Fixture(f"trns-{name_of(form)}.png", file(plants, coded=small(form), late_head=late), plants, form=form)


def filtered(kind):
    return fixture(f"filter-{kind}.png", small(filters=(kind,)))


def suggested_palette():
    """A palette that colours of 24 bits don't need."""
    coded = small()
    coded.colors = png.palette(3)
    return fixture("rgb-palette.png", coded)


def short_palette():
    """Fewer colours than the depth allows."""
    coded = encode(picture.stripes(24, 16, picture.RED, picture.RED), Form(png.PALETTE))
    coded.colors = coded.colors[:64]
    return fixture("palette-short.png", coded)


def blocks():
    """The same lines in blocks of each kind, and in several; empty ones are allowed too."""
    lines = small().lines
    first, second, third = cut(lines, 400, 300)
    return [
        streamed("blocks-stored.png", Block(lines, STORED)),
        streamed("blocks-fixed.png", Block(lines, FIXED)),
        streamed("blocks-dynamic.png", Block(lines, DYNAMIC)),
        streamed("blocks-runs.png", Block(first, FIXED, runs=True), Block(second + third, DYNAMIC, runs=True)),
        streamed("blocks-mixed.png", Block(first, DYNAMIC), Block(second, STORED), Block(third, FIXED)),
        streamed("blocks-empty.png", Block(b"", STORED), Block(lines, FIXED), Block(b"", STORED), Block(b"", FIXED)),
        streamed("blocks-small-window.png", Block(lines, FIXED), header=SMALL_WINDOW),
    ]


def streamed(name, *parts, **how):
    coded = small()
    coded.parts = [zlib_stream(*parts, **how)]
    return fixture(name, coded)


def divided():
    """The stream in many pieces; some cut its header, some its checksum."""
    return [
        cut_up("idat-two.png", (500,)),
        cut_up("idat-cut-header.png", (1, 600)),
        cut_up("idat-cut-checksum.png", (len(small().stream) - 2,)),
        cut_up("idat-many.png", (13,) * (len(small().stream) // 13)),
        single_bytes(),
    ]


def cut_up(name, sizes):
    coded = small()
    coded.parts = cut(coded.stream, *sizes)
    return fixture(name, coded)


def single_bytes():
    """One byte to a chunk, of a smaller picture."""
    coded: Coded = encode(picture.quarters(8, 8), Form(png.GREY))
    coded.parts = [bytes([value]) for value in coded.stream]
    return fixture("idat-single-bytes.png", coded)
