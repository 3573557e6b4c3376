"""Pictures made of others: grids, overlays, and turned ones. What they are made of stays, hidden or not."""

import struct

from coded import AV1, HEVC
from fixture import DEFAULT, dropped, exif_item, made, picture, property_of
from rows.metadata import named
from writers import properties
from writers.canary import EXTRA_PICTURE, GAP, Plants
from writers.heif import IN_FILE, IN_IDAT, NEVER, Group, Item

FILL = (0x8000, 0x4000, 0x2000, 0xFFFF)


def fixtures():
    return [
        tiled("grid-idat.heic", HEVC, IN_IDAT),
        tiled("grid-mdat.heic", HEVC, IN_FILE),
        tiled("grid-idat.avif", AV1, IN_IDAT, columns=2, rows=1),
        tiled("grid-mdat.avif", AV1, IN_FILE, columns=2, rows=1),
        tiled("grid-wide.heic", HEVC, IN_IDAT, is_wide=True),
        tiled("grid-cropped.heic", HEVC, IN_IDAT, size=(100, 90)),
        tiled("grid-tail.heic", HEVC, IN_IDAT, tail=True),
        tiled("grid-listed.heic", HEVC, IN_IDAT, hidden=False),
        tiled("grid-last.heic", HEVC, IN_FILE, is_last=True),
        tiled("grid-exif.heic", HEVC, IN_IDAT, with_exif=True),
        tiled("grid-spare-tile.heic", HEVC, IN_IDAT, rows=1, spare=True),
        repeated(),
        of_alpha(),
        overlay("overlay.heic"),
        overlay("overlay-wide.heic", is_wide=True),
        # What libheif 1.15 shows of this one depends on what was in memory before.
        overlay("overlay-outside.heic", second=(48, -16), readers=()),
        overlay("overlay-tail.heic", tail=True),
        turned("identity.heic"),
        turned("identity-data.heic", tail=True),
        twice_turned(),
        hidden_grid(),
        with_own_use(),
        sample_transform(),
    ]


def grid(tiles, rows, columns, size, is_wide=False, **about):
    """A picture of tiles, with sizes of 16 bits or of 32."""
    data = struct.pack(">4B", 0, is_wide, rows - 1, columns - 1) + struct.pack(">2L" if is_wide else ">2H", *size)
    described = [
        property_of(properties.extents(*size)),
        property_of(properties.depths(3)),
        property_of(properties.code_points(*properties.SRGB)),
    ]
    return Item(b"grid", data, described, [(b"dimg", tiles)], **about)


def tiles_of(coding, count, **about):
    return [picture(f"tile-{number}", coding=coding, **about) for number in range(1, count + 1)]


def tiled(
    file, coding, method, rows=2, columns=2, size=None, hidden=True, is_wide=False, is_last=False,
    with_exif=False, spare=False, tail=False,
):  # fmt: skip
    """A grid; a spare tile belongs to no picture. With a `tail` there are bytes behind its fields."""
    plants = Plants()
    tiles = tiles_of(coding, rows * columns, hidden=hidden)
    whole = grid(tiles, rows, columns, size or (64 * columns, 64 * rows), is_wide, method=method)
    if tail:
        whole.output = whole.data
        whole.data += plants.text("grid behind the fields", GAP)
    items = [*tiles, whole] if is_last else [whole, *tiles]
    if with_exif:
        items.append(exif_item(named(plants, "Exif of a tile"), "MM", of=[tiles[1]]))
        items.append(exif_item(named(plants), "MM", of=[whole]))
    if spare:
        items.append(dropped(plants, "hidden picture", EXTRA_PICTURE, picture("hidden", coding=coding, hidden=True)))
    return made(file, plants, items, primary=whole)


def repeated():
    """A grid that has the same tile in every place."""
    plants = Plants()
    (tile,) = tiles_of(HEVC, 1, hidden=True)
    whole = grid([tile] * 4, 2, 2, (128, 128), method=IN_IDAT)
    return made("grid-repeated.heic", plants, [whole, tile])


