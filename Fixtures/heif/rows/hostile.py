"""What is sound and must be refused all the same, and other formats and remains of files under the wrong name.

Those built on a picture carry Exif with a canary, as do the damaged files of `damaged`. A reader may make a picture of
any of them.
"""

import struct

from coded import coded
from fixture import Fixture, dropped, exif_item, made, mime_item, picture, property_of
from planted.miniature import miniature
from rows import derived, structure
from rows.metadata import RDF, named
from writers import boxes, heif, properties
from writers.boxes import box, full_box
from writers.canary import COMMENT, EXIF, EXTRA_PICTURE, Plants
from writers.heif import META, Item, Media, Places
from writers.jpeg import comment
from writers.png import SIGNATURE

FOLDER = "hostile/"
PRIVATE = structure.PRIVATE_ID


def fixtures():
    return [*protected(), *elsewhere(), *sequences(), *not_understood(), *no_pictures()]


def hostile(name, why, items=None, plants=None, usual=True, **layout):
    """The usual picture, or `items`, with Exif behind it."""
    plants = plants or Plants()
    items = items or [picture()]
    note = exif_item(named(plants, "Exif in a damaged file", EXIF), "MM", of=items[:1]) if usual else None
    return made(FOLDER + name, plants, [*items, note] if note else items, readers=(), why=why, **layout)


# Sound, but nothing that could be scrubbed.


def protected():
    scheme = box(b"sinf", box(b"frma", b"hvc1"), full_box(b"schm", b"cenc", struct.pack(">L", 0x10000)))
    listed = full_box(b"ipro", struct.pack(">H", 1), scheme)
    return [
        hostile("protected.heic", "the picture is encrypted", [picture(protection=1)], replaced={b"ipro": listed}),
        hostile("protected-no-scheme.heic", "encrypted, and nothing tells how", [picture(protection=1)]),
    ]


def elsewhere():
    """Data in other files, or in other items."""
    remote = structure.data_information(full_box(b"url ", b"https://example.invalid/photo\0"))
    relative = structure.data_information(full_box(b"url ", b"other.heic\0"))
    outside = picture(source=1), picture(source=1)
    on_web = {"order": structure.APPLE_ORDER, "replaced": {b"dinf": remote}}
    beside = {"order": structure.APPLE_ORDER, "replaced": {b"dinf": relative}}
    data = Item(b"data", coded("main").data)
    of_item = picture(method=heif.IN_ITEM, references=[(b"iloc", [data])])
    return [
        hostile("data-elsewhere.heic", "the data are on the web", [outside[0]], **on_web),
        hostile("data-beside.heic", "the data are in a file beside", [outside[1]], **beside),
        hostile("data-nowhere.heic", "the data are in a file that nobody names", [picture(source=3)]),
        hostile("data-of-item.heic", "the data are made of another item's", [of_item, data], places=Places(1)),
        hostile("data-method-3.heic", "found in a way of no standard", [picture(method=3)], places=Places(1)),
    ]


def sequences():
    """Tracks beside the picture."""
    movie = boxes.video(b"a title", b"no samples at all")
    tracks = movie[movie.index(b"moov") - 4 :]
    fragment = box(b"moof", box(b"mfhd", bytes(8)))
    file_type = heif.Container([]).file_type()
    animated = box(b"ftyp", b"avis", bytes(4), b"avis", b"avif", b"msf1", b"mif1", b"miaf")
    live = box(b"ftyp", b"msf1", bytes(4), b"msf1", b"hevc", b"mif1", b"heic")
    return [
        hostile("moov.heic", "a movie without tracks beside the picture", top=[file_type, META, Media(), tracks]),
        hostile("moov-first.heic", "the same in front of it", top=[live, tracks, META, Media()]),
        hostile("moov.avif", "the same between", top=[animated, META, tracks, Media()]),
        hostile("moof.heic", "fragments beside the picture", top=[file_type, META, Media(), fragment]),
        whole("mini.avif", "the small form of AVIF", mini()),
        whole("mini.heic", "the small form of HEIF", mini(b"heic")),
    ]


def mini(minor=b"avif"):
    """Not one that could be decoded: what matters is the box."""
    return box(b"ftyp", b"mif3", minor) + box(b"mini", bytes.fromhex("0840"), coded("main", "obu").data)


def not_understood():
    """Properties that a reader has to understand, and items that could be anything."""
    text = b"something that decides how it looks"
    unknown = property_of(boxes.box(b"CNry", text), True)
    private = property_of(properties.universal(PRIVATE, text), True)
    colors = property_of(boxes.box(b"colr", b"CNRY", text), True)
    kind = Item(b"CNRY", coded("main").data, [property_of(properties.extents(64, 64))])
    derived_kind = Item(b"CNrd", b"\0", [property_of(properties.extents(64, 64))], [(b"dimg", [picture(hidden=True)])])
    whole_kind = derived.identity(kind, properties.rotation(1))
    kind_hidden = Item(b"CNRY", coded("second").data, [property_of(properties.extents(64, 64))], hidden=True)
    text_item = mime_item(RDF, b"<rdf/>")
    return [
        hostile("property-essential.heic", "an essential property of unknown type", [picture("main", unknown)]),
        hostile("property-essential-uuid.heic", "an essential property of somebody's own", [picture("main", private)]),
        hostile("property-essential-colors.heic", "essential colours of unknown kind", [picture("main", colors)]),
        hostile("primary-unknown.heic", "a primary item of unknown type", [kind]),
        hostile("primary-derived.heic", "derived in an unknown way", [derived_kind, derived_kind.references[0][1][0]]),
        hostile("primary-of-unknown.heic", "derived from an item of unknown type", [whole_kind, kind_hidden, kind]),
        hostile("primary-text.heic", "the primary item is a text", [text_item, picture()]),
        hostile("primary-exif.heic", "the primary item is Exif", *primary_exif()),
    ]


def primary_exif():
    plants = Plants()
    block = exif_item(named(plants, "Exif in a damaged file", EXIF), "MM")
    return [block, picture()], plants, False


# No pictures at all.


def whole(name, why, data, plants=None):
    return Fixture(FOLDER + name, data, plants or Plants(), False, why)


def no_pictures():
    file_type = heif.Container([]).file_type()
    plants, hidden = Plants(), Plants()
    note = comment(plants.text("COM in a JPEG file under the wrong name", COMMENT))
    lost = dropped(hidden, "hidden picture", EXTRA_PICTURE, picture("hidden"))
    media = box(b"mdat", lost.payload)
    return [
        whole("empty.heic", "no bytes", b""),
        whole("half-type.heic", "ends within the file type", file_type[:10]),
        whole("type-only.heic", "nothing behind the file type", file_type),
        whole("type-only.avif", "nothing behind the file type", box(b"ftyp", b"avif", bytes(4), b"avif", b"mif1")),
        whole("no-meta.heic", "media data and nothing else", file_type + media, hidden),
        whole("no-brands.heic", "a file type without brands", box(b"ftyp", b"heic", bytes(4))),
        whole("jpeg.heic", "a JPEG file", miniature(note), plants),
        whole("png.avif", "a PNG file", SIGNATURE + bytes(25)),
        whole("text.heic", "plain text", b"This is not a picture.\n"),
        whole("video.heic", "a video with the brand of a picture", video()),
    ]


def video():
    movie = boxes.video(b"a title", b"no samples at all")
    return box(b"ftyp", b"heic", bytes(4), b"mif1", b"heic") + movie[movie.index(b"moov") - 4 :]
