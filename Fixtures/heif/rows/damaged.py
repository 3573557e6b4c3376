"""Damaged and hostile files: a scrub may refuse or repair them, but not crash, hang or let canaries pass."""

import struct

from coded import coded
from fixture import exif_item, mime_item, picture, property_of
from rows import derived
from rows.hostile import hostile
from rows.metadata import RDF, named
from writers import boxes, heif, properties
from writers.boxes import box, full_box
from writers.canary import EXIF, GAIN_MAP, Plants
from writers.heif import IN_IDAT, META, Extent, Item, Media

LARGEST = 0xFFFFFFFF
LARGEST_WIDE = 0xFFFFFFFFFFFFFFFF
MANY = 20_000


def fixtures():
    return [
        *broken_frames(),
        *broken_numbers(),
        *broken_places(),
        *broken_references(),
        *broken_properties(),
        *broken_pictures(),
        *large_files(),
    ]


def file_type():
    return heif.Container([]).file_type()


def sized(kind, size, *contents):
    """A box whose length isn't true."""
    return struct.pack(">L4s", size, kind) + b"".join(contents)


def wide(size):
    return sized(b"CNRY", 1, struct.pack(">Q", size))


def in_meta(name, why, part, kind=b"CNRY"):
    return hostile(name, why, replaced={kind: part})


def beside(name, why, part):
    """Something in front of the media data."""
    return hostile(name, why, top=[file_type(), META, part, Media()])


def broken_frames():
    """Boxes that are too long, too short, missing, too many, or in each other without end."""
    nested = b""
    for _ in range(1000):
        nested = box(b"meta", bytes(4), nested)
    deep = full_box(b"free")
    for _ in range(1000):
        deep = box(b"iprp", box(b"ipco", deep))
    return [
        beside("size-7.heic", "a box of seven bytes", sized(b"CNRY", 7, bytes(4))),
        beside("size-1-short.heic", "a wide length of 15", wide(15)),
        beside("size-past-end.heic", "a box that ends behind the file", sized(b"CNRY", 100_000)),
        beside("size-highest.heic", "a box of 4294967295 bytes", sized(b"CNRY", LARGEST)),
        beside("size-wide-highest.heic", "a box of 2 to the 64th bytes", wide(LARGEST_WIDE)),
        beside("size-wide-sign.heic", "a box of 2 to the 63rd bytes", wide(1 << 63)),
        beside("size-0-inside.heic", "a box to the end, in front of others", sized(b"CNRY", 0)),
        in_meta("meta-size-past-end.heic", "a box that ends behind the one that it is in", sized(b"CNRY", 5000)),
        in_meta("meta-size-0.heic", "a box to the end within another", sized(b"CNRY", 0)),
        in_meta("meta-size-4.heic", "a box of four bytes within another", sized(b"CNRY", 4)),
        in_meta("meta-rest.heic", "three bytes behind the last box", b"\0\0\0"),
        in_meta("nested-meta.heic", "a thousand boxes in each other", nested, b"meta"),
        in_meta("nested-properties.heic", "a thousand boxes in each other", deep, b"iprp2"),
        hostile("meta-two.heic", "two descriptions", top=[file_type(), META, META, Media()]),
        hostile("meta-first.heic", "no file type in front", top=[META, Media()]),
        hostile("type-second.heic", "the file type comes second", top=[META, file_type(), Media()]),
        hostile("type-two.heic", "two file types", top=[file_type(), file_type(), META, Media()]),
        hostile("type-other.heic", "a type that is none of pictures", major=b"isom", brands=(b"isom", b"mp42")),
        hostile("handler-video.heic", "described as a video", replaced={b"hdlr": heif.handler(kind=b"vide")}),
        hostile("handler-missing.heic", "not said what is described", replaced={b"hdlr": b""}),
        hostile("handler-two.heic", "said twice", replaced={b"hdlr": heif.handler() * 2}),
        cut("cut-in-media.heic", "ends within the media data", -30),
        cut("cut-in-meta.heic", "ends within the description", 200),
        cut("cut-behind-meta.heic", "ends behind the description", None),
    ]


