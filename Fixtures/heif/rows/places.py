"""Where the data of items are: every form of `iloc`, several extents, shared ones, and bytes that no item uses."""

from coded import AV1, coded
from fixture import DEFAULT, dropped, exif_item, made, mime_item, picture
from rows.metadata import RDF, named
from writers import heif, xmp
from writers.canary import EXTRA_PICTURE, GAP, THUMBNAIL, XMP, Plants
from writers.heif import IN_FILE, IN_IDAT, META, NEVER, Extent, Media, Places

BETWEEN = b" between extents"
VARIANTS = {
    "places-0.heic": Places(0),
    "places-0-base.heic": Places(0, base=4, from_first=True),
    "places-0-base-only.heic": Places(0, offset=0, base=4),
    "places-0-base-8.heic": Places(0, offset=4, base=8, from_first=True),
    "places-0-wide.heic": Places(0, offset=8, length=8),
    "places-0-wide-base.heic": Places(0, offset=0, length=8, base=8),
    "places-1.heic": Places(1),
    "places-1-index.heic": Places(1, index=4),
    "places-1-index-8.heic": Places(1, offset=8, length=8, base=8, index=8),
    "places-2.heic": Places(2),
    "places-2-base.heic": Places(2, base=4, index=4, from_first=True),
    "places-2-wide.heic": Places(2, offset=8, length=8, base=8, from_first=True),
}
TO_THE_END = Places(0, length=0)
LARGE = 70_000


def fixtures():
    return [
        *(placed(file, places) for file, places in VARIANTS.items()),
        in_idat("idat.heic", Places(1)),
        in_idat("idat-base.heic", Places(1, offset=0, base=4)),
        in_idat("idat-2.avif", Places(2, offset=8, length=8), coding=AV1),
        *(in_parts(f"extents-{version}.heic", Places(version, base=4)) for version in (0, 1, 2)),
        in_parts("extents-index.heic", Places(1, index=4)),
        in_parts("extents-reversed.heic", Places(1), is_reversed=True),
        idat_parts(),
        mixed(),
        whole_file_end("to-end.heic", Extent(coded("main").data, length=0), Places(0)),
        whole_file_end("to-end-no-lengths.heic", Extent(coded("main").data), TO_THE_END),
        numbered("numbers-large.heic", [LARGE, LARGE + 1, LARGE + 2]),
        numbered("numbers-largest.heic", [0xFFFFFFFE, 0xFFFFFFFF, LARGE]),
        numbered("numbers-16-bits.heic", [0xFFFF, 0x8000, 7], large=False),
        numbered("numbers-small-in-large.heic", [3, 2, 1]),
        slack(),
        idat_slack(),
        two_media(),
        shared(),
        overlapping(),
        within_dropped(),
        dropped_within_kept(),
    ]


def usual(plants, coding="hevc"):
    """A picture, a second one, and what describes them, in an order in which nothing lies beside its like."""
    main, second = picture(coding=coding), picture("hidden", coding=coding, hidden=True)
    dropped(plants, "hidden picture", EXTRA_PICTURE, second)
    packet = xmp.packet({"xmp:CreatorTool": plants.text("XMP CreatorTool", XMP)})
    return [main, exif_item(named(plants), "MM", of=[main]), second, mime_item(RDF, packet, main)]


def placed(file, places):
    plants = Plants()
    # In version 1, libheif 1.15 takes no notice of indices.
    readers = () if places.version == 1 and places.index else None
    return made(file, plants, usual(plants), readers, places=places)


def in_idat(file, places, coding="hevc"):
    """Everything stands in `meta`; the file has no media data."""
    plants = Plants()
    items = usual(plants, coding)
    for item in items:
        item.method = IN_IDAT
    brands = {"major": b"avif", "brands": (b"mif1", b"avif", b"miaf")} if coding == AV1 else {}
    top = [heif.Container([], **brands).file_type(), META]
    return made(file, plants, items, places=places, top=top, **brands)


def parts(data, sizes):
    """Pieces of these sizes and what is left."""
    found = []
    for size in sizes:
        found.append(Extent(data[:size]))
        data = data[size:]
    return [*found, Extent(data)]


def in_parts(file, places, is_reversed=False):
    """A picture in three pieces, with canaries and the pieces of Exif in between."""
    plants = Plants()
    main = picture()
    main.data = parts(main.data, [31, 27])
    block = exif_item(named(plants), "MM", of=[main])
    block.data = parts(block.data, [4])
    texts = [plants.text(f"bytes{BETWEEN.decode()} {number}", GAP) for number in range(3)]
    pieces = main.data[::-1] if is_reversed else main.data
    order = [pieces[0], texts[0], block.data[0], pieces[1], texts[1], block.data[1], texts[2], pieces[2]]
    readers = () if places.index else None
    return made(file, plants, [main, block], readers, places=places, top=top(Media(order)))


