"""A writer of HEIF files (ISO/IEC 14496-12 and 23008-12): items, their properties and places, and how they belong
together, in every variant that the standards know.

For example:

    picture = Item(b"hvc1", data, [Property(configuration), Property(extents(64, 64))])
    exif = Item(b"Exif", block, references=[(b"cdsc", [picture])])
    whole = Container([picture, exif]).bytes()

An item's data is found by what `Places` says; its position is settled when the container is written.
"""

import struct
from dataclasses import dataclass, field

from .boxes import box, full_box, large_box, open_box

META, MEDIA = object(), object()
MAKERS = {"normal": box, "large": large_box, "open": open_box}
IN_FILE, IN_IDAT, IN_ITEM = 0, 1, 2
LARGEST_SHORT = 0xFFFF


@dataclass(eq=False)
class Extent:
    """Some bytes of an item; those `within` another one are not written again. A `length` may differ from theirs."""

    data: bytes
    within: object = None
    offset: int = 0
    length: int = None


@dataclass(eq=False)
class Property:
    """A box that describes items, or none. `stays` is what a scrub leaves of it: True for all, None for nothing, other
    bytes, or `ANEW` where the scrub decides."""

    box: bytes
    essential: bool = False
    stays: object = True


ANEW = object()


@dataclass(eq=False)
class Item:
    """One item; `stays` tells up to which profile: `STRICT`, `DEFAULT`, or `NEVER`. `output` is what becomes of its
    data where that changes, `ANEW` where the scrub decides."""

    kind: bytes
    data: object = b""
    properties: list = field(default_factory=list)
    references: list = field(default_factory=list)
    name: bytes = b""
    content: bytes = b""
    hidden: bool = False
    method: int = IN_FILE
    number: int = None
    protection: int = 0
    source: int = 0
    tail: bytes = b""
    stays: str = "strict"
    output: object = None
    # What `strict` makes of it, where that is something else.
    strict_output: bytes = None

    @property
    def extents(self):
        if isinstance(self.data, bytes):
            self.data = [Extent(self.data)] if self.data else []
        return self.data

    @property
    def payload(self):
        return b"".join(extent.data for extent in self.extents)


STRICT, DEFAULT, NEVER = "strict", "default", "never"


@dataclass(eq=False)
class Group:
    """Items that stand for one another or belong side by side."""

    kind: bytes
    items: list
    number: int = 1000
    tail: bytes = b""
    flags: int = 0
    stays: bool = True

    def bytes(self):
        numbers = [self.number, len(self.items), *(item.number for item in self.items)]
        return full_box(self.kind, struct.pack(f">{len(numbers)}L", *numbers), self.tail, flags=self.flags)


@dataclass(frozen=True)
class Places:
    """How `iloc` is written: its version, and of how many bytes its numbers are."""

    version: int = 0
    offset: int = 4
    length: int = 4
    base: int = 0
    index: int = 0
    # Extents count from the start of the item's first one.
    from_first: bool = False


@dataclass(eq=False)
class Media:
    """The data of items, and bytes that belong to none; without `parts` the extents of all items."""

    parts: list = None
    kind: bytes = b"mdat"
    size: str = "normal"


@dataclass(eq=False)
class Container:
    """A whole file. `top` is the order of its boxes, with `META` and any number of `Media`."""

    items: list
    primary: Item = None
    brands: tuple = (b"mif1", b"heic")
    major: bytes = b"heic"
    minor: bytes = bytes(4)
    groups: list = field(default_factory=list)
    # Unless told otherwise, of the oldest version that will do.
    places: Places = None
    top: list = None
    idat: Media = None
    is_full: bool = True
    meta_size: str = "normal"
    handler: bytes = b""
    # Boxes of `meta` that are put in place of the usual ones or between them, what comes behind the fields of others,
    # and the order of all.
    replaced: dict = field(default_factory=dict)
    tails: dict = field(default_factory=dict)
    order: tuple = (b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"grpl", b"idat")
    # Properties that belong to no item, and how associations are written.
    loose: list = field(default_factory=list)
    wide: bool = False
    large_associations: bool = False
    large_references: bool = False

    def bytes(self):
        self._number()
        self.primary = self.primary or self.items[0]
        if not self.places:
            self.places = Places(int(any(item.method for item in self.items)))
        self.top = self.top or [self.file_type(), META, Media()]
        if not self.idat:
            self.idat = Media(kind=b"idat")
        positions = {}
        whole = self._written(positions)
        assert len(whole) == len(self._written(positions)), "the size depends on positions"
        return self._written(positions)

    def file_type(self):
        return box(b"ftyp", self.major, self.minor, *self.brands)

    def _number(self):
        taken = {item.number for item in self.items}
        free = (number for number in range(1, 1 << 16) if number not in taken)
        for item in self.items:
            item.number = next(free) if item.number is None else item.number

    def _written(self, positions):
        """The file with the positions known so far, which are brought up to date."""
        meta = self._meta(positions)
        whole = b""
        for part in self.top:
            if part is META:
                whole += meta
            elif isinstance(part, Media):
                whole += self._media(part, IN_FILE, len(whole), positions)
            else:
                whole += part
        return whole

    def _media(self, media, method, start, positions):
        """A box with data, whose extents begin where it says; in `idat` they count from its contents."""
        make = MAKERS[media.size]
        data = b""
        start = 0 if method == IN_IDAT else start + len(make(media.kind))
        own = [extent for item in self.items if item.method == method for extent in item.extents]
        for part in media.parts if media.parts is not None else own:
            if isinstance(part, bytes):
                data += part
            elif part.within is None:
                positions[part] = start + len(data)
                data += part.data
        for extent in own:
            if extent.within in positions:
                positions[extent] = positions[extent.within] + extent.offset
        return make(media.kind, data) if data or method == IN_FILE else b""

    def _meta(self, positions):
        parts = {kind: with_tail(part, self.tails.get(kind, b"")) for kind, part in self._parts(positions).items()}
        body = b"".join(self.replaced.get(kind, parts.get(kind, b"")) for kind in self.order)
        body += b"".join(part for kind, part in self.replaced.items() if kind not in self.order)
        return MAKERS[self.meta_size](b"meta", bytes(4 if self.is_full else 0), body)

    def _parts(self, positions):
        """The usual boxes of `meta`, by type."""
        idat = self._media(self.idat, IN_IDAT, 0, positions)
        return {
            b"hdlr": handler(self.handler),
            b"pitm": primary(self.primary.number),
            b"iloc": locations(self.items, self.places, positions),
            b"iinf": information(self.items),
            b"iref": references(self.items, self.large_references),
            b"iprp": self._properties(),
            b"grpl": box(b"grpl", *(group.bytes() for group in self.groups)) if self.groups else b"",
            b"idat": idat,
        }

    def _properties(self):
        """Equal properties of several items are written once."""
        boxes = []
        for item in self.items:
            boxes += [p.box for p in item.properties if p.box and p.box not in boxes]
        associated = [item for item in self.items if item.properties]
        places = {b"": 0} | {found: place for place, found in enumerate(boxes, 1)}
        listed = [(item, [(places[p.box], p.essential) for p in item.properties]) for item in associated]
        associations = property_associations(listed, self.wide, self.large_associations)
        return box(b"iprp", box(b"ipco", *boxes, *self.loose), associations)


