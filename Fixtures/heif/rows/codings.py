"""Codings: what each needs stays, what encoders write beside it goes, in configurations and in the coded data."""

from coded import AV1, AVC, HEVC, coded, jpeg2000
from fixture import ANEW, made, picture, property_of, unpacked
from rows.metadata import named
from writers import boxes, codecs, jpeg, properties
from writers import picture as drawing
from writers.canary import COMMENT, ENCODER, EXIF, GAP, VENDOR, XMP, Plants
from writers.codecs import PREFIX_SEI, SUFFIX_SEI, UNSPECIFIED
from writers.deflate import deflate
from writers.heif import Extent, Item
from writers.jpeg import END, START, Settings, app, comment, encode, ids
from writers.tiff import exif

X265 = bytes.fromhex("2ca2de09b51747dbbb55a4fe7fc2fc4e")
X264 = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef")
PRIVATE = bytes.fromhex("5f3759df4b1d4c2e9a7c0123456789ab")
# Of T.35: the United States, and nobody's provider code.
NOBODY = bytes.fromhex("b5ffff")
PIXELS = bytes(range(0, 255, 5)) + bytes(range(250, 0, -5)) + bytes(range(91))


def fixtures():
    return [
        made("hevc.heic", Plants(), [picture()]),
        made("hevc-grey.heic", Plants(), [picture("grey")]),
        made("av1.avif", Plants(), [picture(coding=AV1)]),
        made("av1-grey.avif", Plants(), [picture("alpha", coding=AV1)]),
        made("avc.heif", Plants(), [picture(coding=AVC)]),
        hevc_arrays(),
        hevc_tail(),
        hevc_units(),
        hevc_behind(),
        hevc_in_parts(),
        av1_configuration(),
        av1_units(),
        av1_without_header(),
        avc_units(),
        jpeg_item("jpeg.heif", lambda plants: b""),
        jpeg_item("jpeg-segments.heif", jpeg_segments),
        jpeg_item("jpeg-trailer.heif", lambda plants: b"", trailer=True),
        jpeg_prefix(),
        jpeg_2000(),
        unpacked_item(),
        unpacked_deflated(),
        unpacked_short(),
        *numbers_of_nobody(),
    ]


def configured(file, name, coding, more, tail=b"", plants=None):
    """A picture whose configuration holds more than it needs."""
    item = picture(name, coding=coding)
    right = item.properties[0].box
    found = coded(name, coding).configuration(*more, tail=tail)
    item.properties[0] = property_of(found, True, stays=right)
    return made(file, plants, [item])


def with_units(file, coding, data, plants, output, strict):
    """A picture whose coded data hold more than a decoder needs; as many other bytes take its place, or none."""
    item = picture(coding=coding)
    item.data, item.output, item.strict_output = data, output, strict
    return made(file, plants, [item])


def encoder_message(plants, row, identifier=X265, kind=PREFIX_SEI):
    """The settings that an encoder leaves behind, and what a scrub writes there."""
    text = b"x265 (build 199) - " + plants.text(row, ENCODER)
    unit = codecs.hevc_unit(kind, codecs.message(codecs.UNREGISTERED, text, identifier))
    return kind, unit, codecs.overwritten(unit, identifier + text), b""


def all_messages(plants, where, units=Plants):
    """What can be said in units that no decoder needs, by type, and what a scrub writes there. What `units` of no standard
    hold stays between pictures, where some players need them."""
    registered = NOBODY + plants.text(f"T.35 message {where}", VENDOR)
    private = PRIVATE + plants.text(f"private message {where}", VENDOR)
    filler = plants.text(f"filler {where}", GAP)
    first = codecs.hevc_unit(PREFIX_SEI, codecs.message(codecs.REGISTERED, registered))
    second = codecs.hevc_unit(SUFFIX_SEI, codecs.message(codecs.UNREGISTERED, private))
    unknown = codecs.hevc_unit(UNSPECIFIED, units().text(f"unit of no standard {where}", VENDOR))
    last = codecs.hevc_unit(codecs.FILLER, filler + b"\x80")
    return [
        encoder_message(plants, f"encoder's message {where}"),
        (PREFIX_SEI, first, codecs.overwritten(first, registered, fill=codecs.NO_COUNTRY), b""),
        (SUFFIX_SEI, second, codecs.overwritten(second, private), b""),
        (UNSPECIFIED, unknown, unknown, unknown),
        (codecs.FILLER, last, codecs.overwritten(last, filler), b""),
    ]


