"""XMP: properties as attributes and elements, embedded pictures, history, padding, and packets of several segments."""

import base64

from fixture import leaking
from planted.miniature import miniature
from writers import xmp
from writers.canary import XMP, token
from writers.jpeg import app, comment
from writers.xmp import array, language, structure

ROOM = 500
# Of the thumbnail's base64 text.
SEARCHED = slice(8, 104)


def fixtures():
    return [
        leaking("xmp.jpg", main_segment),
        leaking("xmp-extended.jpg", extended_segments),
        leaking("xmp-no-namespace.jpg", bare_segment),
    ]


def main_segment(plants):
    attributes = {
        "xmp:CreatorTool": plants.text("XMP attribute CreatorTool", XMP),
        "xmpMM:DocumentID": b"xmp.did:" + plants.text("XMP attribute DocumentID", XMP),
        "exif:GPSLatitude": plants.text("XMP attribute GPSLatitude", XMP),
        "aux:SerialNumber": plants.text("XMP attribute SerialNumber in hexadecimal", XMP, "hex"),
    }
    elements = {
        "dc:creator": array("Seq", plants.text("XMP element creator", XMP)),
        "dc:description": language(plants.text("XMP element description", XMP)),
        "photoshop:City": plants.text("XMP element City", XMP),
        "xmpMM:History": array("Seq", structure(stEvt_action=b"saved", stEvt_when=plants.text("XMP history", XMP))),
        "xmp:Thumbnails": array("Alt", structure(xmpGImg_format=b"JPEG", xmpGImg_image=thumbnail(plants))),
        "GDepth:Data": plants.text("XMP element depth map in base64", XMP, "base64"),
    }
    return xmp.segment(xmp.packet(attributes, elements, plants.text("XMP behind the packet", XMP)))


def thumbnail(plants):
    """A JPEG file in base64; its comment lies within the part that is searched for."""
    hidden = miniature(comment(token("XMP thumbnail comment")), second=(200, 90, 200))
    text = base64.b64encode(hidden)
    plants.exact("XMP thumbnail in base64", XMP, text[SEARCHED], "base64")
    return text


def extended_segments(plants):
    """A packet that refers to another one, which is cut into several segments."""
    elements = {
        "GDepth:Data": padded(plants, "XMP extension first part"),
        "GDepth:Near": padded(plants, "XMP extension last part"),
    }
    extension = xmp.packet(elements=elements)
    identifier = plants.exact("XMP extension digest", XMP, xmp.identifier(extension), "ascii")
    main = xmp.packet({"xmpNote:HasExtendedXMP": identifier})
    return xmp.segment(main) + b"".join(xmp.extension_segments(extension, ROOM))


def padded(plants, row):
    """A value so long that it needs a new segment; its canary stands where it is not cut."""
    return plants.text(row, XMP) + b"." * ROOM


def bare_segment(plants):
    """A packet without the header that announces it; some readers look for the packet itself."""
    return app(1, xmp.packet({"xmp:Label": plants.text("XMP without its header", XMP)}))
