"""Items that describe pictures: Exif, XMP, IPTC and whatever else, and the names of items."""

import struct

from fixture import (
    DEFAULT,
    EXIF_HEADER_SIZE,
    described_by,
    dropped,
    exif_item,
    leaking,
    made,
    mime_item,
    picture,
)
from planted import exif as planted
from planted.credentials import credentials
from writers import tags, xmp
from writers.canary import COMMENT, EXIF, IPTC, THUMBNAIL, VENDOR, XMP, Plants, token
from writers.deflate import deflate
from writers.heif import NEVER, Item, Places
from writers.tiff import Directory, tiff
from writers.xmp import array

RDF = b"application/rdf+xml"
LARGE = Places(version=2)
APPLE_TAG = b"tag:apple.com,2023:photo:aux:"
MIME_TYPES = {
    "mime-text.heic": (b"text/plain", "mime text"),
    "mime-json.heic": (b"application/json", "mime JSON"),
    "mime-unknown.heic": (b"application/octet-stream", "mime of unknown type"),
    "mime-no-type.heic": (b"", "mime without a type"),
}
OTHER_KINDS = {
    "iptc.heic": (b"iptc", "IPTC item", IPTC),
    "it35.heic": (b"it35", "T.35 item", VENDOR),
    "item-unknown.heic": (b"CNRY", "item of unknown type", VENDOR),
}


def fixtures():
    return [
        leaking("exif.heic", full_exif),
        leaking("exif.avif", full_exif),
        second_picture(),
        shared(),
        leaking("exif-no-reference.heic", lambda plants, main: [exif_item(named(plants), "MM", of=[])]),
        leaking("exif-lead.heic", with_lead),
        leaking("exif-gaps.heic", with_gaps),
        leaking("exif-bare.heic", bare),
        leaking("exif-orientation.heic", turned),
        leaking("exif-thumbnail.heic", with_thumbnail),
        leaking("live-photo.heic", live),
        leaking("exif-empty.heic", empty),
        leaking("xmp.heic", full_xmp),
        leaking("xmp.avif", full_xmp),
        leaking("xmp-deflated.heic", deflated),
        leaking("xmp-plain-type.heic", plain_type),
        *(leaking(file, mime(*about)) for file, about in MIME_TYPES.items()),
        leaking("mime-type.heic", long_type),
        leaking("uri.heic", uri),
        *(leaking(file, other(*about)) for file, about in OTHER_KINDS.items()),
        leaking("c2pa-item.heic", credentials_item),
        names("names.heic", None),
        names("names-large-numbers.heic", 70_000),
        leaking("entry-tail.heic", tailed_entry),
    ]


def named(plants, row="Exif IFD0 Model", kind=EXIF):
    return Directory().ascii(tags.MODEL, plants.text(row, kind))


def full_exif(plants, main):
    """All that cameras write, in one block."""
    first = planted.primary(plants).directory(tags.EXIF_IFD, planted.photo(plants, "MM"))
    return [exif_item(first.directory(tags.GPS_IFD, planted.gps(plants, "MM")), "MM", of=[main])]


def second_picture():
    """Two pictures that a viewer lists, each with Exif and XMP of its own."""
    plants = Plants()
    main, second = picture(), picture("second", stays=DEFAULT)
    described = []
    for item, where in (main, "first"), (second, "second"):
        described.append(exif_item(named(plants, f"Exif of the {where} picture"), "II", of=[item]))
        packet = xmp.packet({"xmp:CreatorTool": plants.text(f"XMP of the {where} picture", XMP)})
        described.append(mime_item(RDF, packet, item))
    return made("exif-second.heic", plants, [main, second, *described])


def shared():
    """One block for two pictures, which libheif wouldn't have."""
    plants = Plants()
    main, second = picture(), picture("second", stays=DEFAULT)
    block = exif_item(named(plants), "MM", of=[main, second])
    return made("exif-shared.heic", plants, [main, second, block], readers=())


def with_lead(plants, main):
    """Bytes between the distance and the header that it leads to."""
    lead = plants.text("Exif bytes before the header", EXIF)
    return [exif_item(named(plants), "MM", of=[main], lead=lead)]


