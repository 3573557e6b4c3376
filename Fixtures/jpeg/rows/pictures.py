"""Files of several pictures: previews listed in a multi-picture index, and gain maps in the three forms in use."""

import struct

from fixture import END, START, Fixture, exif_segment, jfif, keep_scan, small
from planted.miniature import miniature
from writers import multipicture, picture, tags, xmp
from writers.canary import EXIF, EXTRA_PICTURE, GAIN_MAP, MPF, TRAILER, XMP, Plants
from writers.jpeg import Settings, app, comment, encode, ids
from writers.tiff import Directory, apple_note
from writers.xmp import array

ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"
ISO_VERSIONS = bytes(4)
ISO_FLAGS = 0x40
# Headroom of both pictures, smallest and largest gain, gamma, two offsets, each a numerator and a denominator.
ISO_FRACTIONS = (0, 1, 3, 1, 0, 1, 3, 1, 1, 1, 1, 64, 1, 64)
APPLE_GAIN_MAP_TYPE = b"urn:com:apple:photo:2020:aux:hdrgainmap"


def fixtures():
    return [preview(), iso_gain_map(), adobe_gain_map(), *apple_gain_maps()]


def combined(file, plants, head, kind, second, gain_map=True, gain_map_kept=False, **index):
    """The main picture and a second one that its index lists."""
    coded = small()
    keep_scan(plants, coded)
    after = coded.bytes() + END
    data = multipicture.join(START + jfif() + head, after, kind, second, **index)
    return Fixture(file, data, plants, gain_map=gain_map, gain_map_kept=gain_map_kept)


def preview():
    """A larger preview with Exif, a comment and a position of its own, and bytes between the pictures."""
    plants = Plants()
    second = preview_picture(plants)
    rest = {"between": plants.text("bytes between the pictures", TRAILER), "unique_ids": unique_ids(plants)}
    return combined("mpf-preview.jpg", plants, b"", multipicture.PREVIEW, second, gain_map=False, **rest)


def unique_ids(plants, count=2):
    rows = [f"MPF unique id of the {which} picture" for which in ("first", "second", "third")[:count]]
    return b"".join(plants.short(row, MPF, multipicture.ID_LENGTH - 1) + b"\0" for row in rows)


def preview_picture(plants):
    position = Directory().ascii(tags.MAP_DATUM, plants.text("GPS in the MPF preview", EXTRA_PICTURE))
    block = Directory().ascii(tags.MAKE, plants.text("Exif in the MPF preview", EXTRA_PICTURE))
    block.directory(tags.GPS_IFD, position)
    note = comment(plants.text("COM in the MPF preview", EXTRA_PICTURE))
    return miniature(exif_segment(block, "II") + note, second=(220, 110, 110))


def gain_picture(head, plants=None, coded=None):
    """A grey picture, as most gain maps are; where `plants` is given it must come through with its tables."""
    coded = coded or encode(picture.grey(picture.stripes(16, 8)), Settings(ids(1)))
    if plants:
        plants.kept("gain map quantisation", coded.quantization)
        plants.kept("gain map frame", coded.frame)
        plants.kept("gain map Huffman tables", coded.scans[0].tables)
        plants.kept("gain map scan data", coded.scans[0].data)
    return START + head + coded.bytes() + END


def gain_exif(plants, name):
    """Exif that phones leave in the gain map when they copy the head of the main picture."""
    return exif_segment(Directory().ascii(tags.MAKE, plants.text(f"Exif in the {name} gain map", GAIN_MAP)), "MM")


def iso_gain_map():
    """ISO 21496-1: the versions in the first picture, the parameters in the gain map."""
    plants = Plants()
    parameters = ISO_VERSIONS + bytes([ISO_FLAGS]) + struct.pack(">14L", *ISO_FRACTIONS)
    second = gain_picture(gain_exif(plants, "ISO") + app(2, ISO_GAIN_MAP + parameters), plants)
    head = app(2, ISO_GAIN_MAP + ISO_VERSIONS)
    return combined("gainmap-iso.jpg", plants, head, multipicture.UNDEFINED, second, gain_map_kept=True)


def adobe_gain_map():
    """XMP in both pictures: a list of the items of the file, and the parameters."""
    plants = Plants()
    parameters = xmp.packet(
        {
            "hdrgm:Version": b"1.0",
            "hdrgm:GainMapMin": b"0",
            "hdrgm:GainMapMax": b"3",
            "hdrgm:HDRCapacityMin": b"0",
            "hdrgm:HDRCapacityMax": b"3",
            "xmp:CreatorTool": plants.text("XMP in the hdrgm gain map", GAIN_MAP),
        }
    )
    second = gain_picture(gain_exif(plants, "hdrgm") + xmp.segment(parameters), plants)
    items = array("Seq", container_item(b"Primary", 0), container_item(b"GainMap", len(second)))
    packet = xmp.packet(
        {"hdrgm:Version": b"1.0", "xmp:CreatorTool": plants.text("XMP beside a gain map", XMP)},
        {"Container:Directory": items},
    )
    head = xmp.segment(packet)
    return combined("gainmap-hdrgm.jpg", plants, head, multipicture.UNDEFINED, second, gain_map_kept=True)


def container_item(semantic, length, padding=0):
    """One picture of a file in Google's container description, and the bytes behind it."""
    described = b' Item:Semantic="%s" Item:Mime="image/jpeg" Item:Length="%d"' % (semantic, length)
    if padding:
        described += b' Item:Padding="%d"' % padding
    return b'<rdf:li rdf:parseType="Resource"><Container:Item' + described + b"/></rdf:li>"


def apple_gain_maps():
    """By earlier systems, by later ones, and without the numbers that a viewer needs."""
    return [
        apple_gain_map("gainmap-apple.jpg", b"65536", (4, 3), (1, 50)),
        apple_gain_map("gainmap-apple-low.jpg", b"65536", (1, 2), (0, 1)),
        apple_gain_map("gainmap-apple-headroom.jpg", b"131072", headroom=b"4.532783"),
        apple_gain_map("gainmap-apple-unknown.jpg", b"65536"),
    ]


def apple_gain_map(file, version, first=None, second=None, headroom=None):
    """Apple's form: a type in the gain map's XMP, and the headroom there or two numbers in the maker note."""
    plants = Plants()
    numbers = Directory().ascii(tags.APPLE_CONTENT, plants.text("MakerNote beside a gain map", EXIF))
    if first:
        numbers.signed_rationals(tags.APPLE_HEADROOM, first).signed_rationals(tags.APPLE_GAIN, second)
    photo = Directory().undefined(tags.MAKER_NOTE, apple_note(numbers))
    block = Directory().ascii(tags.MAKE, b"Apple").directory(tags.EXIF_IFD, photo)
    told = {
        "apdi:AuxiliaryImageType": APPLE_GAIN_MAP_TYPE,
        "HDRGainMap:HDRGainMapVersion": version,
        "xmp:CreatorTool": plants.text("XMP in the Apple gain map", GAIN_MAP),
    }
    if headroom:
        told["HDRGainMap:HDRGainMapHeadroom"] = headroom
    is_kept = bool(first or headroom)
    head = gain_exif(plants, "Apple") + xmp.segment(xmp.packet({}, told))
    picture_file = gain_picture(head, plants if is_kept else None)
    start = exif_segment(block, "MM")
    return combined(file, plants, start, multipicture.UNDEFINED, picture_file, gain_map_kept=is_kept)
