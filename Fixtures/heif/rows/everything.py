"""The file that has nearly everything at once, and still has to come out with its pictures, gain map and colours."""

from fixture import ANEW, DEFAULT, Item, exif_item, made, mime_item, picture, property_of
from planted import profiles
from rows import auxiliary, characteristics, codings, metadata, others, structure
from rows.metadata import RDF, named
from writers import boxes, codecs, heif, properties, xmp
from writers.canary import AUXILIARY, COMMENT, GAIN_MAP, GAP, TRAILER, VENDOR, XMP, Plants
from writers.heif import META, Group, Media


def fixtures():
    return [everything()]


def everything():
    """All rows that can stand side by side."""
    plants = Plants()
    main = main_picture(plants)
    second = picture("second", stays=DEFAULT, name=plants.text("item name of a second picture", COMMENT))
    alpha = auxiliary.auxiliary("alpha", properties.ALPHA_HEVC, [main])
    gain, told = gain_map(plants, main)
    items = [
        others.thumbnail(plants, main),
        main,
        *metadata.full_exif(plants, main),
        second,
        exif_item(named(plants, "Exif of the second picture"), "II", of=[second]),
        *metadata.full_xmp(plants, main),
        alpha,
        *mattes(plants, main),
        gain,
        told,
        others.hidden(plants),
        *metadata.uri(plants, main),
        Item(b"CNRY", plants.text("item of unknown type", VENDOR), stays="never"),
    ]
    groups = [
        Group(b"ster", [main, second], 1000),
        Group(b"albc", [main, second], 1001, plants.text("group albc", VENDOR), stays=False),
    ]
    layout = {"groups": groups, "top": top(plants, items), "replaced": inside(plants), "order": structure.APPLE_ORDER}
    about = {"orientation": 6, "aspect": [4, 3], "icc": True, "gain_map": True}
    loose = [properties.description(b"en", plants.text("udes of no item", COMMENT), b"", b"")]
    return made("everything.heic", plants, items, primary=main, loose=loose, **layout, **about)


def main_picture(plants):
    """With texts, times, a profile, an encoder's message, and a turn behind an aperture."""
    lens = [property_of(properties.intrinsics()), property_of(properties.extrinsics(0))]
    colors = property_of(properties.profile(profiles.full_profile(plants)), stays=ANEW)
    text = characteristics.leak(boxes.box(b"CNry", plants.text("property of unknown type", VENDOR)))
    texts = characteristics.leak(properties.description(b"en", plants.text("udes name", COMMENT), b"", b""))
    shown = [properties.aspect(4, 3), properties.aperture(48, 32), properties.rotation(3)]
    more = [text, colors, *lens, texts, *(property_of(box, box[4:8] != b"pasp") for box in shown)]
    item = picture("main", *more, name=plants.text("item name", COMMENT))
    message = codings.encoder_message(plants, "encoder's message in hvcC")
    plain = item.properties[0].box
    found = codings.coded("main").configuration(message[:2])
    item.properties[0] = property_of(found, True, stays=plain)
    return item


def mattes(plants, main):
    found = []
    for _, name, kind, row in auxiliary.DROPPED[2:]:
        item = auxiliary.auxiliary(name, kind, [main], hidden=True)
        found.append(auxiliary.dropped(plants, row, AUXILIARY, item))
    packet = xmp.packet({"xmp:CreatorTool": plants.text("XMP of the portrait matte", XMP)})
    return [*found, mime_item(RDF, packet, found[1])]


def gain_map(plants, main):
    gain = auxiliary.auxiliary("gain", auxiliary.GAIN_MAP_TYPE, [main], stays=DEFAULT)
    told = {
        "HDRGainMap:HDRGainMapVersion": b"131072",
        "HDRGainMap:HDRGainMapHeadroom": auxiliary.HEADROOM,
        "xmp:CreatorTool": plants.text("XMP in the gain map", GAIN_MAP),
    }
    return gain, mime_item(RDF, xmp.packet({}, told), gain, stays=DEFAULT, output=ANEW)


def inside(plants):
    """Boxes in `meta`."""
    url = structure.data_information(*structure.foreign_reference(plants))
    free = boxes.box(b"free", plants.text("free in meta", GAP))
    private = boxes.box(b"uuid", structure.PRIVATE_ID, plants.text("uuid in meta", VENDOR))
    name = heif.handler(plants.text("hdlr name", COMMENT))
    return {b"hdlr": name, b"dinf": url, b"free": free, b"uuid": private}


def top(plants, items):
    """Boxes beside `meta`, and bytes in the media data that belong to no item."""
    order = []
    for number, item in enumerate(items):
        order += [*item.extents, plants.text(f"mdat behind item {number}", GAP)]
    return [
        heif.Container([]).file_type(),
        boxes.box(b"free", plants.text("free box", GAP)),
        META,
        structure.credentials_box(plants),
        structure.packet_box(plants),
        Media(order, size="large"),
        boxes.box(b"mpvd", structure.motion(plants)),
        structure.samsung_box(plants),
        boxes.box(b"CNRY", plants.text("unknown box", VENDOR)),
        boxes.open_box(b"free", plants.text("free box to the end", TRAILER)),
    ]
