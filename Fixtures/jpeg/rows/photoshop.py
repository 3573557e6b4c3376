"""APP13: Photoshop's image resources with IPTC, thumbnails, paths and URLs, and the other segments found there."""

import hashlib

from fixture import leaking
from planted.miniature import miniature
from writers import photoshop, xmp
from writers.canary import IPTC, THUMBNAIL, VENDOR
from writers.jpeg import app, comment
from writers.photoshop import dataset, resource

DATASETS = [
    (5, "ObjectName"),
    (25, "Keywords"),
    (80, "By-line"),
    (90, "City"),
    (116, "CopyrightNotice"),
    (120, "Caption"),
]
UTF8_ESCAPE = b"\x1b%G"


def fixtures():
    return [
        leaking("app13-irb.jpg", resources_segment),
        leaking("app13-irb-split.jpg", split_segments),
        leaking("app13-old-thumbnail.jpg", old_thumbnail_segment),
        leaking("app13-photoshop-2.5.jpg", oldest_segment),
        leaking("app13-adobe-cm.jpg", lambda plants: app(13, b"Adobe_CM\0\2" + plants.text("APP13 Adobe_CM", VENDOR))),
        leaking("app13-unknown.jpg", lambda plants: app(13, b"Acme 1.0\0" + plants.text("APP13 unknown", VENDOR))),
    ]


def records(plants):
    """IPTC entries, one in hexadecimal."""
    entries = dataset(1, 90, UTF8_ESCAPE) + dataset(2, 0, b"\0\4")
    for number, name in DATASETS:
        entries += dataset(2, number, plants.text(f"IPTC {name}", IPTC))
    return entries + dataset(2, 40, plants.text("IPTC SpecialInstructions in hexadecimal", IPTC, "hex"))


def resources(plants):
    entries = records(plants)
    digest = plants.exact("IRB caption digest", IPTC, hashlib.md5(entries).digest())
    packet = xmp.packet({"photoshop:Credit": plants.text("IRB XMP", IPTC)})
    return [
        resource(photoshop.IPTC, entries),
        resource(photoshop.CAPTION_DIGEST, digest),
        resource(photoshop.PRINT_INFO, plants.text("IRB print info", IPTC)),
        resource(photoshop.COPYRIGHT_URL, plants.text("IRB copyright URL", IPTC)),
        resource(photoshop.URL_LIST, photoshop.url_list(plants.text("IRB URL list", IPTC, "utf16be"))),
        resource(photoshop.SLICES, photoshop.slices(plants.text("IRB slices", IPTC, "utf16be"))),
        resource(photoshop.THUMBNAIL, photoshop.thumbnail(thumbnail(plants), 8, 8)),
        resource(photoshop.FIRST_PATH, bytes(26), name=plants.text("IRB path name", IPTC)),
        resource(photoshop.XMP, packet),
    ]


def thumbnail(plants):
    return miniature(comment(plants.text("COM in the IRB thumbnail", THUMBNAIL)), second=(120, 220, 120))


def resources_segment(plants):
    return photoshop.segment(*resources(plants))


def split_segments(plants):
    """Resources that go on in a second segment, as large ones do."""
    every = resources(plants)
    return photoshop.segment(*every[:4]) + photoshop.segment(*every[4:])


def old_thumbnail_segment(plants):
    """Photoshop 4 wrote thumbnails with red and blue exchanged."""
    exchanged = miniature(comment(plants.text("COM in the old IRB thumbnail", THUMBNAIL)), second=(50, 210, 240))
    return photoshop.segment(resource(photoshop.THUMBNAIL_OLD, photoshop.thumbnail(exchanged, 8, 8)))


def oldest_segment(plants):
    """Photoshop 2.5 had another signature."""
    url = resource(photoshop.COPYRIGHT_URL, plants.text("IRB of Photoshop 2.5", VENDOR))
    return app(13, photoshop.OLD_SIGNATURE + url)
