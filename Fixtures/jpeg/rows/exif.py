"""Exif blocks: every directory, thumbnails, maker notes, gaps, and the things in APP1 that only look like Exif."""

import struct

from fixture import Fixture, exif_segment, jfif, jpeg, leaking, miniature
from writers import tags
from writers.canary import EXIF, THUMBNAIL, VENDOR, Plants, digest
from writers.jpeg import app, comment
from writers.tiff import HEADER, Directory, Writer, apple_note, even, exif, tiff

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
UTF8_TEXTS = {tags.TITLE: "ImageTitle", tags.PHOTOGRAPHER: "Photographer", tags.FIRMWARE: "CameraFirmware"}
APPLE_TEXTS = {
    tags.APPLE_CONTENT: "ContentIdentifier",
    tags.APPLE_BURST: "BurstUUID",
    tags.APPLE_PICTURE: "ImageUniqueID",
}

UTF16 = {"II": "utf16le", "MM": "utf16be"}
STRIP_SIZE = 3 * 8 * 2


def fixtures():
    return [
        leaking("exif-ifd0.jpg", lambda plants: exif_segment(primary(plants), "II")),
        leaking("exif-ifd0-motorola.jpg", lambda plants: exif_segment(primary(plants), "MM")),
        leaking("exif-exififd.jpg", lambda plants: photo_segment(plants, "II")),
        leaking("exif-exififd-motorola.jpg", lambda plants: photo_segment(plants, "MM")),
        leaking("exif-utf8.jpg", utf8_segment),
        leaking("exif-gps.jpg", gps_segment),
        leaking("exif-interop.jpg", interop_segment),
        leaking("exif-thumbnail.jpg", thumbnail_segment),
        leaking("exif-thumbnail-strips.jpg", strips_segment),
        leaking("exif-ifd2.jpg", third_directory_segment),
        leaking("exif-subifd.jpg", sub_directory_segment),
        leaking("exif-makernote.jpg", maker_note_segment),
        leaking("exif-makernote-unknown.jpg", unknown_maker_note_segment),
        leaking("exif-private-data.jpg", private_data_segment),
        leaking("exif-gap.jpg", gap_segment),
        leaking("app1-wrong-case.jpg", wrong_case_segments),
        leaking("app1-second-exif.jpg", second_exif_segments, orientation=6),
        leaking("app1-extra-nul.jpg", extra_nul_segment),
        leaking("app1-bare-tiff.jpg", bare_tiff_segment),
        late_exif(),
    ]


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


def photo_segment(plants, order):
    return exif_segment(Directory().directory(tags.EXIF_IFD, photo(plants, order)), order)


def utf8_segment(plants):
    """The text type that Exif 3.0 added."""
    directory = Directory()
    for tag, name in UTF8_TEXTS.items():
        directory.utf8(tag, plants.text(f"Exif 3.0 {name}", EXIF))
    return exif_segment(Directory().directory(tags.EXIF_IFD, directory), "MM")


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


def gps_segment(plants):
    return exif_segment(Directory().directory(tags.GPS_IFD, gps(plants, "MM")), "MM")


def interop_segment(plants):
    """The index says sRGB, so nothing here decides colours."""
    interop = Directory().ascii(tags.INTEROP_INDEX, b"R98").undefined(tags.INTEROP_VERSION, b"0100")
    interop.ascii(tags.RELATED_FORMAT, plants.text("Exif Interop RelatedImageFileFormat", EXIF))
    directory = Directory().directory(tags.INTEROP_IFD, interop).short(tags.COLOR_SPACE, tags.SRGB)
    return exif_segment(Directory().directory(tags.EXIF_IFD, directory), "II")


def harmless():
    """A first directory that says nothing of interest."""
    return Directory().short(tags.YCC_POSITION, tags.CENTERED)


def thumbnail_directory(plants):
    """The second directory with a JPEG thumbnail that has a comment and an Exif block of its own."""
    nested = Directory().ascii(tags.MAKE, plants.text("Exif in the IFD1 thumbnail", THUMBNAIL))
    note = comment(plants.text("COM in the IFD1 thumbnail", THUMBNAIL))
    directory = Directory().ascii(tags.MODEL, plants.text("Exif IFD1 Model", THUMBNAIL))
    return with_jpeg(directory, miniature(note + exif_segment(nested, "II")))


def with_jpeg(directory, jpeg_file):
    directory.short(tags.COMPRESSION, tags.OLD_JPEG)
    return directory.data(tags.THUMBNAIL_OFFSET, tags.THUMBNAIL_LENGTH, jpeg_file)


def thumbnail_segment(plants):
    return exif_segment(harmless(), "II", thumbnail_directory(plants))


def with_strip(directory, pixels):
    """8 by 2 uncompressed pixels of three bytes."""
    directory.short(tags.WIDTH, 8).short(tags.HEIGHT, 2).short(tags.ROWS, 2)
    directory.short(tags.COMPRESSION, tags.UNCOMPRESSED).short(tags.PHOTOMETRIC, tags.RGB)
    directory.short(tags.BITS, 8, 8, 8).short(tags.SAMPLES, 3)
    return directory.data(tags.STRIP_OFFSETS, tags.STRIP_LENGTHS, pixels.ljust(STRIP_SIZE, b"\x40"))


