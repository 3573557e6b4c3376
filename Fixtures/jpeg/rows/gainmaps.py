"""Whole files with a gain map as phones and libraries write them, and with a canary in every place around it."""

from fixture import END, START, Fixture, exif_segment, jfif, keep_scan, small
from planted.profiles import rendering
from rows.pictures import container_item, gain_picture, preview_picture, unique_ids
from writers import gainmap, icc, multipicture, picture, tags, xmp
from writers.canary import COMMENT, EXIF, GAIN_MAP, ICC, TRAILER, XMP, Plants
from writers.gainmap import Channel, Parameters
from writers.jpeg import Settings, app, comment, encode, ids
from writers.tiff import Directory
from writers.xmp import array

ALIKE = Parameters((Channel(least=(-1, 8), most=(13, 4), gamma=(6, 5)),), other_headroom=(13, 4))
COLORS = Parameters(
    (
        Channel((-1, 10), (29, 10), (1, 1), (1, 64), (1, 64)),
        Channel((-1, 5), (31, 10), (11, 10), (1, 64), (1, 32)),
        Channel((0, 1), (33, 10), (6, 5), (1, 128), (1, 64)),
    ),
    other_headroom=(33, 10),
)
COMMON = Parameters(
    (Channel((-125, 1000), (3250, 1000), (1200, 1000), (16, 1000), (16, 1000)),),
    base_headroom=(0, 1000),
    other_headroom=(3250, 1000),
)


def fixtures():
    return [
        complete("gainmap-ultrahdr.jpg", ALIKE, as_xmp=True),
        complete("gainmap-ultrahdr-channels.jpg", COLORS, as_xmp=True),
        complete("gainmap-iso-21496.jpg", COLORS, as_iso=True),
        complete("gainmap-iso-21496-common.jpg", COMMON, as_iso=True),
        complete("gainmap-both.jpg", ALIKE, as_xmp=True, as_iso=True),
    ]


def complete(file, parameters, as_xmp=False, as_iso=False):
    """The picture, its gain map and a preview, all three in the index, with bytes between and behind them."""
    plants = Plants()
    coded = small()
    keep_scan(plants, coded)
    second = gain_map(plants, parameters, as_xmp, as_iso)
    between = plants.text("bytes in front of the gain map", TRAILER)
    head = START + jfif() + main_head(plants, len(second), len(between), as_xmp, as_iso)
    others = [
        (multipicture.UNDEFINED, between, second),
        (multipicture.PREVIEW, plants.text("bytes behind the gain map", TRAILER), preview_picture(plants)),
    ]
    joined = multipicture.join_all(head, coded.bytes() + END, others, unique_ids(plants, 3))
    data = joined + plants.text("bytes behind the last picture", TRAILER)
    return Fixture(file, data, plants, icc=True, gain_map=True, gain_map_kept=True)


def camera(plants, where, kind):
    """A maker and a position."""
    position = Directory().ascii(tags.MAP_DATUM, plants.text(f"GPS {where}", kind))
    block = Directory().ascii(tags.MAKE, plants.text(f"Exif {where}", kind))
    return exif_segment(block.directory(tags.GPS_IFD, position), "MM")


def main_head(plants, length, padding, as_xmp, as_iso):
    """The segments of the main picture: the description of the container, or the versions of ISO 21496-1."""
    head = camera(plants, "beside a gain map", EXIF)
    attributes = {"xmp:CreatorTool": plants.text("XMP beside a gain map", XMP)}
    elements = {"dc:creator": array("Seq", plants.text("XMP creator beside a gain map", XMP))}
    if as_xmp:
        attributes["hdrgm:Version"] = b"1.0"
        items = container_item(b"Primary", 0, padding), container_item(b"GainMap", length)
        elements["Container:Directory"] = array("Seq", *items)
    head += xmp.segment(xmp.packet(attributes, elements))
    if as_iso:
        head += app(2, gainmap.SIGNATURE + gainmap.VERSIONS)
    head += profile_segments([(b"cprt", icc.text(plants.text("ICC beside a gain map", ICC)))], plants)
    return head + comment(plants.text("COM beside a gain map", COMMENT))


def profile_segments(texts, plants):
    return b"".join(icc.chunks(icc.profile(texts + rendering(plants))))


def gain_map(plants, parameters, as_xmp, as_iso):
    """The gain map with parameters in either form or in both; grey where the channels are alike."""
    head = camera(plants, "in the gain map", GAIN_MAP)
    attributes, lists = gainmap.properties(parameters) if as_xmp else ({}, {})
    attributes["xmp:CreatorTool"] = plants.text("XMP in the gain map", GAIN_MAP)
    elements = {name: array("Seq", *values) for name, values in lists.items()}
    elements["dc:creator"] = array("Seq", plants.text("XMP creator in the gain map", GAIN_MAP))
    tail = plants.text("XMP behind the packet in the gain map", GAIN_MAP)
    head += xmp.segment(xmp.packet(attributes, elements, tail))
    if as_iso:
        head += app(2, gainmap.SIGNATURE + gainmap.iso(parameters))
    head += profile_segments([(b"cprt", icc.text(plants.text("ICC in the gain map", GAIN_MAP)))], Plants())
    head += comment(plants.text("COM in the gain map", GAIN_MAP))
    return gain_picture(head, plants, colored() if len(parameters.channels) > 1 else None)


def colored():
    """A gain map with three channels."""
    return encode(picture.ycc(picture.stripes(16, 8, second=picture.BLUE)), Settings(ids(1, 2, 3)))
