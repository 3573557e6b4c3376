"""The boxes of a file: forms of their sizes, their order, fields that nobody reads, and boxes that no viewer needs."""

import struct

from coded import AV1
from fixture import DEFAULT, exif_item, made, picture, property_of
from planted import endings
from planted.credentials import credentials
from rows.metadata import named
from writers import boxes, heif, properties, trailers, xmp
from writers.boxes import box, full_box
from writers.canary import COMMENT, GAP, MOTION_VIDEO, TIME, TRAILER, VENDOR, XMP, Plants
from writers.heif import META, Media

XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA_ID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
CANON_ID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
PRIVATE_ID = bytes.fromhex("0f1e2d3c4b5a49788796a5b4c3d2e1f0")
SELF_CONTAINED = 1
THIS_FILE = full_box(b"url ", flags=SELF_CONTAINED)
UTC_DATA, MOTION_PHOTO = 0x0A01, 0x0A30
# Order of the boxes in `meta` as Apple and as nobody writes them.
APPLE_ORDER = (b"hdlr", b"dinf", b"pitm", b"iinf", b"iref", b"iprp", b"grpl", b"idat", b"iloc")
ODD_ORDER = (b"hdlr", b"idat", b"grpl", b"iprp", b"iref", b"iinf", b"iloc", b"pitm")


def fixtures():
    return [
        whole("meta-quicktime.heic", is_full=False, readers=()),
        whole("meta-large.heic", meta_size="large"),
        whole("meta-apple-order.heic", order=APPLE_ORDER, replaced={b"dinf": data_information(THIS_FILE)}),
        whole("meta-odd-order.heic", order=ODD_ORDER),
        whole("media-large.heic", media="large"),
        whole("media-open.heic", media="open"),
        whole("media-open.avif", media="open", coding=AV1),
        whole("media-first.heic", is_media_first=True),
        whole("media-first-large.avif", is_media_first=True, media="large", coding=AV1),
        with_references("data-reference-own.heic", own_reference, 1),
        with_references("data-reference-unused.heic", foreign_reference, 0),
        handler("handler-name.heic", lambda plants: {"name": plants.text("hdlr name", COMMENT)}),
        handler("handler-reserved.heic", lambda plants: {"reserved": plants.short("hdlr reserved", VENDOR)}),
        file_type(),
        information_1(),
        *(inside(*about) for about in INSIDE),
        *(tailed(*about) for about in TAILED),
        *property_tails(),
        outside("box-uuid.heic", lambda plants: box(b"uuid", PRIVATE_ID, plants.text("uuid box", VENDOR))),
        outside("box-uuid-xmp.heic", packet_box),
        outside("box-uuid-canon.heic", lambda plants: box(b"uuid", CANON_ID, plants.text("uuid of Canon", VENDOR))),
        outside("box-uuid-c2pa.heic", credentials_box),
        outside("box-unknown.heic", lambda plants: box(b"CNRY", plants.text("unknown box", VENDOR))),
        outside("box-unknown-large.heic", lambda plants: boxes.large_box(b"CNRY", plants.text("unknown box", VENDOR))),
        outside("box-free.heic", lambda plants: box(b"free", plants.text("free box", GAP))),
        outside("box-skip.heic", lambda plants: box(b"skip", plants.text("skip box", GAP))),
        outside("box-wide.heic", lambda plants: box(b"wide", plants.text("wide box", GAP))),
        outside("box-udta.heic", lambda plants: box(b"udta", box(b"name", plants.text("udta name", VENDOR)))),
        outside("box-time.heic", clock_box),
        outside("motion-video.heic", lambda plants: box(b"mpvd", motion(plants))),
        outside("motion-video.avif", lambda plants: box(b"mpvd", motion(plants)), coding=AV1),
        outside("samsung.heic", samsung_box),
        outside("trailer-text.heic", lambda plants: plants.text("trailer text", TRAILER)),
        outside("trailer-padding.heic", lambda plants: bytes(300) + plants.text("trailer behind padding", TRAILER)),
        outside("trailer-open.heic", lambda plants: boxes.open_box(b"free", plants.text("free box to the end", GAP))),
        outside("trailer-short.heic", short_trailer),
        outside("trailer-jpeg.heic", endings.second_picture),
        outside("trailer-mp4.heic", endings.video, readers=()),
        outside("trailer-remains.heic", remains),
        outside("trailer-heic.heic", second_file, readers=()),
    ]


