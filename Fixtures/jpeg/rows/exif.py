"""Exif blocks: every directory, thumbnails, maker notes, gaps, and the things in APP1 that only look like Exif."""

import struct

from fixture import END, START, Fixture, exif_segment, jfif, jpeg, leaking
from planted.exif import apple_texts, gps, harmless, photo, primary, thumbnail_directory, with_gaps, with_jpeg
from planted.miniature import miniature
from writers import picture, tags
from writers.canary import EXIF, THUMBNAIL, VENDOR, Plants
from writers.jpeg import Settings, app, comment, encode, ids
from writers.tiff import HEADER, Directory, exif, tiff

UTF8_TEXTS = {tags.TITLE: "ImageTitle", tags.PHOTOGRAPHER: "Photographer", tags.FIRMWARE: "CameraFirmware"}
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
        sketched("exif-thumbnail-same.jpg", picture.quarters(40, 40)),
        sketched("exif-thumbnail-other.jpg", picture.stripes(40, 40)),
        sketched("exif-thumbnail-bars.jpg", barred(picture.quarters(40, 32), 4)),
        sketched("exif-thumbnail-turned.jpg", turned(picture.quarters(40, 40))),
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


def photo_segment(plants, order):
    return exif_segment(Directory().directory(tags.EXIF_IFD, photo(plants, order)), order)


def utf8_segment(plants):
    """The text type that Exif 3.0 added."""
    directory = Directory()
    for tag, name in UTF8_TEXTS.items():
        directory.utf8(tag, plants.text(f"Exif 3.0 {name}", EXIF))
    return exif_segment(Directory().directory(tags.EXIF_IFD, directory), "MM")


def gps_segment(plants):
    return exif_segment(Directory().directory(tags.GPS_IFD, gps(plants, "MM")), "MM")


def interop_segment(plants):
    """The index says sRGB, so nothing here decides colours."""
    interop = Directory().ascii(tags.INTEROP_INDEX, b"R98").undefined(tags.INTEROP_VERSION, b"0100")
    interop.ascii(tags.RELATED_FORMAT, plants.text("Exif Interop RelatedImageFileFormat", EXIF))
    directory = Directory().directory(tags.INTEROP_IFD, interop).short(tags.COLOR_SPACE, tags.SRGB)
    return exif_segment(Directory().directory(tags.EXIF_IFD, directory), "II")


def thumbnail_segment(plants):
    return exif_segment(harmless(), "II", thumbnail_directory(plants))


def sketched(file, rows):
    """A picture of 80 by 80 or, with bars, 80 by 64 pixels, and a thumbnail that is large enough to be compared."""
    plants = Plants()
    small = START + encode(picture.ycc(rows), Settings(ids(1, 2, 3))).bytes() + END
    second = with_jpeg(Directory().ascii(tags.MODEL, plants.text("Exif IFD1 Model", THUMBNAIL)), small)
    large = picture.quarters(80, 64) if "bars" in file else picture.quarters(80, 80)
    coded = encode(picture.ycc(large), Settings(ids(1, 2, 3)))
    return Fixture(file, jpeg(plants, jfif() + exif_segment(harmless(), "II", second), coded), plants)


def barred(rows, height):
    """Black above and below, as cameras fit a wide picture into their thumbnails."""
    bar = [[picture.BLACK] * len(rows[0]) for _ in range(height)]
    return bar + rows + bar


def turned(rows):
    """By a quarter to the right."""
    return [list(column) for column in zip(*reversed(rows))]


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
    first, around = with_gaps(plants)
    return exif_segment(first, "II", **around)


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