# The boxes of `meta`.


def with_tail(whole, more):
    """A box with more bytes behind its fields."""
    return box(whole[4:8], whole[8:], more) if more else whole


def handler(name=b"", reserved=bytes(12), kind=b"pict"):
    return full_box(b"hdlr", bytes(4), kind, reserved, name + b"\0")


def primary(number):
    if number > LARGEST_SHORT:
        return full_box(b"pitm", struct.pack(">L", number), version=1)
    return full_box(b"pitm", struct.pack(">H", number))


def information(items, version=0):
    entries = b"".join(map(entry, items))
    count = struct.pack(">L" if version else ">H", len(items))
    return full_box(b"iinf", count, entries, version=version)


def entry(item):
    """`infe` of version 2, or of version 3 where the number is large."""
    version, form = (3, ">LH4s") if item.number > LARGEST_SHORT else (2, ">HH4s")
    fields = struct.pack(form, item.number, item.protection, item.kind) + item.name + b"\0"
    return full_box(b"infe", fields, item.content, item.tail, version=version, flags=int(item.hidden))


def mime(kind, encoding=None):
    """The content of an entry for an item of any MIME type."""
    return kind + b"\0" + (encoding + b"\0" if encoding is not None else b"")


def references(items, large=False):
    form = ">L" if large else ">H"
    boxes = []
    for item in items:
        for kind, targets in item.references:
            numbers = b"".join(struct.pack(form, target.number) for target in targets)
            boxes.append(box(kind, struct.pack(form, item.number), struct.pack(">H", len(targets)), numbers))
    return full_box(b"iref", *boxes, version=int(large)) if boxes else b""


def property_associations(listed, wide=False, large=False):
    """Which properties each item has, in order: indices of 7 bits or of 15, numbers of items of 16 bits or of 32."""
    entries = b""
    for item, associations in sorted(listed, key=lambda pair: pair[0].number):
        entries += struct.pack(">LB" if large else ">HB", item.number, len(associations))
        for index, essential in associations:
            entries += struct.pack(">H", essential << 15 | index) if wide else bytes([essential << 7 | index])
    return full_box(b"ipma", struct.pack(">L", len(listed)), entries, version=int(large), flags=int(wide))


def locations(items, places, positions):
    """Where the extents of each item are; items without data have none."""
    head = bytes([places.offset << 4 | places.length, places.base << 4 | places.index])
    wide = places.version == 2
    body = struct.pack(">L" if wide else ">H", len(items))
    for item in items:
        body += struct.pack(">L" if wide else ">H", item.number)
        body += struct.pack(">H", item.method) if places.version else b""
        body += struct.pack(">H", item.source) + item_extents(item, places, positions)
    return full_box(b"iloc", head, body, version=places.version)


def item_extents(item, places, positions):
    """The base, and offset and length of each extent."""
    starts = [positions.get(extent, 0) for extent in item.extents]
    base = min(starts, default=0) if places.base and (places.from_first or not places.offset) else 0
    listed = number(base, places.base) + struct.pack(">H", len(starts))
    for extent, start in zip(item.extents, starts):
        listed += number(0, places.index) + number(start - base, places.offset)
        listed += number(len(extent.data) if extent.length is None else extent.length, places.length)
    return listed


def number(value, size):
    return value.to_bytes(size, "big") if size else b""