def cut(name, why, size):
    fixture = hostile(name, why)
    fixture.data = fixture.data[: fixture.data.index(b"mdat") - 4 if size is None else size]
    fixture.plants.drop = [plant for plant in fixture.plants.drop if bytes.fromhex(plant["token"]) in fixture.data]
    return fixture


def broken_numbers():
    """Items that are counted, numbered or chosen wrongly."""
    twins = [picture(number=1), picture("second", number=1)]
    entry = heif.entry(picture(number=1))
    open_name = box(b"infe", entry[8:-1], b"name")
    old = full_box(b"infe", struct.pack(">HH", 1, 0), b"a name\0", b"image/hevc\0\0")
    return [
        hostile("number-twice.heic", "two items of the same number", twins),
        hostile("number-0.heic", "an item with the number 0", [picture(number=0)]),
        hostile("primary-missing.heic", "no primary item", replaced={b"pitm": b""}),
        hostile("primary-none.heic", "a primary item that doesn't exist", replaced={b"pitm": heif.primary(77)}),
        hostile("primary-two.heic", "two primary items", replaced={b"pitm": heif.primary(1) + heif.primary(2)}),
        hostile("primary-short.heic", "half a number", replaced={b"pitm": full_box(b"pitm", b"\0")}),
        hostile("entries-missing.heic", "no list of items", replaced={b"iinf": b""}),
        hostile("entries-two.heic", "two lists of items", replaced={b"iinf": listed([entry]) * 2}),
        hostile("entries-more.heic", "more items than announced", replaced={b"iinf": listed([entry] * 3, 1)}),
        hostile("entries-fewer.heic", "fewer items than announced", replaced={b"iinf": listed([entry], 9)}),
        hostile("entries-huge.heic", "4294967295 items", replaced={b"iinf": listed([entry], LARGEST, 1)}),
        hostile("entries-old.heic", "an entry of an early version", replaced={b"iinf": listed([old])}),
        hostile("entries-short.heic", "an entry of nine bytes", replaced={b"iinf": listed([box(b"infe", b"\2")])}),
        hostile("entry-open-name.heic", "a name without an end", replaced={b"iinf": listed([open_name])}),
    ]


def listed(entries, count=None, version=0):
    count = len(entries) if count is None else count
    return full_box(b"iinf", struct.pack(">L" if version else ">H", count), *entries, version=version)


def place(version=0, sizes=b"\x44\0", count=1, items=b""):
    return full_box(b"iloc", sizes, struct.pack(">L" if version == 2 else ">H", count), items, version=version)


def one(offset, length, extents=1):
    """The first item in 32 bits."""
    return struct.pack(">3H", 1, 0, extents) + struct.pack(">2L", offset, length)


def broken_places():
    """Data that lie outside of the file, or nowhere."""
    wide_place = struct.pack(">3H2Q", 1, 0, 1, LARGEST_WIDE - 4, 8)
    based = struct.pack(">2HQH2L", 1, 0, LARGEST_WIDE - 8, 1, 64, 64)
    lonely = struct.pack(">4H2L", 1, IN_IDAT, 0, 1, 0, 64)
    idat = picture(method=IN_IDAT)
    idat.data = [Extent(idat.data, length=5000)]
    usual = one(400, 60)
    return [
        placed("place-past-end.heic", "data that end behind the file", place(items=one(500, 60_000))),
        placed("place-behind.heic", "data that begin behind the file", place(items=one(500_000, 60))),
        placed("place-highest.heic", "data at the highest place", place(items=one(LARGEST, LARGEST))),
        placed("place-overflow.heic", "a place that overflows", place(sizes=b"\x88\0", items=wide_place)),
        placed("place-base-overflow.heic", "a base that overflows", place(sizes=b"\x44\x80", items=based)),
        placed("place-idat-missing.heic", "data in an idat that is not there", place(1, items=lonely)),
        hostile("place-idat-past-end.heic", "data that end behind idat", [idat]),
        placed("places-missing.heic", "no list of places", b""),
        placed("places-two.heic", "two lists of places", place(items=usual) * 2),
        placed("places-twice.heic", "two places of one item", place(count=2, items=usual * 2)),
        placed("places-huge.heic", "65535 places", place(count=0xFFFF, items=usual)),
        placed("places-huger.heic", "4294967295 places", place(2, count=LARGEST)),
        placed("places-no-bytes.heic", "4294967295 places of few bytes", place(2, b"\0\0", LARGEST, bytes(64))),
        placed("places-extents.heic", "65535 extents", place(items=one(400, 60, 0xFFFF))),
        placed("places-size-3.heic", "numbers of three bytes", place(sizes=b"\x34\0", items=usual)),
        placed("places-version-3.heic", "places of a later version", place(3, items=usual)),
        placed("places-none.heic", "a picture without a place", place(count=0)),
        hostile("places-empty.heic", "a picture without data", [with_data(b"")]),
        unknown_place(),
    ]


