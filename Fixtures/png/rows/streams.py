"""What hides in the compressed picture: bytes behind its end, lines that nobody sees, and how it is divided."""

from fixture import END, Fixture, data_chunks, file, small
from planted.endings import archive, second_picture, video
from writers import png, texts
from writers.canary import TRAILER, Plants, token
from writers.deflate import FIXED, STORED, Block, zlib_stream
from writers.png import Form, chunk

PLAIN = Form()
ROW_OF_OLD = 3 * 40 + 1


def fixtures():
    return [
        data_fixture("idat-tail.png", tail),
        data_fixture("idat-tail-divided.png", divided_tail),
        data_fixture("idat-tail-chunk.png", tail_chunks),
        data_fixture("idat-empty.png", empty_chunks),
        surplus("surplus-lines.png"),
        surplus("surplus-lines-one-block.png", joined=True),
        surplus("surplus-lines-adam7.png", Form(interlaced=True)),
        surplus("surplus-lines-grey.png", Form(png.GREY, 1)),
        ending("iend-data.png", end=lambda plants: chunk(b"IEND", plants.text("data in IEND", TRAILER))),
        ending("trailer-text.png", lambda plants: plants.text("trailer text", TRAILER)),
        ending("trailer-padding.png", lambda plants: bytes(512) + plants.text("trailer behind padding", TRAILER)),
        ending("trailer-zip.png", archive),
        ending("trailer-jpeg.png", second_picture),
        ending("trailer-mp4.png", video),
        ending("trailer-old-tail.png", old_tail),
        ending("trailer-chunk.png", late_chunks),
        ending("trailer-second-end.png", lambda plants: END + plants.text("trailer behind a second IEND", TRAILER)),
    ]


def data_fixture(name, make):
    """A picture whose IDAT chunks `make(plants, coded)` returns."""
    plants = Plants()
    coded = small()
    return Fixture(name, file(plants, coded=coded, data=make(plants, coded)), plants)


def kept_stream(plants, coded):
    """The stream whole, where it lies in one piece."""
    return plants.kept("IDAT data", coded.stream)


def tail(plants, coded):
    """Bytes behind the checksum, in the same chunk."""
    return chunk(b"IDAT", kept_stream(plants, coded) + plants.text("IDAT tail", TRAILER))


def divided_tail(plants, coded):
    """A stream of three chunks; its checksum ends within the last one, where other bytes begin."""
    first, second, third = cut(coded.stream, 200, 150)
    coded.parts = [first, second]
    kept = data_chunks(plants, coded)
    return kept + chunk(b"IDAT", plants.kept("IDAT data 3", third) + plants.text("IDAT tail", TRAILER))


def tail_chunks(plants, coded):
    """More chunks behind the one where the stream ends."""
    more = chunk(b"IDAT", plants.text("IDAT chunk behind the stream", TRAILER))
    last = chunk(b"IDAT", plants.text("last IDAT chunk behind the stream", TRAILER))
    return data_chunks(plants, coded) + more + last


def empty_chunks(plants, coded):
    """Chunks without data before, between and behind."""
    coded.parts = [b"", b"", *cut(coded.stream, 300)[:1], b"", *cut(coded.stream, 300)[1:], b""]
    return data_chunks(plants, coded)


def cut(data, *sizes):
    """Pieces of these sizes and the rest."""
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


def surplus(name, form=PLAIN, joined=False):
    """More lines than the picture has, in a block of their own or in the same one."""
    plants = Plants()
    coded = small(form)
    coded.parts = [surplus_stream(coded.lines, plants.text("lines behind the last", TRAILER), joined)]
    data = chunk(b"IDAT", coded.stream)
    return Fixture(name, file(plants, coded=coded, data=data), plants, form=form, recoded=True)


def surplus_stream(lines, more, joined=False):
    if joined:
        return zlib_stream(Block(lines + more, STORED))
    return zlib_stream(Block(lines, FIXED), Block(more, STORED))


def ending(name, trailer=lambda plants: b"", end=lambda plants: END):
    plants = Plants()
    return Fixture(name, file(plants, end=end(plants), trailer=trailer(plants)), plants)


def old_tail(plants):
    """What is left of a longer file where a shorter one was written over it: pieces of its picture, and its end."""
    lines = token("old lines").ljust(ROW_OF_OLD, b"\0") * 12
    plants.exact("line of the old picture", TRAILER, token("old lines"))
    stream = zlib_stream(Block(lines, STORED))
    note = texts.plain(b"Software", plants.text("tEXt in the old tail", TRAILER))
    return stream[100:400] + bytes(4) + chunk(b"IDAT", stream[400:]) + note + END


def late_chunks(plants):
    """Sound chunks behind the end, which readers of chunks go on to read."""
    return texts.plain(b"Comment", plants.text("tEXt behind IEND", TRAILER)) + END


def trailers(plants):
    """For the file that has everything."""
    return b"".join(part(plants) for part in (late_chunks, old_tail, second_picture, video, archive))
