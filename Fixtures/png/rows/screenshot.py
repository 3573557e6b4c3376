"""A cropped screenshot as some phones have left it, for `make demo`: nobody's screen, nobody's message."""

from fixture import END, Fixture, encode
from writers import icc, picture, png
from writers.deflate import STORED, Block, zlib_stream
from writers.png import SIGNATURE, chunk

WHOLE, CROPPED = (120, 160), (120, 60)
PAPER, BAR, MINE, THEIRS = (245, 245, 240), (70, 90, 120), (190, 220, 190), (215, 215, 225)
SCREEN = b"Studio panel, serial 7K0042-19, calibrated 2026-07-01"


def fixtures():
    return [Fixture("screenshot.png", screenshot(), icc=True)]


def screenshot():
    """The smaller file written over the larger one, which was not cut to its new length."""
    before = file(encode(conversation(*WHOLE)))
    after = file(encode(conversation(*CROPPED)))
    return after + before[len(after) :]


def file(coded):
    head = chunk(b"IHDR", png.header(*coded.size, coded.form)) + profile()
    head += chunk(b"pHYs", (5670).to_bytes(4, "big") * 2 + b"\1")
    for text in (b"Software\0LumenOS 9.2.1", b"Creation Time\x002026-07-18 14:05:10"):
        head += chunk(b"tEXt", text)
    return SIGNATURE + head + b"".join(chunk(b"IDAT", part) for part in coded.parts) + END


def profile():
    """That of one calibrated screen."""
    curves = {name: icc.curve(gamma) for name, gamma in ((b"rTRC", 2.31), (b"gTRC", 2.24), (b"bTRC", 2.18))}
    points = ((b"wtpt", icc.D50), (b"rXYZ", icc.RED), (b"gXYZ", icc.GREEN), (b"bXYZ", icc.BLUE))
    colors = {name: icc.xyz(values) for name, values in points}
    texts = [(b"desc", icc.description(SCREEN)), (b"cprt", icc.text(b"Ana Example"))]
    data = icc.profile(texts + list(colors.items()) + list(curves.items()))
    return chunk(b"iCCP", b"Studio panel 7K0042-19\0\0" + zlib_stream(Block(data, STORED)))


def conversation(width, height):
    """Bubbles of messages under a bar."""
    return picture.draw(width, height, lambda x, y: color(x, y, width))


def color(x, y, width):
    if y < 14:
        return BAR
    row, inside = divmod(y - 14, 22)
    left = 8 if row % 2 else width // 3
    if 3 <= inside < 19 and left <= x < left + 2 * width // 3 - 8:
        return MINE if row % 2 else THEIRS
    return PAPER