# The frame of a file.


def whole(file, media="normal", is_media_first=False, coding="hevc", **layout):
    """A file in an unusual form, with Exif that has to go; it lies in front of the picture."""
    plants = Plants()
    main = picture(coding=coding)
    block = exif_item(named(plants), "MM", of=[main])
    brands = {"major": b"avif", "brands": (b"mif1", b"avif", b"miaf")} if coding == AV1 else {}
    kind = heif.Container([], **brands).file_type()
    data = Media(size=media)
    order = [kind, data, META] if is_media_first else [kind, META, data]
    return made(file, plants, [block, main], primary=main, top=order, **brands, **layout)


def data_information(*entries):
    """Where data can be."""
    return box(b"dinf", full_box(b"dref", struct.pack(">L", len(entries)), *entries))


def own_reference(plants):
    """This file, with an address that nobody needs."""
    address = b"file:///" + plants.text("url of the file itself", VENDOR) + b"\0"
    return [full_box(b"url ", address, flags=SELF_CONTAINED)]


def foreign_reference(plants):
    """Other files, in which nothing is looked for."""
    address = b"https://example.invalid/" + plants.text("url of no data", VENDOR) + b"\0"
    name = b"urn:example:" + plants.text("urn of no data", VENDOR) + b"\0"
    return [full_box(b"url ", address), full_box(b"urn ", name)]


def with_references(file, make, source):
    plants = Plants()
    listed = data_information(*make(plants))
    return made(file, plants, [picture(source=source)], order=APPLE_ORDER, replaced={b"dinf": listed})


def handler(file, about):
    plants = Plants()
    return made(file, plants, [picture()], replaced={b"hdlr": heif.handler(**about(plants))})


def file_type():
    """An odd version and brands that nobody knows; both tell the program."""
    plants = Plants()
    text = plants.short("ftyp brands", VENDOR, 16)
    known = (b"mif1", b"heic", b"MiHB", b"miaf", b"MiHE", b"tmap")
    unknown = tuple(text[start : start + 4] for start in range(0, 16, 4))
    return made("file-type.heic", plants, [picture()], brands=known + unknown, minor=b"CNmv")


def information_1():
    """`iinf` with a count of 32 bits."""
    plants = Plants()
    main = picture()
    items = [main, exif_item(named(plants), "MM", of=[main])]
    for number, item in enumerate(items, 1):
        item.number = number
    replaced = {b"iinf": heif.information(items, version=1)}
    return made("information-1.heic", plants, items, replaced=replaced)


# What stands within `meta`: file, row, class, and the box for a text.



def title(text):
    return box(b"\xa9nam", box(b"data", bytes(8), text))


INSIDE = [
    ("meta-free.heic", "free in meta", GAP, lambda text: box(b"free", text)),
    ("meta-skip.heic", "skip in meta", GAP, lambda text: box(b"skip", text)),
    ("meta-uuid.heic", "uuid in meta", VENDOR, lambda text: box(b"uuid", PRIVATE_ID, text)),
    ("meta-unknown.heic", "unknown box in meta", VENDOR, lambda text: box(b"CNRY", text)),
    ("meta-xml.heic", "xml box", XMP, lambda text: full_box(b"xml ", text + b"\0")),
    ("meta-bxml.heic", "bxml box", VENDOR, lambda text: full_box(b"bxml", text)),
    ("meta-udta.heic", "udta in meta", VENDOR, lambda text: box(b"udta", box(b"name", text))),
    ("meta-id32.heic", "ID32 in meta", COMMENT, lambda text: full_box(b"ID32", b"\x15\xc7ID3\4\0\0\0\0\0\0" + text)),
    ("meta-ilst.heic", "ilst in meta", COMMENT, lambda text: box(b"ilst", title(text))),
]
# Bytes behind the last field of a box that stays.
TAILED = [
    ("tail-pitm.heic", b"pitm"),
    ("tail-iinf.heic", b"iinf"),
    ("tail-iloc.heic", b"iloc"),
    ("tail-hdlr.heic", b"hdlr"),
]