def of_alpha():
    """A grid for the colours and one for the transparency."""
    plants = Plants()
    tiles = tiles_of(AV1, 2, hidden=True)
    whole = grid(tiles, 1, 2, (128, 64), method=IN_IDAT)
    kind = property_of(properties.auxiliary(properties.ALPHA))
    parts = [picture(name, kind, coding=AV1, hidden=True) for name in ("alpha", "grey")]
    alpha = grid(parts, 1, 2, (128, 64), method=IN_IDAT)
    alpha.properties = [
        property_of(properties.extents(128, 64)),
        property_of(properties.depths(1)),
        kind,
    ]
    alpha.references.append((b"auxl", [whole]))
    return made("grid-alpha.avif", plants, [whole, *tiles, alpha, *parts])


def overlay(file, is_wide=False, second=(32, 32), readers=None, tail=False):
    """Two pictures on a canvas, one of them partly over the other."""
    plants = Plants()
    parts = [picture("main", hidden=True), picture("second", hidden=True)]
    form = ">2L4l" if is_wide else ">2H4h"
    data = struct.pack(">2B4H", 0, is_wide, *FILL) + struct.pack(form, 96, 96, 8, 8, *second)
    described = [property_of(properties.extents(96, 96)), property_of(properties.depths(3))]
    whole = Item(b"iovl", data, described, [(b"dimg", parts)])
    if tail:
        whole.output = whole.data
        whole.data += plants.text("iovl behind the fields", GAP)
    return made(file, plants, [whole, *parts], readers)


def identity(of, *more, **about):
    described = [property_of(properties.extents(64, 64)), *(property_of(box, True) for box in more)]
    return Item(b"iden", b"", described, [(b"dimg", [of])], **about)


def turned(file, tail=False):
    """The same picture turned; an item of this kind has no data, or some that nobody reads."""
    plants = Plants()
    main = picture(hidden=True)
    whole = identity(main, properties.rotation(1))
    if tail:
        whole.output = b""
        whole.data = plants.text("iden payload", GAP)
    return made(file, plants, [whole, main], orientation=8)


def twice_turned():
    """An identity of an identity, which MIAF would not allow."""
    plants = Plants()
    main = picture(hidden=True)
    between = identity(main, properties.mirror(1), hidden=True)
    whole = identity(between, properties.rotation(3))
    return made("identity-twice.heic", plants, [whole, between, main], orientation=7)


def hidden_grid():
    """A hidden grid that belongs to nothing, of tiles that are hidden as well."""
    plants = Plants()
    tiles = tiles_of(AV1, 2, hidden=True)
    whole = grid(tiles, 1, 2, (128, 64), method=IN_IDAT)
    lost = [picture(name, coding=AV1, hidden=True) for name in ("hidden", "third")]
    for row, item in zip(("hidden picture", "second hidden picture"), lost):
        dropped(plants, row, EXTRA_PICTURE, item)
    unused = grid(lost, 1, 2, (128, 64), method=IN_IDAT, hidden=True, stays=NEVER)
    return made("grid-hidden.avif", plants, [whole, *tiles, unused, *lost])


def sample_transform():
    """AVIF of more depth than its parts: computed from two pictures, and an alternative to the first (AV1-AVIF 1.2)."""
    plants = Plants()
    base, rest = picture(coding=AV1), picture("second", coding=AV1, hidden=True, stays=DEFAULT)
    first_picture, second_picture, difference = 1, 2, 129
    expression = bytes([2, 3, first_picture, second_picture, difference])
    described = [property_of(properties.extents(64, 64)), property_of(properties.depths(3, 8))]
    whole = Item(b"sato", expression, described, [(b"dimg", [base, rest])], stays=DEFAULT)
    return made("sample-transform.avif", plants, [base, whole, rest], groups=[Group(b"altr", [whole, base])])


def with_own_use():
    """A picture that a viewer lists, and that the primary one is derived from."""
    plants = Plants()
    main, second = picture(), picture("second", stays=DEFAULT)
    whole = identity(main, properties.rotation(2))
    return made("identity-listed.heic", plants, [main, second, whole], primary=whole, orientation=3)