def placed(name, why, part):
    """With another list of places."""
    return hostile(name, why, replaced={b"iloc": part})


def unknown_place():
    """The bytes of an item that the list of items lacks."""
    plants = Plants()
    main = picture(number=1)
    lost = exif_item(named(plants, "Exif in a damaged file", EXIF), "MM", of=[main])
    replaced = {b"iinf": heif.information([main])}
    name, why = "places-unknown-item.heic", "a place of no item"
    return hostile(name, why, [main, lost], plants, False, replaced=replaced)


def broken_references():
    """Pictures that are made of themselves, of nothing, or of too little."""
    return [
        hostile("cycle-1.heic", "an identity of itself", cycle(1)),
        hostile("cycle-2.heic", "two identities of each other", cycle(2)),
        hostile("cycle-20.heic", "a cycle of twenty", cycle(20)),
        hostile("cycle-grid.heic", "a grid that is its own tile", grid_of_itself()),
        hostile("cycle-auxiliary.heic", "transparent by each other", auxiliary_cycle()),
        hostile("alpha-listed.heic", "transparency that belongs to nothing", multiplied_by([])),
        hostile("alpha-lost.heic", "transparency of what doesn't exist", multiplied_by([picture(number=9999)])),
        hostile("chain-500.heic", "an identity of an identity, 500 times", chain(500)),
        hostile("doubled-30.heic", "a grid of grids, twice as many in each", doubled(30)),
        hostile("grid-missing-tile.heic", "three tiles for four places", grid_of(3)),
        hostile("grid-more-tiles.heic", "five tiles for four places", grid_of(5)),
        hostile("grid-no-tiles.heic", "no tiles at all", grid_of(0)),
        hostile("grid-65536.heic", "65536 places", grid_of(4, 256, 256)),
        hostile("grid-short.heic", "a grid of four bytes", grid_of(4, data=bytes([0, 0, 1, 1]))),
        hostile("grid-version.heic", "a grid of a later version", grid_of(4, data=bytes([1, 0, 1, 1, 0, 128, 0, 128]))),
        hostile("grid-empty.heic", "a grid without data", grid_of(4, data=b"")),
        hostile("grid-lost-tile.heic", "a tile that doesn't exist", *lost_tile()),
        hostile("overlay-short.heic", "an overlay without offsets", overlay_of(bytes(14))),
        hostile("identity-two.heic", "an identity of two pictures", identity_of_two()),
        hostile("reference-none.heic", "a reference to no item", *lost_reference()),
        hostile("reference-short.heic", "a reference that ends early", replaced={b"iref": reference(b"\0\1\0\x09")}),
        hostile("reference-huge.heic", "65535 references", replaced={b"iref": reference(b"\0\1\xff\xff\0\1")}),
        hostile("group-short.heic", "a group of nine members", replaced={b"grpl": group(9)}),
        hostile("group-huge.heic", "a group of 4294967295 members", replaced={b"grpl": group(LARGEST)}),
    ]