def strips_segment(plants):
    second = with_strip(Directory(), plants.text("Exif IFD1 thumbnail strips", THUMBNAIL))
    return exif_segment(harmless(), "MM", second)


def third_directory_segment(plants):
    """A directory behind the thumbnail's, which no viewer reads."""
    third = Directory().ascii(tags.SOFTWARE, plants.text("Exif IFD2 Software", EXIF))
    with_strip(third, plants.text("Exif IFD2 strips", THUMBNAIL))
    return exif_segment(harmless(), "MM", thumbnail_directory(plants), third)


def sub_directory_segment(plants):
    """A larger preview in a sub-directory, as raw converters write it."""
    small = miniature(comment(plants.text("COM in the SubIFD preview", THUMBNAIL)), second=(90, 200, 220))
    preview = Directory().ascii(tags.DESCRIPTION, plants.text("Exif SubIFD ImageDescription", EXIF))
    return exif_segment(Directory().directory(tags.SUB_IFDS, with_jpeg(preview, small)), "II")


def apple_texts(plants):
    """A maker note in the form of Apple's; its content identifier pairs a photo with a video."""
    directory = Directory().long(tags.APPLE_VERSION, 14)
    for tag, name in APPLE_TEXTS.items():
        directory.ascii(tag, plants.text(f"MakerNote Apple {name}", EXIF))
    return apple_note(directory)


def maker_note_segment(plants):
    directory = Directory().undefined(tags.MAKER_NOTE, apple_texts(plants))
    return exif_segment(Directory().ascii(tags.MAKE, b"Apple").directory(tags.EXIF_IFD, directory), "MM")


def unknown_maker_note_segment(plants):
    """A note that nobody can parse, with text, UTF-16, and compressed text."""
    note = b"ACME\0\1\0\0" + b"\0".join(
        [
            plants.text("MakerNote unknown maker text", EXIF),
            plants.text("MakerNote unknown maker UTF-16", EXIF, "utf16le"),
            plants.text("MakerNote unknown maker hexadecimal", EXIF, "hex"),
            plants.text("MakerNote unknown maker deflated", EXIF, "deflate"),
        ]
    )
    return exif_segment(Directory().directory(tags.EXIF_IFD, Directory().undefined(tags.MAKER_NOTE, note)), "II")


def private_data_segment(plants):
    """Blocks that other makers put into the first directory."""
    printing = b"PrintIM\x000300\0\0" + struct.pack("<HHL", 1, 0, 0) + bytes(2) + plants.text("Exif PrintIM", EXIF)
    private = b"Acme\0" + plants.text("Exif DNGPrivateData", EXIF)
    return exif_segment(Directory().undefined(tags.PRINT_IM, printing).octets(tags.DNG_PRIVATE, private), "II")


def gap_segment(plants):
    """Text before the first directory, between directory and values, and behind everything."""
    first = Directory().ascii(tags.MODEL, b"a model with a long name")
    first.with_gap(plants.text("Exif gap behind IFD0", EXIF))
    lead = even(plants.text("Exif gap before IFD0", EXIF))
    return exif_segment(first, "II", lead=lead, tail=plants.text("Exif bytes past the last IFD", EXIF))


def wrong_case_segments(plants):
    """Headers that are nearly right."""
    capitals = tiff(Directory().ascii(tags.MAKE, plants.text("APP1 EXIF in capitals", VENDOR)), "II")
    small = tiff(Directory().ascii(tags.MAKE, plants.text("APP1 exif in small letters", VENDOR)), "II")
    return app(1, b"EXIF\0\0" + capitals) + app(1, b"exif\0\0" + small)


def second_exif_segments(plants):
    """The first block turns the picture; the second says nothing about that."""
    return exif_segment(Directory().short(tags.ORIENTATION, 6), "MM") + second_segment(plants)


def second_segment(plants):
    return exif_segment(Directory().ascii(tags.MAKE, plants.text("APP1 second Exif", EXIF)), "II")


def extra_nul_segment(plants):
    """Two bytes too many between the name and the TIFF header."""
    block = exif(Directory().ascii(tags.MAKE, plants.text("APP1 Exif with extra NUL", EXIF)), "II")
    return app(1, HEADER + bytes(2) + block.removeprefix(HEADER))


def bare_tiff_segment(plants):
    return app(1, tiff(Directory().ascii(tags.MAKE, plants.text("APP1 bare TIFF", VENDOR)), "II"))


def late_exif():
    """An Exif block between the last scan and the end; readers that look only at the head don't see it."""
    plants = Plants()
    return Fixture("app1-late-exif.jpg", jpeg(plants, jfif(), before_end=late_segment(plants)), plants)


def late_segment(plants):
    return exif_segment(Directory().ascii(tags.MAKE, plants.text("Exif behind the last scan", EXIF)), "II")


def other_segments(plants):
    """Blocks that can stand behind another one in the file that has everything; none turns the picture."""
    parts = (
        second_segment,
        utf8_segment,
        interop_segment,
        strips_segment,
        sub_directory_segment,
        unknown_maker_note_segment,
        private_data_segment,
        wrong_case_segments,
        extra_nul_segment,
        bare_tiff_segment,
    )
    return b"".join(part(plants) for part in parts)