def with_gaps(plants, main):
    first, around = planted.with_gaps(plants)
    return [exif_item(first, "MM", of=[main], **around)]


def bare(plants, main):
    """Without the header of JPEG's Exif, as libheif writes it."""
    data = bytes(4) + tiff(named(plants), "II")
    return [described_by(b"Exif", data, main)]


def turned(plants, main):
    """An orientation that readers of HEIF have to pass over."""
    return [exif_item(named(plants).short(tags.ORIENTATION, 6), "MM", of=[main])]


def with_thumbnail(plants, main):
    first = named(plants)
    block = tiff(first, "MM", planted.thumbnail_directory(plants))
    data = struct.pack(">L", EXIF_HEADER_SIZE) + b"Exif\0\0" + block
    return [described_by(b"Exif", data, main)]


def live(plants, main):
    """A maker's note that pairs the picture with a video, and with others of a series."""
    photo = Directory().undefined(tags.MAKER_NOTE, planted.apple_texts(plants))
    return [exif_item(named(plants).directory(tags.EXIF_IFD, photo), "MM", of=[main])]


def empty(plants, main):
    """Items without data, as ExifTool leaves them; the name of one still tells something."""
    name = plants.text("name of an empty item", COMMENT)
    return [described_by(b"Exif", b"", main, name=name), described_by(b"mime", b"", main, content=RDF + b"\0")]


def full_xmp(plants, main):
    attributes = {"xmp:CreatorTool": plants.text("XMP CreatorTool", XMP)}
    elements = {"dc:creator": array("Seq", plants.text("XMP creator", XMP))}
    tail = plants.text("XMP behind the packet", XMP)
    return [mime_item(RDF, xmp.packet(attributes, elements, tail), main)]


def deflated(plants, main):
    """With an encoding; the canary is the whole stream."""
    row = "XMP deflated"
    stream = deflate(xmp.packet({"xmp:CreatorTool": token(row)}))
    return [mime_item(RDF, plants.exact(row, XMP, stream, "deflate"), main, encoding=b"deflate")]


def plain_type(plants, main):
    """XMP under the type of any XML."""
    packet = xmp.packet({"xmp:CreatorTool": plants.text("XMP as application/xml", XMP)})
    return [mime_item(b"application/xml", packet, main)]


def mime(kind, row):
    return lambda plants, main: [mime_item(kind, plants.text(row, VENDOR), main)]


def long_type(plants, main):
    """Canaries in the type and in the encoding."""
    kind = b"application/" + plants.text("mime type", VENDOR)
    return [mime_item(kind, bytes(8), main, encoding=plants.text("mime encoding", VENDOR))]


def uri(plants, main):
    """As Apple's programs write it: a property list under a type of their own."""
    content = APPLE_TAG + plants.text("URI type", VENDOR) + b"\0"
    data = b"bplist00" + plants.text("URI item", VENDOR)
    return [described_by(b"uri ", data, main, content=content)]


def other(kind, row, class_name):
    return lambda plants, main: [described_by(kind, plants.text(row, class_name), main)]


def credentials_item(plants, main):
    return [mime_item(b"application/c2pa", credentials(plants, "C2PA item"), main)]


def names(file, first_number):
    """Every item has one, whether it stays or not."""
    plants = Plants()
    main = picture(name=plants.text("item name", COMMENT))
    second = picture("second", name=plants.text("item name of a second picture", COMMENT), stays=DEFAULT)
    thumbnail = dropped(plants, "thumbnail picture", THUMBNAIL, picture("thumbnail", references=[(b"thmb", [main])]))
    thumbnail.name = plants.text("item name of a thumbnail", COMMENT)
    block = exif_item(named(plants), "MM", of=[main])
    block.name = plants.text("item name of Exif", COMMENT)
    if first_number:
        for number, item in enumerate([main, second, thumbnail, block], first_number):
            item.number = number
    layout = {"places": LARGE, "large_associations": True, "large_references": True} if first_number else {}
    return made(file, plants, [main, second, thumbnail, block], **layout)


def tailed_entry(plants, main):
    """Bytes behind the last field of an entry."""
    main.tail = plants.text("infe behind the last field", VENDOR)
    return [Item(b"Exif", plants.text("Exif that is not Exif", EXIF), stays=NEVER)]