def cycle(count):
    items = [derived.identity(None, properties.rotation(1)) for _ in range(count)]
    for item, following in zip(items, [*items[1:], items[0]]):
        item.references = [(b"dimg", [following])]
    return items


def chain(count):
    items = cycle(count)
    for item in items[1:]:
        item.hidden = True
    main = picture(hidden=True)
    items[-1].references = [(b"dimg", [main])]
    return [*items, main]


def grid_of_itself():
    whole = derived.grid([], 2, 2, (128, 128), method=IN_IDAT)
    whole.references = [(b"dimg", [whole] * 4)]
    return [whole]


def auxiliary_cycle():
    kind = property_of(properties.auxiliary(properties.ALPHA_HEVC), True)
    first, second = picture("main", kind), picture("alpha", kind)
    first.references, second.references = [(b"auxl", [second])], [(b"auxl", [first])]
    return [first, second]


def multiplied_by(owners):
    """A picture that was multiplied by a transparency of `owners`."""
    alpha = picture("alpha", property_of(properties.auxiliary(properties.ALPHA_HEVC), True))
    alpha.references = [(b"auxl", owners)] if owners else []
    return [picture(references=[(b"prem", [alpha])]), alpha]


def doubled(depth):
    """What is decoded doubles with each level."""
    found = [picture(hidden=True)]
    for _ in range(depth):
        found.append(derived.grid([found[-1]] * 2, 1, 2, (128, 64), method=IN_IDAT, hidden=True))
    found[-1].hidden = False
    return found[::-1]


def grid_of(count, rows=2, columns=2, data=None):
    tiles = [picture(f"tile-{number % 4 + 1}", hidden=True) for number in range(count)]
    whole = derived.grid(tiles, rows, columns, (128, 128), method=IN_IDAT)
    whole.data = whole.data if data is None else data
    whole.references = whole.references if tiles else []
    return [whole, *tiles]


def lost_tile():
    """The third tile isn't in the file."""
    plants = Plants()
    whole, *tiles = grid_of(4)
    lost = picture(number=9999)
    whole.references = [(b"dimg", [*tiles[:2], lost, tiles[3]])]
    note = exif_item(named(plants, "Exif in a damaged file", EXIF), "MM", of=[whole])
    return [whole, *tiles, note], plants, False


def overlay_of(data):
    parts = [picture(hidden=True), picture("second", hidden=True)]
    described = [property_of(properties.extents(96, 96))]
    return [Item(b"iovl", data, described, [(b"dimg", parts)], method=IN_IDAT), *parts]


def identity_of_two():
    parts = [picture(hidden=True), picture("second", hidden=True)]
    whole = derived.identity(parts[0], properties.rotation(1))
    whole.references = [(b"dimg", parts)]
    return [whole, *parts]


def lost_reference():
    """Exif that describes a picture that isn't there."""
    plants = Plants()
    block = exif_item(named(plants, "Exif in a damaged file", EXIF), "MM", of=[picture(number=9999)])
    return [picture(), block], plants, False


def reference(data):
    return full_box(b"iref", box(b"dimg", data))


def group(count):
    return box(b"grpl", full_box(b"altr", struct.pack(">4L", 1000, count, 1, 2)))


