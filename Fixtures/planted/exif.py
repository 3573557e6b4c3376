"""Exif directories with a canary in every field that can hold one."""

from planted.miniature import miniature
from writers import tags
from writers.canary import EXIF, THUMBNAIL, digest
from writers.jpeg import app, comment
from writers.tiff import Directory, Writer, apple_note, even, exif

PRIMARY_TEXTS = {
    tags.MAKE: "Make",
    tags.MODEL: "Model",
    tags.SOFTWARE: "Software",
    tags.ARTIST: "Artist",
    tags.HOST: "HostComputer",
    tags.COPYRIGHT: "Copyright",
    tags.DESCRIPTION: "ImageDescription",
}
WINDOWS_TEXTS = {tags.XP_TITLE: "XPTitle", tags.XP_COMMENT: "XPComment", tags.XP_AUTHOR: "XPAuthor"}
PHOTO_TEXTS = {
    tags.OWNER: "CameraOwnerName",
    tags.BODY_SERIAL: "BodySerialNumber",
    tags.LENS_MODEL: "LensModel",
    tags.LENS_SERIAL: "LensSerialNumber",
}
APPLE_TEXTS = {
    tags.APPLE_CONTENT: "ContentIdentifier",
    tags.APPLE_BURST: "BurstUUID",
    tags.APPLE_PICTURE: "ImageUniqueID",
}

UTF16 = {"II": "utf16le", "MM": "utf16be"}


def primary(plants):
    """The first directory with texts in the encodings that it can hold."""
    first = Directory()
    for tag, name in PRIMARY_TEXTS.items():
        first.ascii(tag, plants.text(f"Exif IFD0 {name}", EXIF))
    for tag, name in WINDOWS_TEXTS.items():
        first.octets(tag, plants.text(f"Exif IFD0 {name}", EXIF, "utf16le") + bytes(2))
    first.ascii(tags.DATE, date(plants, "Exif IFD0 DateTime"))
    return first.undefined(tags.UNKNOWN, plants.text("Exif IFD0 unknown tag", EXIF))


def date(plants, row):
    """A time that no other row has."""
    number = int(digest(row, 8), 16)
    day = f"19{number % 30 + 60}:{number % 12 + 1:02}:{number % 28 + 1:02}"
    time = f"{number % 24:02}:{number % 60:02}:{number % 59:02}"
    return plants.exact(row, EXIF, f"{day} {time}".encode(), "ascii")


def photo(plants, order):
    """The Exif directory."""
    directory = Directory()
    for tag, name in PHOTO_TEXTS.items():
        directory.ascii(tag, plants.text(f"Exif ExifIFD {name}", EXIF))
    picture_id = digest("ImageUniqueID", 32)
    directory.ascii(tags.SOUND, plants.short("Exif ExifIFD RelatedSoundFile", EXIF))
    directory.ascii(tags.UNIQUE_ID, plants.exact("Exif ExifIFD ImageUniqueID", EXIF, picture_id, "ascii"))
    directory.ascii(tags.DATE_TAKEN, date(plants, "Exif ExifIFD DateTimeOriginal"))
    text = plants.text("Exif ExifIFD UserComment", EXIF, UTF16[order])
    return directory.undefined(tags.USER_COMMENT, b"UNICODE\0" + text)


def gps(plants, order):
    """A position as numbers, and texts."""
    directory = Directory().octets(tags.GPS_VERSION, bytes([2, 3, 0, 0]))
    directory.ascii(tags.LATITUDE_REF, b"N").rationals(tags.LATITUDE, *angle(plants, "Exif GPS Latitude", order))
    directory.ascii(tags.LONGITUDE_REF, b"E").rationals(tags.LONGITUDE, *angle(plants, "Exif GPS Longitude", order))
    directory.ascii(tags.MAP_DATUM, plants.text("Exif GPS MapDatum", EXIF))
    method = plants.text("Exif GPS ProcessingMethod", EXIF)
    area = plants.text("Exif GPS AreaInformation", EXIF, UTF16[order])
    directory.undefined(tags.PROCESSING_METHOD, b"ASCII\0\0\0" + method)
    return directory.undefined(tags.AREA, b"UNICODE\0" + area)


def angle(plants, row, order):
    """Degrees, minutes and seconds that no other row has."""
    number = int(digest(row, 8), 16)
    pairs = (number % 80, 1), (number % 59, 1), (number % 599_983, 10_000)
    values = b"".join(Writer(order).numbers("LL", *pair) for pair in pairs)
    plants.exact(row, EXIF, values, "rational")
    return pairs


def harmless():
    """A first directory that says nothing of interest."""
    return Directory().short(tags.YCC_POSITION, tags.CENTERED)


def with_gaps(plants):
    """A first directory, and what stands around it: texts in front, between directory and values, and behind everything."""
    first = Directory().ascii(tags.MODEL, b"a model with a long name")
    first.with_gap(plants.text("Exif gap behind IFD0", EXIF))
    lead = even(plants.text("Exif gap before IFD0", EXIF))
    return first, {"lead": lead, "tail": plants.text("Exif bytes past the last IFD", EXIF)}


def thumbnail_directory(plants):
    """The second directory with a JPEG thumbnail that has a comment and an Exif block of its own."""
    nested = Directory().ascii(tags.MAKE, plants.text("Exif in the IFD1 thumbnail", THUMBNAIL))
    note = comment(plants.text("COM in the IFD1 thumbnail", THUMBNAIL))
    directory = Directory().ascii(tags.MODEL, plants.text("Exif IFD1 Model", THUMBNAIL))
    return with_jpeg(directory, miniature(note + app(1, exif(nested, "II"))))


def with_jpeg(directory, jpeg_file):
    directory.short(tags.COMPRESSION, tags.OLD_JPEG)
    return directory.data(tags.THUMBNAIL_OFFSET, tags.THUMBNAIL_LENGTH, jpeg_file)


def apple_texts(plants):
    """A maker note in the form of Apple's; its content identifier pairs a photo with a video."""
    directory = Directory().long(tags.APPLE_VERSION, 14)
    for tag, name in APPLE_TEXTS.items():
        directory.ascii(tag, plants.text(f"MakerNote Apple {name}", EXIF))
    return apple_note(directory)
