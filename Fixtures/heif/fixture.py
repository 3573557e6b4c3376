"""What a fixture is, and how its parts are put together."""

import struct
from dataclasses import dataclass, field

import making
from coded import AV1, HEVC, coded
from writers import heif, properties
from writers.canary import SHORTEST_TOKEN, Plants
from writers.heif import ANEW, DEFAULT, NEVER, STRICT, Container, Item, Property
from writers.tiff import exif

HEIC, AVIF, HEIF = ".heic", ".avif", ".heif"
BRANDS = {
    HEIC: {"major": b"heic", "brands": (b"mif1", b"heic")},
    AVIF: {"major": b"avif", "brands": (b"mif1", b"avif", b"miaf")},
    HEIF: {"major": b"mif1", "brands": (b"mif1",)},
}
# The readers of Debian 12: libheif 1.15 and libavif 0.11.
READERS = {HEIC: ("libheif",), AVIF: ("libheif", "libavif"), HEIF: ()}
CODINGS = {HEIC: HEVC, AVIF: AV1}
EXIF_HEADER_SIZE = 6
# What `made` hands on to the fixture.
ABOUT = ("why", "orientation", "aspect", "icc", "icc_standard", "gain_map")


@dataclass
class Fixture(making.Fixture):
    """A HEIF file. Unless it is refused, `items` and `groups` are what has to be in the output."""

    items: list = field(default_factory=list)
    groups: list = field(default_factory=list)
    primary: int = None
    gain_map: bool = False
    readers: tuple = ()

    def entry(self):
        return super().entry() | {
            "gainMap": self.gain_map,
            "libheif": "libheif" in self.readers,
            "libavif": "libavif" in self.readers,
            "primary": self.primary,
            "items": self.items,
            "groups": self.groups,
        }


# Items.


def picture(which="main", *more, coding=HEVC, colors=True, **about):
    """An item with a coded picture and the properties that every picture has, `more` of them behind those."""
    found = coded(which, coding)
    usual = [
        Property(found.configuration(), True),
        Property(properties.extents(*found.size)),
        Property(properties.depths(found.channels)),
    ]
    if colors and found.channels == 3:
        usual.append(Property(properties.code_points(*properties.SRGB)))
    return Item(found.kind, found.data, usual + list(more), **about)


def property_of(box, essential=False, **about):
    return Property(box, essential, **about)


def unpacked(size, pixels, *more, **about):
    """A picture of three channels that is not coded at all."""
    described = [
        Property(properties.components(4, 5, 6), True),
        Property(properties.uncompressed(3), True),
        Property(properties.extents(*size)),
        *more,
    ]
    return Item(b"unci", pixels, described, **about)


def dropped(plants, row, kind, item):
    """A picture that has to go, and each of its extents with it."""
    for number, extent in enumerate(item.extents, 1):
        plants.exact(row if number == 1 else f"{row}, part {number}", kind, extent.data)
    item.stays = NEVER
    return item


def exif_item(first, order, of=(), lead=b"", kind=b"Exif", **around):
    """An Exif block behind the distance to its TIFF header."""
    block = exif(first, order, **around)
    data = struct.pack(">L", EXIF_HEADER_SIZE + len(lead)) + lead + block
    return described_by(kind, data, *of)


def mime_item(content, data, *of, encoding=None, **about):
    return described_by(b"mime", data, *of, content=heif.mime(content, encoding), **about)


def described_by(kind, data, *of, stays=NEVER, **about):
    """An item that says something about others."""
    references = [(b"cdsc", list(of))] if of else []
    return Item(kind, data, references=references, stays=stays, **about)


# Files.


def made(name, plants, items, readers=None, **layout):
    """A fixture of these items; the words that `Container` doesn't know are for the fixture."""
    suffix = name[name.rindex(".") :]
    about = {key: layout.pop(key) for key in ABOUT if key in layout}
    container = Container(items, **{**BRANDS[suffix], **layout})
    readers = () if about.get("why") else READERS[suffix] if readers is None else readers
    data = container.bytes()
    if about.get("why") is None:
        keep_payloads(plants, items)
        about |= outcome(container)
    return Fixture(name, data, plants, decodable=bool(readers), readers=readers, **about)


def keep_payloads(plants, items):
    """Each piece of what stays as it is, for a scrub may join extents but not divide them."""
    for number, item in enumerate(items, 1):
        if item.stays == NEVER or item.output is not None:
            continue
        for part, extent in enumerate(item.extents, 1):
            if len(extent.data) >= SHORTEST_TOKEN:
                plants.kept(f"item {number} part {part}", extent.data)


def outcome(container):
    """The items, groups and primary item of the output."""
    kept = [item for item in container.items if item.stays != NEVER]
    places = {item: number for number, item in enumerate(kept)}
    return {
        "items": [described(item, places) for item in kept],
        "groups": [described_group(group, places) for group in container.groups if group.stays],
        "primary": places[container.primary],
    }


def described(item, places):
    references = [
        {"type": kind.decode(), "to": [places[target] for target in targets if target in places]}
        for kind, targets in item.references
    ]
    payload = item.payload if item.output is None else item.output
    return {
        "type": item.kind.decode(),
        "payload": None if payload is ANEW else payload.hex(),
        "strictPayload": item.strict_output.hex() if item.strict_output is not None else None,
        "original": item.payload.hex() if item.strict_output is not None else None,
        "hidden": item.hidden,
        "strict": item.stays == STRICT,
        "properties": [described_property(p) for p in item.properties if p.stays is not None],
        "references": [reference for reference in references if reference["to"]],
    }


def described_property(found):
    output = found.box if found.stays is True else found.stays
    return {
        "type": found.box[4:8].decode(),
        "box": None if output is ANEW else output.hex(),
        "essential": found.essential,
    }


def described_group(group, places):
    return {"type": group.kind.decode(), "items": [places[item] for item in group.items if item in places]}


def leaking(name, part, *items, **layout):
    """A fixture of the usual picture and of what `part(plants, picture)` returns: items behind it."""
    plants = Plants()
    main = picture(coding=CODINGS[name[name.rindex(".") :]])
    return made(name, plants, [main, *part(plants, main)], **layout)


__all__ = ["ANEW", "DEFAULT", "NEVER", "STRICT"]