def broken_properties():
    """Properties that nobody has, that are missing, or of which there are too many."""
    container = box(b"ipco", picture().properties[0].box)
    twice = box(b"iprp", container, container)
    cut_profile = property_of(properties.profile(bytes(20)))
    rotation = [property_of(properties.rotation(1), True), property_of(properties.rotation(2), True)]
    flat = property_of(properties.aperture(0, 0))
    return [
        hostile("properties-missing.heic", "no properties", replaced={b"iprp": b""}),
        hostile("properties-two.heic", "two lists of properties", replaced={b"iprp": twice}),
        in_properties("association-9.heic", "a property that doesn't exist", container, b"\0\0\0\1\0\1\1\x89"),
        in_properties("association-huge.heic", "4294967295 associations", container, b"\xff\xff\xff\xff\0\1\1\x81"),
        in_properties("association-short.heic", "associations that end early", container, b"\0\0\0\1\0\1\x09\x81"),
        in_properties("association-twice.heic", "one item twice", container, b"\0\0\0\2" + b"\0\1\1\x81" * 2),
        in_properties("association-version.heic", "a later version", container, b"\0\0\0\1\0\1\1\x81", version=7),
        hostile("rotation-two.heic", "turned twice", [picture("main", *rotation)]),
        hostile("rotation-short.heic", "turned by nothing", [picture("main", property_of(box(b"irot"), True))]),
        hostile("aperture-zero.heic", "nothing left to be seen", [picture("main", flat)]),
        hostile("extents-zero.heic", "a picture of no size", [with_first(property_of(properties.extents(0, 0)), 1)]),
        hostile("configuration-missing.heic", "not said how it is coded", [with_first(None)]),
        hostile("configuration-short.heic", "half of how it is coded", [with_first(half_configuration())]),
        hostile("profile-short.heic", "a colour profile of 20 bytes", [picture("main", cut_profile)]),
    ]


def in_properties(name, why, container, associations, version=0):
    whole = box(b"iprp", container, full_box(b"ipma", associations, version=version))
    return hostile(name, why, replaced={b"iprp": whole})


def with_first(found, at=0):
    """The usual picture with another property in this place."""
    item = picture()
    item.properties[at : at + 1] = [found] if found else []
    return item


def half_configuration():
    whole = coded("main").configuration()
    return property_of(box(b"hvcC", whole[8:40]), True)


def broken_pictures():
    """Coded data that can't be what they claim to be."""
    data = coded("main").data
    long_unit = struct.pack(">L", 60_000) + data[4:]
    no_jpeg = Item(b"jpeg", b"\xff\xd8no", picture().properties[1:])
    av1 = picture(coding="obu")
    av1.data = b"\x12\0\x32\xff\xff\xff\xff\x0f" + av1.data[4:]
    return [
        hostile("unit-past-end.heic", "a unit that ends behind the item", [with_data(long_unit)]),
        hostile("unit-zeros.heic", "units of no bytes", [with_data(bytes(64))]),
        hostile("unit-past-end.avif", "a unit that ends behind the item", [av1]),
        hostile("jpeg-broken.heif", "a JPEG item that is none", [no_jpeg]),
        hostile("tmap-short.avif", "a gain map without parameters", tone_mapped(b"\0\0\0")),
        later_map(),
        hostile("tmap-alone.avif", "a gain map derived from one picture", tone_mapped(b"\0" + bytes(61), 1)),
    ]


def later_map():
    """Parameters that nobody can know yet, and that could be anything."""
    plants = Plants()
    text = plants.text("tmap of a later version", GAIN_MAP)
    items = tone_mapped(b"\0\0\7\0\7" + bytes(20) + text)
    return hostile("tmap-later.avif", "a gain map of a later version", items, plants)


def with_data(data):
    item = picture()
    item.data = data
    return item


def tone_mapped(data, count=2):
    parts = [picture(coding="obu"), picture("gain", coding="obu", hidden=True)][:count]
    described = [property_of(properties.extents(64, 64))]
    return [*parts, Item(b"tmap", data, described, [(b"dimg", parts)])]


def large_files():
    """Numbers that are legal one by one."""
    many = [mime_item(RDF, b"") for _ in range(3000)]
    return [
        hostile("many-items.heic", "3000 items without data", [picture(), *many]),
        beside("many-boxes.heic", f"{MANY} empty boxes", box(b"free") * MANY),
        in_meta("many-boxes-inside.heic", f"{MANY} empty boxes", box(b"free") * MANY, b"free"),
        hostile("many-properties.heic", f"{MANY} empty properties", loose=[boxes.box(b"CNry")] * MANY),
    ]

