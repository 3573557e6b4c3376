"""Files that are sequences of pictures as well: tracks beside the items, whose first picture can be one of them."""

import struct

from coded import AV1, HEVC, coded
from fixture import AVIF, HEIC, exif_item, made, picture
from rows.metadata import named
from writers import movie
from writers.boxes import box, full_box
from writers.canary import COMMENT, ENCODER, EXIF, TIMED, Plants
from writers.movie import Movie, Track

BRANDS = {
    HEIC: {"major": b"heic", "brands": (b"msf1", b"hevc", b"mif1", b"heic")},
    AVIF: {"major": b"avis", "brands": (b"avis", b"avif", b"msf1", b"mif1", b"miaf")},
}
ALPHA, DEPTH = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth"
CONSTRAINTS = full_box(b"ccst", bytes.fromhex("7c000000"))


def fixtures():
    return [
        sequence("sequence.heic", HEVC, lambda plants: []),
        sequence("sequence.avif", AV1, lambda plants: []),
        sequence("sequence-repeated.avif", AV1, lambda plants: [], in_track=(repeated(),)),
        sequence("sequence-alpha.avif", AV1, lambda plants: [auxiliary(ALPHA, [coded("grey", AV1).data] * 3)]),
        sequence("sequence-depth.heic", HEVC, depth),
        sequence("sequence-shared.heic", HEVC, lambda plants: [], is_shared=True),
        noted(),
    ]


def frames(coding, **about):
    found = coded("main", coding)
    entry = movie.video_entry(found.kind, found.size, found.configuration(), CONSTRAINTS)
    return Track(b"pict", entry, [found.data] * 3, size=found.size, **about)


def auxiliary(kind, samples, **about):
    found = coded("grey", AV1)
    entry = movie.video_entry(found.kind, found.size, found.configuration(), CONSTRAINTS, full_box(b"auxi", kind + b"\0"))
    return Track(b"auxv", entry, samples, size=found.size, references=[(b"auxl", [1])], **about)


def repeated():
    return box(b"edts", full_box(b"elst", struct.pack(">LLlL", 1, 300, 0, 0x10000), flags=1))


def depth(plants):
    samples = [plants.text(f"depth map {number}", TIMED) for number in range(3)]
    return [auxiliary(DEPTH, samples, stays=False)]


def sequence(file, coding, others, is_shared=False, plants=None, items=(), **about):
    """The usual picture, and three more in a track with those that `others(plants)` returns."""
    plants = plants or Plants()
    suffix = file[file.rindex(".") :]
    # Readers of items do not care for what follows them, but for libheif, which knows no animations.
    readers = ("libavif",) if suffix == AVIF else ("libheif",)
    found = made(file, plants, [picture(coding=coding), *items], readers=readers, **BRANDS[suffix])
    tracks = [frames(coding, **about), *others(plants)]
    film = Movie(tracks, tables_first=False)
    places, data = film.layout(len(found.data) + 8)
    if is_shared:
        places[0][0] = found.data.index(tracks[0].samples[0])
    found.data += box(b"mdat", data) + film.movie(places)
    return found


def noted():
    """What stands around the tracks, and in an item."""
    plants = Plants()
    text = box(b"udta", movie.quicktime_text(b"\xa9cmt", plants.text("text of a track", COMMENT)))
    name = plants.text("name of the handler", ENCODER) + b"\0"
    block = exif_item(named(plants, "Exif beside a sequence", EXIF), "MM")
    about = {"in_track": (text,), "name": name, "media_dates": (0xD0000000, 0xD0000000)}
    return sequence("sequence-noted.heic", HEVC, lambda plants: [], plants=plants, items=[block], **about)
