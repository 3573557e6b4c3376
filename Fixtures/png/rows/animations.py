"""Animations: frames of all kinds, and what hides between and within them."""

from fixture import Coded, Fixture, data_chunks, encode, file, small
from rows.streams import cut, surplus_stream
from writers import picture, png, texts
from writers.canary import COMMENT, SHORTEST_TOKEN, TRAILER, Plants
from writers.png import Control

SIZE = 24, 16
HALF = 12, 8
WHOLE = Control(SIZE)
COLORS = {"red and black": picture.RED, "green and black": picture.GREEN, "blue and black": picture.BLUE}


def fixtures():
    return [
        animation("animation.png", frames("red and black", "green and black")),
        animation("animation-once.png", frames("red and black", "green and black"), plays=1),
        animation("animation-other-default.png", frames("red and black", "green and black"), first=None),
        animation("animation-one-frame.png", []),
        animation("animation-regions.png", regions()),
        animation("animation-parts.png", frames("red and black", "green and black", pieces=(40, 90))),
        animation("animation-text.png", frames("red and black", "green and black"), between=note),
        animation("animation-tail.png", frames("red and black", "green and black"), tail=True),
        animation("animation-tail-chunk.png", frames("red and black", "green and black"), tail_chunk=True),
        animation("animation-surplus.png", frames("red and black", "green and black"), surplus=True),
    ]


def frames(*names, size=SIZE, pieces=()):
    """Frames as large as the picture, each cut into pieces of some sizes and the rest."""
    return [(Control(size), striped(size, name, pieces)) for name in names]


def striped(size, name, pieces=()):
    coded = encode(picture.stripes(*size, second=COLORS[name]))
    coded.parts = cut(coded.stream, *pieces)
    return coded


def regions():
    """Parts of the picture, with every way to dispose of a frame and to blend one, and delays of all kinds."""
    return [
        (Control(HALF, (3, 5), (0, 0), png.BACKGROUND, png.OVER), striped(HALF, "red and black")),
        (Control((5, 3), (19, 13), (65535, 1000), png.PREVIOUS), striped((5, 3), "green and black")),
        (Control((1, 1), (0, 15), (1, 30), png.NONE, png.OVER), striped((1, 1), "blue and black")),
    ]


def note(plants, number):
    """A text in front of a frame."""
    return texts.plain(b"Comment", plants.text(f"tEXt before frame {number}", COMMENT))


def animation(name, following, first=WHOLE, plays=0, surplus=False, **hidden):
    """The picture, as the first frame if `first` is given, and the frames that follow."""
    plants = Plants()
    count = len(following) + (first is not None)
    parts = Sequence(plants, surplus=surplus, **hidden)
    head = kept_whole(plants, "acTL", png.animation_control(count, plays))
    if first:
        head += parts.control(first)
    coded = small()
    data = data_chunks(plants, coded)
    behind = b"".join(parts.frame(*frame, last=frame is following[-1]) for frame in following)
    whole = file(plants, head, coded, data, behind=behind)
    return Fixture(name, whole, plants, frames=count, recoded=surplus)


def kept_whole(plants, row, whole):
    plants.kept(row, whole)
    return whole


class Sequence:
    """Numbers the chunks of an animation; hides things before each frame or in the last one."""

    def __init__(self, plants, between=None, tail=False, tail_chunk=False, surplus=False):
        self.plants = plants
        self.between, self.tail, self.tail_chunk, self.surplus = between, tail, tail_chunk, surplus
        self.number = self.frames = 0

    def next(self):
        self.number += 1
        return self.number - 1

    def control(self, control):
        """Kept but for its number, which depends on how many chunks the frames before have."""
        self.frames += 1
        self.plants.kept(f"fcTL {self.frames}", control.bytes())
        return png.frame_control(self.next(), control)

    def frame(self, control, coded: Coded, last=False):
        before = self.between(self.plants, self.frames + 1) if self.between else b""
        before += self.control(control)
        if self.surplus and last:
            hidden = self.plants.text("lines behind the last of a frame", TRAILER)
            return before + self.data(surplus_stream(coded.lines, hidden))
        return before + self.pieces(coded) + (self.more() if self.tail_chunk and last else b"")

    def pieces(self, coded):
        chunks = b""
        for number, part in enumerate(coded.parts, 1):
            if len(part) >= SHORTEST_TOKEN:
                self.plants.kept(f"fdAT data {number} of frame {self.frames}", part)
            ends = number == len(coded.parts)
            chunks += self.data(part + (self.hidden() if ends else b""))
        return chunks

    def hidden(self):
        return self.plants.text(f"fdAT tail of frame {self.frames}", TRAILER) if self.tail else b""

    def more(self):
        return self.data(self.plants.text("fdAT chunk behind the stream", TRAILER))

    def data(self, data):
        return png.frame_data(self.next(), data)


def indexed(form):
    """A frame for a picture of another form."""
    return encode(picture.stripes(*SIZE), form)
