"""Boxes beside the tables and the data, and what stands behind the last of them."""

from fixture import leaking, made, pictures
from planted import endings
from planted.credentials import credentials
from writers import boxes, trailers, xmp
from writers.boxes import box
from writers.canary import C2PA, GAP, THUMBNAIL, TRAILER, VENDOR, XMP, Plants

XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA_ID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def fixtures():
    return [
        outside("box-uuid-xmp.mp4", lambda plants: box(b"uuid", XMP_ID, packet(plants))),
        outside("box-uuid-c2pa.mp4", lambda plants: box(b"uuid", C2PA_ID, bytes(4) + b"manifest\0" + bytes(8), credentials(plants, "a uuid box"))),
        outside("box-uuid.mp4", lambda plants: box(b"uuid", bytes(range(16)), plants.text("uuid box", VENDOR))),
        outside("box-free.mp4", lambda plants: box(b"free", plants.text("free box", GAP))),
        outside("box-skip.mp4", lambda plants: box(b"skip", plants.text("skip box", GAP))),
        outside("box-unknown.mp4", lambda plants: box(b"CNRY", plants.text("unknown box", VENDOR))),
        outside("box-pdin.mp4", lambda plants: box(b"pdin", plants.text("download information", VENDOR))),
        outside("box-beam.mp4", lambda plants: box(b"beam", plants.text("beam box", VENDOR))),
        outside("box-samsung.mp4", lambda plants: box(b"sefd", trailers.samsung([(0x0A01, b"Image_UTC_Data", plants.text("SEF record", VENDOR))]))),
        preview(),
        in_movie(),
        leaking("keys-of-nothing.mp4", lambda plants: {"in_movie": (box(b"pssh", bytes(4), plants.text("keys of nothing", VENDOR)),)}, readers=False),
        leaking("movie-rest.mp4", lambda plants: {"in_movie": (b"\xff" * 4 + plants.text("no box in the movie", GAP),)}),
        behind("trailer-text.mp4", lambda plants: plants.text("trailer text", TRAILER)),
        behind("trailer-mp4.mp4", second_file),
        behind("trailer-jpeg.mp4", endings.second_picture),
        behind("trailer-padding.mp4", lambda plants: bytes(300) + plants.text("trailer behind padding", TRAILER)),
        behind("trailer-open.mp4", lambda plants: boxes.open_box(b"free", plants.text("free box to the end", GAP))),
        behind("trailer-remains.mp4", lambda plants: plants.text("tail of an earlier file", TRAILER) + b"\xff\xd9"),
    ]


def outside(name, make):
    return leaking(name, lambda plants: {"front": (make(plants),)})


def behind(name, make):
    return leaking(name, lambda plants: {"end": make(plants)})


def packet(plants):
    return xmp.packet({"xmp:CreatorTool": plants.text("XMP of a video", XMP)})


def preview():
    """QuickTime's preview, which says where a picture is."""
    plants = Plants()
    front = box(b"pnot", bytes(4), b"\0\0PICT\0\1"), box(b"PICT", plants.text("preview", THUMBNAIL))
    return made("preview.mov", plants, [pictures()], front=front)


def in_movie():
    plants = Plants()
    parts = (
        box(b"iods", plants.text("object descriptors", VENDOR)),
        box(b"CNRY", plants.text("unknown box in the movie", VENDOR)),
        box(b"free", plants.text("free box in the movie", GAP)),
        box(b"uuid", bytes(range(16)), plants.text("uuid in the movie", VENDOR)),
    )
    return made("in-movie.mp4", plants, [pictures()], in_movie=parts)


def second_file(plants):
    """Another video behind bytes that are no box."""
    return b"\xff" * 8 + endings.video(plants)
