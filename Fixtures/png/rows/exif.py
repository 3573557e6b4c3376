"""Exif blocks: everything they can tell, the orientation that has to stay, and the places where they may stand."""

from fixture import Fixture, encode, file, leaking
from planted.exif import apple_texts, gps, harmless, photo, primary, thumbnail_directory, with_gaps
from writers import picture, tags
from writers.canary import EXIF, VENDOR, Plants, token
from writers.deflate import deflate
from writers.png import chunk
from writers.tiff import HEADER, Directory, tiff

LARGE = 48, 32
ORDERS = {"II": "little-endian", "MM": "big-endian"}


def fixtures():
    return [
        leaking("exif.png", lambda plants: exif_chunk(primary(plants), "II")),
        leaking("exif-big-endian.png", lambda plants: exif_chunk(primary(plants), "MM")),
        leaking("exif-directories.png", camera_chunk, orientation=8),
        leaking("exif-gap.png", gap_chunk),
        leaking("exif-header-inside.png", headed_chunk),
        leaking("exif-two.png", two_chunks, orientation=6),
        leaking("exif-zxif.png", zipped_chunk),
        behind_picture(),
        *(orientation(number, order) for number in range(1, 9) for order in ORDERS),
    ]


def exif_chunk(first, order, *following, **around):
    return chunk(b"eXIf", tiff(first, order, *following, **around))


def camera_chunk(plants):
    """One block with every directory, and with an orientation."""
    first = primary(plants).short(tags.ORIENTATION, 8)
    details = photo(plants, "II").undefined(tags.MAKER_NOTE, apple_texts(plants))
    first.directory(tags.EXIF_IFD, details).directory(tags.GPS_IFD, gps(plants, "II"))
    return exif_chunk(first, "II", thumbnail_directory(plants))


def gap_chunk(plants):
    first, around = with_gaps(plants)
    return exif_chunk(first, "II", **around)


def headed_chunk(plants):
    """With the header that belongs into JPEG only; viewers disagree on such blocks, so this one turns nothing."""
    block = tiff(Directory().ascii(tags.MAKE, plants.text("eXIf with a header", EXIF)), "II")
    return chunk(b"eXIf", HEADER + block)


def turned(plants, row, order, number):
    first = Directory().ascii(tags.MAKE, plants.text(row, EXIF)).short(tags.ORIENTATION, number)
    return exif_chunk(first, order)


def two_chunks(plants):
    """The second one turns otherwise, and does not count."""
    return turned(plants, "eXIf first of two", "MM", 6) + turned(plants, "eXIf second of two", "II", 3)


def zipped_chunk(plants):
    """The compressed form that was given up: a zero, the length, and a zlib stream."""
    row = "zxIf Make"
    block = tiff(harmless().ascii(tags.MAKE, token(row)), "II")
    stream = plants.exact(row, VENDOR, deflate(block), "deflate")
    return chunk(b"zxIf", bytes(1) + len(block).to_bytes(4, "big") + stream)


def behind_picture():
    plants = Plants()
    late = turned(plants, "eXIf behind IDAT", "MM", 6)
    return Fixture("exif-behind-picture.png", file(plants, behind=late), plants, orientation=6)


def orientation(number, order):
    plants = Plants()
    block = turned(plants, "Exif beside an orientation", order, number)
    data = file(plants, block, encode(picture.quarters(*LARGE)))
    return Fixture(f"orientation-{number}-{ORDERS[order]}.png", data, plants, orientation=number)