def inside(file, row, kind, make):
    plants = Plants()
    added = make(plants.text(row, kind))
    return made(file, plants, [picture()], replaced={added[4:8]: added})


def tailed(file, kind):
    """A text behind the last field, and the length of the box with it."""
    plants = Plants()
    text = plants.text(f"{kind.decode()} behind the last field", GAP)
    # Of libheif 1.15.
    readers = () if kind == b"iinf" else None
    return made(file, plants, [picture()], readers, tails={kind: text})


def property_tails():
    """A text behind the last field of a property, one in each file."""
    plain = [properties.aspect(4, 3), properties.light_level(1000, 400), properties.aperture(48, 32)]
    found = []
    for place in range(1, 8):
        plants = Plants()
        item = picture("main", *map(property_of, [*plain, properties.rotation(3)]))
        whole = item.properties.pop(place)
        kind = whole.box[4:8]
        text = plants.text(f"{kind.decode()} behind the last field", GAP)
        item.properties.insert(place, property_of(box(kind, whole.box[8:] + text), stays=whole.box))
        found.append(made(f"tail-{kind.decode()}.heic", plants, [item], orientation=6, aspect=[4, 3]))
    return found


# What stands beside `meta`.


def outside(file, part, coding="hevc", readers=None):
    """Boxes and other bytes behind everything."""
    plants = Plants()
    main, second = picture(coding=coding), picture("second", coding=coding, stays=DEFAULT)
    brands = {"major": b"avif", "brands": (b"mif1", b"avif", b"miaf")} if coding == AV1 else {}
    order = [heif.Container([], **brands).file_type(), META, Media(), part(plants)]
    return made(file, plants, [main, second], readers, top=order, **brands)


def packet_box(plants):
    return box(b"uuid", XMP_ID, xmp.packet({"xmp:CreatorTool": plants.text("XMP in a uuid box", XMP)}))


def credentials_box(plants):
    """As C2PA puts a manifest store into such files: its purpose and the offset of another box in front."""
    return box(b"uuid", C2PA_ID, bytes(4) + b"manifest\0" + bytes(8) + credentials(plants, "C2PA in a uuid box"))


def clock_box(plants):
    """The time of day, as live streams have it."""
    data = struct.pack(">LQQ", 1, 0xE9ABCDEF01234567, 0)
    return full_box(b"prft", plants.exact("prft box", TIME, data), version=1)


def motion(plants):
    """Nearly three seconds, with sound."""
    name = plants.text("title of the motion video", MOTION_VIDEO)
    return boxes.video(name, plants.text("motion video", MOTION_VIDEO), 2_900, (b"vide", b"soun"))


def samsung_box(plants):
    time = plants.exact("SEF Image_UTC_Data", VENDOR, b"1577934245678", "ascii")
    video = boxes.video(b"motion", plants.text("SEF motion video", MOTION_VIDEO))
    records = [(UTC_DATA, b"Image_UTC_Data", time), (MOTION_PHOTO, b"MotionPhoto_Data", video)]
    return box(b"sefd", trailers.samsung(records))


def short_trailer(plants):
    """Too few bytes for another box, behind a box."""
    return box(b"free", plants.text("free box", GAP)) + b"\0\0\0\1\0"


def remains(plants):
    """The end of a longer picture, over which this one was written."""
    return plants.text("tail of an earlier picture", TRAILER) + b"\xff\xd9"


def second_file(plants):
    """Another file of the same kind behind the first."""
    note = box(b"free", plants.text("free box in a second file", TRAILER))
    hidden = picture("hidden")
    plants.exact("hidden picture", TRAILER, hidden.data)
    return heif.Container([hidden], top=[heif.Container([]).file_type(), note, META, Media()]).bytes()
