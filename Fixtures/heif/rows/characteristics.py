"""Properties of pictures: those that decide how they look stay, in their order; texts, times and unknown ones go."""

import struct

from coded import AV1
from fixture import ANEW, DEFAULT, made, picture, property_of
from writers import boxes, properties
from writers.canary import COMMENT, TIME, VENDOR, Plants
from writers.heif import NEVER, Item, Property

# Microseconds since 1904, of the years 1961 and 1963.
CREATED, MODIFIED = 0x00066A1B2C3D4E5F, 0x0006A0B1C2D3E4F5
PRIVATE = bytes.fromhex("0f1e2d3c4b5a49788796a5b4c3d2e1f0")
CONTENT_ID = bytes.fromhex("261ef3741d975bbaacbd9d2c8ea73522")
BRACKETS = {b"aebr": ">bb", b"wbbr": ">Hb", b"fobr": ">HH", b"afbr": ">b", b"dobr": ">H"}
# File, what stands behind the usual properties, and how the picture then has to be turned.
TURNS = [
    ("turned-1.heic", (0,), 1),
    ("turned-2.heic", (None, 1), 2),
    ("turned-3.heic", (2,), 3),
    ("turned-4.heic", (None, 0), 4),
    ("turned-5.heic", (1, 0), 5),
    ("turned-6.heic", (3,), 6),
    ("turned-7.heic", (3, 0), 7),
    ("turned-8.heic", (1,), 8),
]


def fixtures():
    return [
        *(turned(*about) for about in TURNS),
        turned("turned-6.avif", (3,), 6, coding=AV1),
        turned("turned-7-mirrored-first.heic", (1, 0), 7, is_mirrored_first=True),
        shown("aperture.heic", properties.aperture(48, 32)),
        shown("aperture.avif", properties.aperture(48, 32), coding=AV1),
        shown("aperture-whole.heic", properties.aperture(64, 64)),
        shown("aperture-moved-and-turned.heic", properties.aperture(32, 24, (4, 1), (-6, 1)), properties.rotation(3)),
        shown("aspect.heic", properties.aspect(4, 3), is_essential=False, aspect=[4, 3]),
        shown("aspect-square.heic", properties.aspect(1, 1), is_essential=False),
        shown("bright.heic", *bright(), is_essential=False),
        shown("layers.avif", properties_of_layers(), coding=AV1),
        not_essential(),
        described(),
        timed(),
        atomic_clock(),
        bracketed(),
        universal("property-uuid.heic", PRIVATE, "uuid property"),
        universal("property-content-id.heic", CONTENT_ID, "content id property"),
        shown_with("property-unknown.heic", "property of unknown type", lambda text: boxes.box(b"CNry", text)),
        shown_with("property-free.heic", "free property", lambda text: boxes.box(b"free", text)),
        shown_with("property-skip.heic", "skip property", lambda text: boxes.box(b"skip", text)),
        shown_with("property-rref.heic", "rref property", required, readers=()),
        loose(),
        many(),
        middle(),
        shared(),
        of_unknown(),
        none(),
    ]


def made_of(file, more, coding="hevc", plants=None, **about):
    """The usual picture with more properties."""
    return made(file, plants or Plants(), [picture("main", *more, coding=coding)], **about)


def turned(file, turn, orientation, coding="hevc", is_mirrored_first=False):
    quarters, axis = (*turn, None)[:2]
    found = [property_of(properties.rotation(quarters), True)] if quarters is not None else []
    mirrored = [property_of(properties.mirror(axis), True)] if axis is not None else []
    more = mirrored + found if is_mirrored_first else found + mirrored
    return made_of(file, more, coding, orientation=orientation)


def shown(file, *found, coding="hevc", is_essential=True, **about):
    """Properties that stay."""
    if any(box[4:8] == b"irot" for box in found):
        about["orientation"] = 6
    return made_of(file, [property_of(box, is_essential) for box in found], coding, **about)


def bright():
    return (
        properties.light_level(1000, 400),
        properties.display(),
        properties.viewing(),
        properties.content_volume(),
    )


def properties_of_layers():
    """The only operating point of a picture with one layer."""
    return boxes.box(b"a1op", b"\0")


def not_essential():
    """Properties that change the picture and are not marked as essential, as some writers do."""
    more = [property_of(properties.aperture(48, 32)), property_of(properties.rotation(3))]
    return made_of("turned-not-essential.heic", more, orientation=6)


