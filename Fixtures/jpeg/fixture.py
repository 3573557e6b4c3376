"""What a fixture is, and how its parts are put together."""

from dataclasses import dataclass

import making
from writers import picture
from writers.canary import Plants
from writers.jpeg import END, START, Settings, app, encode, ids
from writers.tiff import exif

COLOR_IDS = (1, 2, 3)


@dataclass
class Fixture(making.Fixture):
    """A JPEG file."""

    jfif: bool = True
    adobe: int = None
    adobe_rgb: bool = False
    gain_map: bool = False
    gain_map_kept: bool = False
    components: int = 3

    def entry(self):
        return super().entry() | {
            "jfif": self.jfif,
            "adobe": self.adobe,
            "adobeRGB": self.adobe_rgb,
            "gainMap": self.gain_map,
            "gainMapKept": self.gain_map_kept,
            "components": self.components,
        }


def jfif(x=1, y=1, units=0, version=(1, 1), thumbnail=b"\0\0"):
    """An APP0 segment; square pixels and no resolution unless told otherwise."""
    return app(0, b"JFIF\0" + bytes([*version, units]) + x.to_bytes(2, "big") + y.to_bytes(2, "big") + thumbnail)


def adobe(transform, version=100, flags=bytes(4), more=b""):
    """An APP14 segment."""
    return app(14, b"Adobe" + version.to_bytes(2, "big") + flags + bytes([transform]) + more)


def exif_segment(first, order, *following, **around):
    """An APP1 segment with an Exif block."""
    return app(1, exif(first, order, *following, **around))


def small():
    """The picture of most fixtures."""
    return encode(picture.ycc(picture.quarters(24, 16)), Settings(ids(*COLOR_IDS)))


def keep_scan(plants, coded):
    """The coded data of the first scan must come through."""
    plants.kept("scan data", coded.scans[0].data)


def jpeg(plants, head=b"", coded=None, before_end=b"", trailer=b""):
    """A file: segments at the head, the picture, segments behind the last scan, bytes behind the end."""
    coded = coded or small()
    keep_scan(plants, coded)
    return START + head + coded.bytes() + before_end + END + trailer


def leaking(file, part, **about):
    """A fixture with JFIF and the segments that `part(plants)` returns, in the place that most segments take."""
    plants = Plants()
    return Fixture(file, jpeg(plants, jfif() + part(plants)), plants, **about)
