"""What hides in the structure of the file: comments, JFIF, stray bytes, fill, reserved markers, tables without use."""

from fixture import END, START, Fixture, adobe, jfif, jpeg, keep_scan, leaking
from planted.miniature import miniature
from writers import picture
from writers.canary import COMMENT, DENSITY, GAP, RESERVED, TABLE, THUMBNAIL, VENDOR, Plants
from writers.jpeg import DQT, Band, Settings, app, comment, encode, ids, segment
from writers.picture import YELLOW

FILL_LENGTH = 24
FIRST_RESERVED, LAST_RESERVED = 0xF0, 0xFD
JFXX_JPEG, JFXX_PALETTE, JFXX_RGB = 0x10, 0x11, 0x13
PALETTE_SIZE = 3 * 256
FOUR_BY_FOUR = bytes([4, 4])
THUMBNAIL_SIZE = 3 * 4 * 4
SCANS = (Band((0,)), Band((1,)), Band((2,)))


def fixtures():
    return [
        leaking("comment.jpg", comments),
        comments_everywhere(),
        density("jfif-density.jpg", 317, 317, 1),
        density("jfif-density-cm.jpg", 131, 131, 2),
        jfif_thumbnail(),
        leaking("jfxx.jpg", extension_segments),
        adobe_fingerprint(),
        gap(),
        fill(),
        reserved("jpgn-f0.jpg", FIRST_RESERVED),
        reserved("jpgn-fd.jpg", LAST_RESERVED),
        late_tables(),
    ]


def comments(plants):
    """Texts in several encodings, and an empty one."""
    return b"".join(
        [
            comment(b""),
            comment(plants.text("COM text", COMMENT)),
            comment(plants.text("COM UTF-16", COMMENT, "utf16le")),
            comment(plants.text("COM hexadecimal", COMMENT, "hex")),
            comment(plants.text("COM base64", COMMENT, "base64")),
            comment(plants.text("COM deflated", COMMENT, "deflate")),
        ]
    )


def comments_everywhere():
    """Comments between tables, frame and scans of a picture with one scan per component."""
    plants = Plants()
    coded = encode(picture.ycc(picture.quarters(24, 16)), Settings(ids(1, 2, 3), bands=SCANS))
    keep_scan(plants, coded)
    coded.quantization += comment(plants.text("COM behind DQT", COMMENT))
    coded.frame += comment(plants.text("COM behind SOF", COMMENT))
    coded.between = {number: comment(plants.text(f"COM behind scan {number + 1}", COMMENT)) for number in range(3)}
    coded.scans[1].tables += app(5, b"acme\0" + plants.text("APP5 before SOS", VENDOR))
    return Fixture("comment-between-scans.jpg", START + jfif() + coded.bytes() + END, plants)


def density(file, x, y, units):
    """A resolution that tells a scanner or a program, with square pixels."""
    plants = Plants()
    header = jfif(x, y, units, version=(1, 2))
    plants.exact("JFIF density", DENSITY, header[4:])
    return Fixture(file, jpeg(plants, header), plants)


def jfif_thumbnail():
    """A thumbnail of uncompressed pixels inside the JFIF header."""
    plants = Plants()
    pixels = plants.text("JFIF thumbnail", THUMBNAIL).ljust(THUMBNAIL_SIZE, b"\x30")
    header = jfif(version=(1, 2), thumbnail=FOUR_BY_FOUR + pixels)
    return Fixture("jfif-thumbnail.jpg", jpeg(plants, header), plants)


def extension_segments(plants):
    """Thumbnails as JPEG, with a palette, and as pixels."""
    small_one = miniature(comment(plants.text("COM in the JFXX thumbnail", THUMBNAIL)), second=YELLOW)
    palette = plants.text("JFXX palette", THUMBNAIL).ljust(PALETTE_SIZE, b"\x20")
    pixels = plants.text("JFXX pixels", THUMBNAIL).ljust(THUMBNAIL_SIZE, b"\x30")
    forms = [
        (JFXX_JPEG, small_one),
        (JFXX_PALETTE, FOUR_BY_FOUR + palette + bytes(16)),
        (JFXX_RGB, FOUR_BY_FOUR + pixels),
    ]
    return b"".join(app(0, b"JFXX\0" + bytes([form]) + data) for form, data in forms)


def detailed_jfif(plants):
    """Pixels twice as dense across as down, a resolution, and a thumbnail."""
    pixels = plants.text("JFIF thumbnail", THUMBNAIL).ljust(THUMBNAIL_SIZE, b"\x30")
    header = jfif(2 * 317, 317, 1, version=(1, 2), thumbnail=FOUR_BY_FOUR + pixels)
    plants.exact("JFIF density", DENSITY, header[4:18])
    return header


def adobe_fingerprint():
    plants = Plants()
    return Fixture("app14-fingerprint.jpg", jpeg(plants, detailed_adobe(plants)), plants, jfif=False, adobe=1)


def detailed_adobe(plants):
    """Version and flags of the Adobe marker, and bytes behind its fields."""
    more = plants.text("APP14 bytes behind the fields", VENDOR)
    marker = adobe(1, version=101, flags=b"\xc0\0\x12\x34", more=more)
    plants.exact("APP14 version and flags", VENDOR, marker[4:16])
    return marker


def gap():
    """Bytes between segments, which decoders skip with a warning."""
    return leaking("gap-between-segments.jpg", lambda plants: plants.text("bytes between segments", GAP))


def fill():
    plants = Plants()
    return Fixture("fill-bytes.jpg", jpeg(plants, jfif() + fill_bytes(plants)), plants)


def fill_bytes(plants):
    """Any number of 0xFF may stand before a marker; how many can tell something."""
    return plants.exact("fill bytes", GAP, b"\xff" * FILL_LENGTH)


def reserved(file, marker):
    """A segment of the markers that T.81 keeps for extensions; libjpeg refuses it."""
    plants = Plants()
    part = segment(marker, plants.text(f"JPGn marker {marker:02X}", RESERVED))
    return Fixture(file, jpeg(plants, jfif() + part), plants, decodable=False)


def late_tables():
    """A quantisation table that no scan can use any more."""
    plants = Plants()
    return Fixture("tables-after-last-scan.jpg", jpeg(plants, jfif(), before_end=late_table(plants)), plants)


def late_table(plants):
    values = plants.text("DQT behind the last scan", TABLE).ljust(64, b"\x20")
    return segment(DQT, b"\0" + values)
