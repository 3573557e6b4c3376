"""Further pictures: those that a viewer lists stay, with the pairs that they make; thumbnails and hidden ones go."""

from coded import AV1
from fixture import DEFAULT, dropped, exif_item, leaking, made, mime_item, picture, property_of
from planted.miniature import miniature
from rows.metadata import RDF, named
from writers import properties, xmp
from writers.canary import EXTRA_PICTURE, THUMBNAIL, VENDOR, XMP, Plants
from writers.heif import NEVER, Group, Item
from writers.jpeg import app, comment
from writers.tiff import exif

EYES = 65_000


def fixtures():
    return [
        leaking("thumbnail.heic", lambda plants, main: [thumbnail(plants, main)]),
        thumbnail_avif(),
        leaking("thumbnail-described.heic", described_thumbnail),
        leaking("thumbnails.heic", several_thumbnails),
        leaking("thumbnail-hidden.heic", lambda plants, main: [thumbnail(plants, main, hidden=True)]),
        leaking("thumbnail-jpeg.heic", jpeg_thumbnail),
        shared_thumbnail(),
        of_thumbnail(),
        leaking("hidden.heic", lambda plants, main: [hidden(plants)]),
        hidden_avif(),
        leaking("hidden-described.heic", hidden_described),
        burst(),
        primary_last(),
        stereo(),
        stereo_with_texts(),
        groups(),
        tailed_group(),
    ]


def thumbnail(plants, main, name="thumbnail", row="thumbnail picture", **about):
    return dropped(plants, row, THUMBNAIL, picture(name, references=[(b"thmb", [main])], **about))


def thumbnail_avif():
    plants = Plants()
    main = picture(coding=AV1)
    return made("thumbnail.avif", plants, [main, thumbnail(plants, main, coding=AV1)])


def described_thumbnail(plants, main):
    """With Exif and XMP of its own."""
    small = thumbnail(plants, main)
    packet = xmp.packet({"xmp:CreatorTool": plants.text("XMP of the thumbnail", XMP)})
    block = exif_item(named(plants, "Exif of the thumbnail", THUMBNAIL), "MM", of=[small])
    return [small, mime_item(RDF, packet, small), block]


def several_thumbnails(plants, main):
    other = thumbnail(plants, main, "other-thumbnail", "second thumbnail picture")
    return [thumbnail(plants, main), other]


def jpeg_thumbnail(plants, main):
    """As cameras write it, with Exif and a comment within."""
    block = exif(named(plants, "Exif in the JPEG thumbnail", THUMBNAIL), "II")
    note = comment(plants.text("COM in the JPEG thumbnail", THUMBNAIL))
    data = miniature(app(1, block) + note)
    described = [property_of(properties.extents(8, 8))]
    return [Item(b"jpeg", data, described, [(b"thmb", [main])], stays=NEVER)]


def shared_thumbnail():
    """One for two pictures."""
    plants = Plants()
    main, second = picture(), picture("second", stays=DEFAULT)
    small = thumbnail(plants, main)
    small.references = [(b"thmb", [main, second])]
    return made("thumbnail-shared.heic", plants, [main, second, small], readers=())


def of_thumbnail():
    """Transparency of a thumbnail, which nobody needs without it."""
    plants = Plants()
    main = picture()
    small = thumbnail(plants, main)
    kind = property_of(properties.auxiliary(properties.ALPHA_HEVC), True)
    alpha = picture("thumbnail-alpha", kind, references=[(b"auxl", [small])])
    dropped(plants, "transparency of a thumbnail", THUMBNAIL, alpha)
    return made("thumbnail-alpha.heic", plants, [main, small, alpha])


def hidden(plants, **about):
    return dropped(plants, "hidden picture", EXTRA_PICTURE, picture("hidden", hidden=True, **about))


def hidden_avif():
    plants = Plants()
    return made("hidden.avif", plants, [picture(coding=AV1), hidden(plants, coding=AV1)])


def hidden_described(plants, main):
    """A hidden picture with everything that a picture can have."""
    found = hidden(plants)
    block = exif_item(named(plants, "Exif of the hidden picture"), "MM", of=[found])
    small = thumbnail(plants, found)
    alpha = picture("hidden-alpha", property_of(properties.auxiliary(properties.ALPHA_HEVC), True), hidden=True)
    alpha.references.append((b"auxl", [found]))
    return [found, block, small, dropped(plants, "transparency of the hidden picture", EXTRA_PICTURE, alpha)]


def burst():
    """Three pictures that a viewer lists."""
    plants = Plants()
    others = [picture(name, stays=DEFAULT) for name in ("second", "third")]
    return made("burst.heic", plants, [picture(), *others])


def primary_last():
    plants = Plants()
    main, second = picture(), picture("second", stays=DEFAULT)
    return made("primary-last.heic", plants, [second, main], primary=main)


def pair(*more):
    """A left and a right picture, with what is known of the cameras."""
    lens = property_of(properties.intrinsics())
    left = picture("main", lens, property_of(properties.extrinsics(0)), *more)
    right = picture("second", lens, property_of(properties.extrinsics(EYES)), *more, stays=DEFAULT)
    return left, right


def stereo():
    plants = Plants()
    left, right = pair()
    return made("stereo.heic", plants, [left, right], groups=[Group(b"ster", [left, right])])


def stereo_with_texts():
    """The second picture's Exif and XMP, which others leave where they are."""
    plants = Plants()
    left, right = pair()
    block = exif_item(named(plants, "Exif of the right picture"), "MM", of=[right])
    packet = xmp.packet({"xmp:CreatorTool": plants.text("XMP of the right picture", XMP)})
    items = [left, right, block, mime_item(RDF, packet, right)]
    return made("stereo-texts.heic", plants, items, groups=[Group(b"ster", [left, right])])


def groups():
    """Groups of no use for a viewer, each with bytes behind its members."""
    plants = Plants()
    main, second, third = picture(), picture("second", stays=DEFAULT), picture("third", stays=DEFAULT)
    kinds = [b"aebr", b"wbbr", b"fobr", b"afbr", b"dobr", b"brst", b"pano", b"suid", b"albc", b"CNRY"]
    found = [
        Group(kind, [main, second, third], 1000 + place, plants.text(f"group {kind.decode()}", VENDOR), stays=False)
        for place, kind in enumerate(kinds)
    ]
    return made("groups.heic", plants, [main, second, third], groups=found)


def tailed_group():
    """A pair with bytes behind its members."""
    plants = Plants()
    left, right = pair()
    tail = plants.text("ster behind the members", VENDOR)
    found = Group(b"ster", [left, right], tail=tail)
    return made("stereo-tail.heic", plants, [left, right], readers=(), groups=[found])