def top(*parts_of_file, **about):
    return [heif.Container([], **about).file_type(), META, *parts_of_file]


def idat_parts():
    """The same in `idat`."""
    plants = Plants()
    main = picture(method=IN_IDAT)
    main.data = parts(main.data, [40])
    first, second = main.data
    text = plants.text("bytes in idat between extents", GAP)
    idat = Media([first, text, second], b"idat")
    return made("extents-idat.heic", plants, [main], places=Places(1), idat=idat, top=top())


def mixed():
    """One item in `idat`, the other in the media data."""
    plants = Plants()
    items = [picture(method=IN_IDAT), picture("second", method=IN_FILE, stays=DEFAULT)]
    return made("idat-and-mdat.heic", plants, items, places=Places(1, base=4))


def whole_file_end(file, extent, places):
    """A picture whose length is not told, since it goes to the end of the file; so nothing can stand behind it."""
    plants = Plants()
    main = picture()
    main.data = [extent]
    text = plants.text("bytes in front of the picture", GAP)
    return made(file, plants, [main], places=places, top=top(Media([text, extent], size="open")), readers=())


def numbered(file, numbers, large=True):
    """Items with these numbers, in fields that are wide enough, or wider."""
    plants = Plants()
    main, second = picture(), picture("second", stays=DEFAULT)
    items = [main, second, exif_item(named(plants), "MM", of=[main])]
    for item, number in zip(items, numbers):
        item.number = number
    wide = {"places": Places(2), "large_associations": True, "large_references": True, "wide": True}
    return made(file, plants, items, **(wide if large else {}))


def slack():
    """Bytes in front of the first extent, between extents and behind the last one."""
    plants = Plants()
    items = usual(plants)
    order = [plants.text("mdat in front of everything", GAP)]
    for number, item in enumerate(items):
        order += [*item.extents, plants.text(f"mdat behind item {number}", GAP)]
    return made("slack.heic", plants, items, top=top(Media(order)))


def idat_slack():
    plants = Plants()
    main = picture(method=IN_IDAT)
    texts = [plants.text(f"idat {where} the picture", GAP) for where in ("in front of", "behind")]
    idat = Media([texts[0], *main.extents, texts[1]], b"idat")
    return made("slack-idat.heic", plants, [main], places=Places(1), idat=idat, top=top())


def two_media():
    """Three boxes of media data, one of which belongs to nobody, in front of everything and behind it."""
    plants = Plants()
    main, second = picture(), picture("second", stays=DEFAULT)
    block = exif_item(named(plants), "MM", of=[main])
    front = Media(second.extents)
    nobody = Media([plants.text("mdat of no item", GAP)])
    back = Media([*block.extents, *main.extents], size="large")
    order = [heif.Container([]).file_type(), front, META, nobody, back]
    return made("media-three.heic", plants, [main, second, block], top=order)


def shared():
    """Two items that are the same bytes: a picture that a viewer lists twice."""
    plants = Plants()
    main, second = picture(), picture(stays=DEFAULT)
    (extent,) = main.extents
    second.data = [Extent(extent.data, within=extent)]
    fixture = made("shared-data.heic", plants, [main, second], top=top(Media([extent])))
    return fixture


def overlapping():
    """A picture that begins within another one: the piece they share is written once."""
    plants = Plants()
    main, second = picture(), picture("second", stays=DEFAULT)
    (whole,) = main.extents
    head, rest = parts(second.data, [8])
    # The second picture's data in two extents, of which the first is a copy of nothing but itself.
    joint = Extent(whole.data + head.data)
    main.data = [Extent(whole.data, within=joint)]
    second.data = [Extent(head.data, within=joint, offset=len(whole.data)), rest]
    return made("overlap.heic", plants, [main, second], top=top(Media([joint, rest])))


def within_dropped():
    """A picture whose bytes lie within those of an item that goes."""
    plants = Plants()
    main = picture()
    front, behind = plants.text("Exif in front of a picture", GAP), plants.text("Exif behind a picture", GAP)
    whole = Extent(front + main.data + behind)
    main.data = [Extent(main.data, within=whole, offset=len(front))]
    block = mime_item(RDF, b"", main)
    block.data = [whole]
    return made("overlap-dropped.heic", plants, [main, block], top=top(Media([whole])))


def dropped_within_kept():
    """A thumbnail that is the picture's own data."""
    plants = Plants()
    main = picture()
    (extent,) = main.extents
    small = picture(references=[(b"thmb", [main])], stays=NEVER)
    small.data = [Extent(extent.data, within=extent)]
    text = plants.text("mdat behind everything", THUMBNAIL)
    return made("overlap-thumbnail.heic", plants, [main, small], top=top(Media([extent, text])))
