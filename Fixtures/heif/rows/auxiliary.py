"""Pictures that belong to another one: transparency and gain maps stay, depth, mattes and unknown ones go."""

from coded import AV1, HEVC
from fixture import (
    ANEW,
    DEFAULT,
    dropped,
    exif_item,
    made,
    mime_item,
    picture,
    property_of,
)
from rows.metadata import RDF, named
from writers import properties, tags, xmp
from writers.canary import AUXILIARY, GAIN_MAP, VENDOR, XMP, Plants
from writers.tiff import Directory, apple_note

UNKNOWN = b"urn:com:example:photo:aux:something"
HEADROOM = b"4.532783"
GAIN_MAP_TYPE = properties.APPLE_GAIN_MAP
# File, the coded picture, the type, and the row.
DROPPED = [
    ("depth.heic", "depth", properties.DEPTH_HEVC, "depth map"),
    ("depth-cicp.heic", "depth", properties.DEPTH, "depth map"),
    ("disparity.heic", "disparity", properties.APPLE_DISPARITY, "disparity map"),
    ("matte.heic", "matte", properties.APPLE_MATTE, "portrait matte"),
    ("matte-skin.heic", "skin", properties.APPLE_SKIN, "skin matte"),
    ("auxiliary-unknown.heic", "unknown", UNKNOWN, "auxiliary picture of unknown kind"),
]


def fixtures():
    return [
        transparent("alpha.heic", HEVC, properties.ALPHA_HEVC),
        transparent("alpha-cicp.heic", HEVC, properties.ALPHA),
        transparent("alpha.avif", AV1, properties.ALPHA),
        transparent("alpha-multiplied.avif", AV1, properties.ALPHA, is_multiplied=True),
        transparent("alpha-hidden.heic", HEVC, properties.ALPHA_HEVC, hidden=True),
        alpha_with_text(),
        *(single(*about) for about in DROPPED),
        depth_avif(),
        portrait(),
        no_type(),
        gain_map("gainmap-apple.heic", headroom=HEADROOM),
        gain_map("gainmap-apple-note.heic", numbers=((4, 3), (1, 50))),
        gain_map("gainmap-apple-hidden.heic", headroom=HEADROOM, hidden=True),
        of_gain_map(),
        long_type(),
    ]


def auxiliary(name, kind, of, coding=HEVC, essential=True, **about):
    """A picture that is auxiliary to others."""
    described = property_of(properties.auxiliary(kind), essential)
    return picture(name, described, coding=coding, references=[(b"auxl", list(of))], **about)


def transparent(file, coding, kind, is_multiplied=False, **about):
    plants = Plants()
    main = picture(coding=coding)
    alpha = auxiliary("alpha", kind, [main], coding=coding, **about)
    if is_multiplied:
        main.references.append((b"prem", [alpha]))
    return made(file, plants, [main, alpha])


def alpha_with_text():
    """Transparency with bytes behind the type and with a description of its own."""
    plants = Plants()
    main = picture()
    box = properties.auxiliary(properties.ALPHA_HEVC, plants.text("auxC behind the type", VENDOR))
    alpha = auxiliary("alpha", properties.ALPHA_HEVC, [main])
    alpha.properties[-1] = property_of(box, True, stays=properties.auxiliary(properties.ALPHA_HEVC))
    packet = xmp.packet({"xmp:CreatorTool": plants.text("XMP of the transparency", XMP)})
    return made("alpha-text.heic", plants, [main, alpha, mime_item(RDF, packet, alpha)])


def single(file, name, kind, row):
    """One that has to go, with its own description."""
    plants = Plants()
    main = picture()
    found = dropped(plants, row, AUXILIARY, auxiliary(name, kind, [main]))
    packet = xmp.packet({"xmp:CreatorTool": plants.text(f"XMP of the {row}", XMP)})
    return made(file, plants, [main, found, mime_item(RDF, packet, found)])


def depth_avif():
    plants = Plants()
    main = picture(coding=AV1)
    depth = dropped(plants, "depth map", AUXILIARY, auxiliary("depth", properties.DEPTH, [main], coding=AV1))
    return made("depth.avif", plants, [main, depth])


def portrait():
    """Everything that a phone adds to a portrait, in front of the picture and behind it."""
    plants = Plants()
    main = picture()
    found = {
        row: dropped(plants, row, AUXILIARY, auxiliary(name, kind, [main], hidden=True))
        for file, name, kind, row in DROPPED
        if file != "depth-cicp.heic"
    }
    first, *others = found.values()
    return made("portrait.heic", plants, [first, main, *others], primary=main)


def no_type():
    """A picture that is auxiliary and doesn't tell to what end."""
    plants = Plants()
    main = picture()
    found = picture("unknown", references=[(b"auxl", [main])])
    dropped(plants, "auxiliary picture of unknown kind", AUXILIARY, found)
    return made("auxiliary-no-type.heic", plants, [main, found], readers=())


def gain_map(file, headroom=None, numbers=None, **about):
    """Apple's gain map; how bright the picture gets stands in XMP, or in the maker's note of the picture's Exif."""
    plants = Plants()
    main = picture()
    found = auxiliary("gain", GAIN_MAP_TYPE, [main], stays=DEFAULT, **about)
    told = {"HDRGainMap:HDRGainMapVersion": b"131072" if headroom else b"65536"}
    if headroom:
        told["HDRGainMap:HDRGainMapHeadroom"] = headroom
    told["xmp:CreatorTool"] = plants.text("XMP in the gain map", GAIN_MAP)
    packet = mime_item(RDF, xmp.packet({}, told), found, stays=DEFAULT, output=ANEW)
    items = [main, found, packet]
    if numbers:
        items.append(exif_item(apple_exif(plants, *numbers), "MM", of=[main]))
    return made(file, plants, items, gain_map=True)


def apple_exif(plants, first, second):
    note = Directory().signed_rationals(tags.APPLE_HEADROOM, first).signed_rationals(tags.APPLE_GAIN, second)
    photo = Directory().undefined(tags.MAKER_NOTE, apple_note(note))
    return named(plants).directory(tags.EXIF_IFD, photo)


def of_gain_map():
    """Exif and a depth map that belong to the gain map instead of the picture."""
    plants = Plants()
    main = picture()
    found = auxiliary("gain", GAIN_MAP_TYPE, [main], stays=DEFAULT)
    depth = dropped(plants, "depth map", AUXILIARY, auxiliary("depth", properties.DEPTH_HEVC, [found]))
    told = {"HDRGainMap:HDRGainMapVersion": b"131072", "HDRGainMap:HDRGainMapHeadroom": HEADROOM}
    packet = mime_item(RDF, xmp.packet({}, told), found, stays=DEFAULT, output=ANEW)
    block = exif_item(named(plants, "Exif of the gain map", GAIN_MAP), "MM", of=[found])
    return made("gainmap-apple-more.heic", plants, [main, found, depth, packet, block], gain_map=True)




def long_type():
    """A canary in the type of the item that tells the numbers of a gain map."""
    plants = Plants()
    main = picture()
    found = auxiliary("gain", GAIN_MAP_TYPE, [main], stays=DEFAULT)
    told = {"HDRGainMap:HDRGainMapVersion": b"131072", "HDRGainMap:HDRGainMapHeadroom": HEADROOM}
    kind = RDF + b"; charset=" + plants.text("type of the gain map's XMP", GAIN_MAP)
    packet = mime_item(kind, xmp.packet({}, told), found, stays=DEFAULT, output=ANEW)
    return made("gainmap-apple-type.heic", plants, [main, found, packet], gain_map=True)