def hevc_arrays():
    """In hvcC, of which all goes that is no parameter set."""
    plants = Plants()
    units = [unit[:2] for unit in all_messages(plants, "in hvcC", lambda: plants)]
    return configured("hevc-arrays.heic", "main", HEVC, units, plants=plants)


def hevc_tail():
    """Behind the last array."""
    plants = Plants()
    text = plants.text("hvcC behind the arrays", GAP)
    return configured("hevc-tail.heic", "main", HEVC, [], tail=text, plants=plants)


def hevc_units():
    """In front of the picture's own units."""
    plants = Plants()
    found = all_messages(plants, "in front of the picture")
    before, after, strict = (codecs.in_front(found, place) + coded("main").data for place in (1, 2, 3))
    return with_units("hevc-units.heic", HEVC, before, plants, after, strict)


def hevc_behind():
    """Behind them."""
    plants = Plants()
    found = encoder_message(plants, "encoder's message behind the picture", kind=SUFFIX_SEI)
    before, after, strict = (coded("main").data + codecs.in_front([found], place) for place in (1, 2, 3))
    return with_units("hevc-behind.heic", HEVC, before, plants, after, strict)


def hevc_in_parts():
    """A message that is cut into two extents, and the picture in a third."""
    plants = Plants()
    found = encoder_message(plants, "encoder's message in two parts")
    unit = codecs.in_front([found], 1)
    picture_data = coded("main").data
    parts = [Extent(unit[:30]), Extent(unit[30:]), Extent(picture_data)]
    return with_units(
        "hevc-in-parts.heic", HEVC, parts, plants, codecs.in_front([found], 2) + picture_data, picture_data
    )


def metadata(plants, where):
    """Units of AV1 that no decoder needs."""
    registered = NOBODY + plants.text(f"T.35 metadata {where}", VENDOR)
    return [
        codecs.av1_metadata(codecs.REGISTERED_METADATA, registered),
        codecs.av1_metadata(codecs.PRIVATE_METADATA, plants.text(f"private metadata {where}", VENDOR)),
        codecs.av1_unit(codecs.PADDING, plants.text(f"padding {where}", GAP) + b"\x80"),
    ]


def av1_configuration():
    plants = Plants()
    return configured("av1-configuration.avif", "main", AV1, metadata(plants, "in av1C"), plants=plants)


def av1_units():
    """Behind the sequence header, in front of the frame."""
    found = coded("main", AV1)
    (header,) = found.parts
    plants = Plants()
    units = metadata(plants, "in front of the frame")
    before, after = b"".join(units), b"".join(codecs.as_padding(unit) for unit in units)
    rest = found.data[len(header) :]
    return with_units("av1-units.avif", AV1, header + before + rest, plants, header + after + rest, header + rest)


def av1_without_header():
    """A configuration that leaves the sequence header to the data."""
    item = picture(coding=AV1)
    box = item.properties[0].box
    item.properties[0] = property_of(boxes.box(b"av1C", box[8:12]), True)
    return made("av1-no-header.avif", Plants(), [item])


def avc_units():
    plants = Plants()
    text = b"x264 - core 164 - options: " + plants.text("options of an encoder", ENCODER)
    unit = bytes([codecs.AVC_SEI]) + codecs.message(codecs.UNREGISTERED, text, X264)
    before, after = (
        codecs.sized(found) + coded("main", AVC).data for found in (unit, codecs.overwritten(unit, X264 + text))
    )
    return with_units("avc-units.heif", AVC, before, plants, after, coded("main", AVC).data)


# JPEG and JPEG 2000.


def jpeg_file(head=b"", trailer=b""):
    """A file, and its coded data."""
    found = encode(drawing.ycc(drawing.quarters(24, 16)), Settings(ids(1, 2, 3)))
    return START + head + found.bytes() + END + trailer, found.scans[0].data


def jpeg_segments(plants):
    """Exif, XMP and a comment; the orientation in Exif is none of HEIF's."""
    block = exif(named(plants, "Exif in a JPEG item", EXIF).short(0x0112, 6), "MM")
    packet = jpeg.app(1, b"http://ns.adobe.com/xap/1.0/\0" + plants.text("XMP in a JPEG item", XMP))
    return app(1, block) + packet + comment(plants.text("COM in a JPEG item", COMMENT))