def described():
    """Texts for people, in two languages and on two pictures."""
    plants = Plants()
    texts = [plants.text(f"udes {name}", COMMENT) for name in ("name", "description", "tags")]
    own = [
        leak(properties.description(b"en-GB", *texts)),
        leak(properties.description(b"de-AT", plants.text("udes in another language", COMMENT), b"", b"")),
        leak(properties.alternative(plants.text("altt text", COMMENT), b"en-GB")),
    ]
    other = leak(properties.alternative(b"", plants.text("altt language", COMMENT)))
    items = [picture("main", *own), picture("second", other, stays=DEFAULT)]
    return made("property-texts.heic", plants, items)


def leak(box, essential=False):
    """A property that has to go."""
    return Property(box, essential, stays=None)


def timed():
    plants = Plants()
    more = []
    for kind, value in (b"crtt", CREATED), (b"mdft", MODIFIED):
        box = properties.time(kind, value)
        plants.exact(f"{kind.decode()} property", TIME, box[4:])
        more.append(leak(box))
    return made_of("property-times.heic", more, plants=plants)


def atomic_clock():
    """TAI: what is known of the clock, and the time by it (23001-17)."""
    plants = Plants()
    clock = properties.fixed(b"taic", struct.pack(">QLlB", 0x0123456789ABCDEF, 1_000, -77, 0x80))
    stamp = properties.fixed(b"itai", struct.pack(">QB", 0x17C0FFEE00C0FFEE, 0x80))
    for row, box in ("taic property", clock), ("itai property", stamp):
        plants.exact(row, TIME, box[4:])
    return made_of("property-clock.heic", [leak(clock), leak(stamp)], plants=plants)


def bracketed():
    """How a picture of a series was exposed; with texts behind the few bits that these are."""
    plants = Plants()
    more = []
    for kind, form in BRACKETS.items():
        numbers = struct.pack(form, *[3] * (len(form) - 1))
        more.append(leak(properties.fixed(kind, numbers + plants.text(f"{kind.decode()} property", VENDOR))))
    return made_of("property-brackets.heic", more, plants=plants)


def universal(file, identifier, row):
    return shown_with(file, row, lambda text: properties.universal(identifier, text))


def shown_with(file, row, make, **about):
    plants = Plants()
    return made_of(file, [leak(make(plants.text(row, VENDOR)))], plants=plants, **about)


def required(text):
    """A list of the types of references that a reader has to know."""
    types = text + b" " * (-len(text) % 4)
    return properties.fixed(b"rref", bytes([len(types) // 4]) + types)


def loose():
    """Properties that no item has."""
    plants = Plants()
    found = [
        properties.description(b"en", plants.text("udes of no item", COMMENT), b"", b""),
        properties.profile(plants.text("profile of no item", VENDOR)),
        properties.auxiliary(plants.text("auxC of no item", VENDOR)),
    ]
    return made_of("property-loose.heic", [], plants=plants, loose=found)


def many():
    """So many properties that their numbers need 15 bits; what stays is among the last."""
    plants = Plants()
    text = plants.text("property among many", VENDOR)
    more = [leak(boxes.box(b"CNry", text + struct.pack(">H", number))) for number in range(140)]
    more.append(property_of(properties.rotation(3), True))
    return made_of("property-many.heic", more, plants=plants, readers=(), wide=True, orientation=6)


def middle():
    """Those that go stand between those that stay, in front of what changes the picture."""
    plants = Plants()
    item = picture("main")
    texts = iter([plants.text(f"property number {number}", VENDOR) for number in range(5)])
    mixed = []
    for found in [*item.properties, property_of(properties.aperture(48, 32), True)]:
        mixed += [leak(boxes.box(b"CNry", next(texts))), found]
    item.properties = [*mixed, property_of(properties.rotation(3), True), property_of(properties.mirror(0), True)]
    return made("property-between.heic", plants, [item], orientation=7)


def shared():
    """One property for two pictures, in another order for each."""
    plants = Plants()
    first, second = picture("main"), picture("second", stays=DEFAULT)
    text = leak(properties.description(b"", plants.text("udes of two pictures", COMMENT), b"", b""))
    turn, cut = property_of(properties.rotation(1), True), property_of(properties.aperture(48, 32), True)
    first.properties += [text, cut, turn]
    second.properties += [turn, text, cut]
    return made("property-shared.heic", plants, [first, second], orientation=8)


def of_unknown():
    """Properties of an item that goes."""
    plants = Plants()
    lost = Item(b"CNRY", plants.text("item of unknown type", VENDOR), [leak(boxes.box(b"CNry", b""))], stays=NEVER)
    return made("property-of-unknown-item.heic", plants, [picture(), lost])



def none():
    """The number that stands for no property, in between and twice (23008-12, 9.3.1)."""
    plants = Plants()
    item = picture("main")
    first, *others = item.properties
    item.properties = [leak(b""), first, leak(b""), *others]
    return made("property-none.heic", plants, [item], readers=())
