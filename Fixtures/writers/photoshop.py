"""A writer of Photoshop image resources and of IPTC records."""

import struct

from .jpeg import app
from .tiff import even

SIGNATURE = b"Photoshop 3.0\0"
OLD_SIGNATURE = b"Adobe_Photoshop2.5:" + bytes(8)

PRINT_INFO, IPTC, THUMBNAIL_OLD, COPYRIGHT_URL, THUMBNAIL = 0x03E8, 0x0404, 0x0409, 0x040B, 0x040C
SLICES, URL_LIST, XMP, CAPTION_DIGEST, FIRST_PATH = 0x041A, 0x041E, 0x0424, 0x0425, 0x07D0

JPEG_THUMBNAIL = 1
BITS_PER_PIXEL, PLANES = 24, 1


def segment(*resources):
    return app(13, SIGNATURE + b"".join(resources))


def resource(number, data, name=b""):
    """One resource; only paths have a name as a rule."""
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + even(bytes([len(name)]) + name)
        + struct.pack(">L", len(data))
        + even(data)
    )


def thumbnail(jpeg, width, height):
    """The data of a thumbnail resource: a header of 28 bytes and a JPEG file."""
    row = (width * BITS_PER_PIXEL + 31) // 32 * 4
    return (
        struct.pack(">6L2H", JPEG_THUMBNAIL, width, height, row, row * height, len(jpeg), BITS_PER_PIXEL, PLANES) + jpeg
    )


def wide_string(data):
    """A counted string of UTF-16."""
    return struct.pack(">L", len(data) // 2) + data


def url_list(data):
    return struct.pack(">L", 1) + b"slic" + struct.pack(">L", 1) + wide_string(data)


def slices(name):
    """A group of no slices that has a name."""
    return struct.pack(">5L", 6, 0, 0, 16, 16) + wide_string(name) + struct.pack(">L", 0)


def dataset(record, number, data):
    """One IPTC entry."""
    return bytes([0x1C, record, number]) + struct.pack(">H", len(data)) + data