def jpeg_item(file, head, trailer=False):
    plants = Plants()
    tail = plants.text("bytes behind the end of a JPEG item", GAP) if trailer else b""
    data, scan = jpeg_file(head(plants), tail)
    plants.kept("scan data", scan)
    described = [property_of(properties.extents(24, 16)), property_of(properties.depths(3))]
    return made(file, plants, [Item(b"jpeg", data, described, output=ANEW)])


def jpeg_prefix():
    """The tables stand in a property of their own, and so does a comment."""
    plants = Plants()
    data, _ = jpeg_file()
    tables_end = data.index(bytes([0xFF, jpeg.SOS]))
    prefix = START + comment(plants.text("COM in jpgC", COMMENT)) + data[2:tables_end]
    described = [
        property_of(boxes.box(b"jpgC", prefix), True),
        property_of(properties.extents(24, 16)),
        property_of(properties.depths(3)),
    ]
    why = "a JPEG picture in two parts"
    return made("hostile/jpeg-prefix.heif", plants, [Item(b"jpeg", data[tables_end:], described)], why=why)


def jpeg_2000():
    """Its comment tells the encoder."""
    plants = Plants()
    found = jpeg2000()
    start = found.data.index(b"\xff\x64")
    length = int.from_bytes(found.data[start + 2 : start + 4], "big")
    plants.exact("COM in JPEG 2000", ENCODER, found.data[start : start + 2 + length])
    channels = b"".join(bytes([0, number, 0, 0, 0, number + 1]) for number in range(3))
    header = boxes.box(b"j2kH", boxes.box(b"cdef", b"\0\3" + channels))
    described = [
        property_of(header, True),
        property_of(properties.extents(64, 64)),
        property_of(properties.depths(3)),
        property_of(properties.code_points(*properties.SRGB)),
    ]
    why = "JPEG 2000, of which nobody has heard here"
    return made("hostile/jpeg-2000.heif", plants, [Item(b"j2k1", found.data, described)], why=why)


# Pictures that are not coded.


def unpacked_item():
    return made("unpacked.heif", Plants(), [unpacked((8, 8), PIXELS[: 8 * 8 * 3])])


def unpacked_deflated():
    """Compressed as a whole (23001-17, third part)."""
    data = deflate(PIXELS[: 8 * 8 * 3])
    more = [
        property_of(properties.compression(b"zlib"), True),
        property_of(properties.units((0, len(data))), True),
    ]
    return made("unpacked-zlib.heif", Plants(), [unpacked((8, 8), data, *more)])


def unpacked_short():
    """The profile of `uncC` that names its components itself."""
    described = [
        property_of(properties.fixed(b"uncC", b"rgb3", version=1), True),
        property_of(properties.extents(8, 8)),
    ]
    return made("unpacked-rgb3.heif", Plants(), [Item(b"unci", PIXELS[: 8 * 8 * 3], described)])



def numbers_of_nobody():
    """Numbers that have to fit the data, and are texts instead."""
    layers, units, components = Plants(), Plants(), Plants()
    sizes = boxes.box(b"a1lx", b"\1", layers.short("a1lx sizes", VENDOR, 12))
    beyond = properties.units((0, 192), *pairs(units.short("icef units", VENDOR, 16)))
    item = unpacked((8, 8), PIXELS, property_of(properties.compression(b"zlib"), True), property_of(beyond, True))
    address = b"https://example.invalid/" + components.text("cmpd address", VENDOR) + b"\0"
    named_component = boxes.box(b"cmpd", b"\0\0\0\4\0\4\0\5\0\6\x80\0", address)
    other = unpacked((8, 8), PIXELS)
    other.properties[0] = property_of(named_component, True)
    return [
        made("hostile/layers.avif", layers, [picture("main", property_of(sizes), coding=AV1)], why="layers of no data"),
        made("hostile/units.heif", units, [item], why="compressed units of no data"),
        made("hostile/component.heif", components, [other], why="a component that an address explains"),
    ]


def pairs(data):
    numbers = [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4)]
    return zip(numbers[::2], numbers[1::2])
