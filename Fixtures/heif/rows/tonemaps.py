"""Gain maps as ISO 21496-1 asks for them: a picture derived from the base and the map, which stands for the base."""

from coded import AV1, HEVC
from fixture import DEFAULT, made, mime_item, picture, property_of
from rows.metadata import RDF
from writers import gainmap, properties, xmp
from writers.canary import GAIN_MAP, Plants
from writers.gainmap import Channel, Parameters
from writers.heif import Group, Item

VERSION = b"\0"
COLORS = Parameters(
    (
        Channel((-1, 10), (29, 10), (1, 1), (1, 64), (1, 64)),
        Channel((-1, 5), (31, 10), (11, 10), (1, 64), (1, 32)),
        Channel((0, 1), (33, 10), (6, 5), (1, 128), (1, 64)),
    ),
    other_headroom=(33, 10),
)


def fixtures():
    return [
        tone_mapped("tmap.avif", AV1),
        tone_mapped("tmap.heic", HEVC),
        tone_mapped("tmap-channels.avif", AV1, COLORS),
        tone_mapped("tmap-first.avif", AV1, is_first=True),
        tone_mapped("tmap-tail.avif", AV1, tail=True, readers=("libheif",)),
        tone_mapped("tmap-text.avif", AV1, named=True, readers=("libavif",)),
    ]


def tone_mapped(file, coding, parameters=None, is_first=False, tail=False, named=False, readers=None):
    """As libavif writes it. With a `tail` there are bytes behind the last parameter; where it is `named`, the map and
    the derived picture have descriptions of their own."""
    plants = Plants()
    base = picture(coding=coding)
    found = gain(coding)
    derived = bright(gainmap.iso(parameters or Parameters()), base, found)
    if tail:
        derived.output = derived.data
        derived.data += plants.text("tmap behind the parameters", GAIN_MAP)
    items = [derived, base, found] if is_first else [base, derived, found]
    if named:
        items += [note(plants, "gain map", found), note(plants, "derived picture", derived)]
    layout = brands(coding) | {"groups": [Group(b"altr", [derived, base])]}
    return made(file, plants, items, readers, primary=base, gain_map=True, **layout)


def gain(coding):
    """The map has no colours of its own; a viewer doesn't list it."""
    unspecified = property_of(properties.code_points(2, 2, 2))
    return picture("gain", unspecified, coding=coding, hidden=True, stays=DEFAULT)


def bright(parameters, base, found):
    described = [
        property_of(properties.extents(64, 64)),
        property_of(properties.depths(3, 10)),
        property_of(properties.code_points(*properties.HDR)),
        property_of(properties.light_level(1000, 400)),
    ]
    return Item(b"tmap", VERSION + parameters, described, [(b"dimg", [base, found])], stays=DEFAULT)


def note(plants, what, item):
    packet = xmp.packet({"xmp:CreatorTool": plants.text(f"XMP of the {what}", GAIN_MAP)})
    return mime_item(RDF, packet, item)


def brands(coding):
    if coding == AV1:
        return {"major": b"avif", "brands": (b"avif", b"mif1", b"miaf", b"tmap")}
    return {"major": b"heic", "brands": (b"mif1", b"heic", b"tmap")}

