"""Files that a scrub refuses with a reason: sound ones that it does not handle, and damaged ones."""

import struct

from fixture import made, picture_entry, pictures, sound
from rows import protected
from writers import movie
from writers.boxes import box, full_box
from writers.canary import COMMENT, Plants
from writers.fragments import Fragmented
from writers.movie import Track, plain_entry

MANY = 0xFFFFFFFF


def fixtures():
    return [
        *fragments(),
        hostile("no-movie.mp4", "no tables", [pictures()], replaced_movie=b""),
        elsewhere(),
        hostile("protected.mp4", "encrypted in an unknown way", [pictures(entry=picture_entry("avc", movie_protection()))]),
        hostile("protected-elsewhere.mp4", "nobody knows where what decrypts it is", [protected_elsewhere()]),
        hostile("palette.mov", "a palette", [pictures(entry=palette())]),
        hostile("texts-unknown.mp4", "texts of an unknown kind", [pictures(), unknown_text()]),
        hostile("only-data.mp4", "nothing to be seen", [data_only()]),
        table("stsz-huge.mp4", b"stsz", full_box(b"stsz", struct.pack(">2L", 0, MANY))),
        table("stsz-uniform-huge.mp4", b"stsz", full_box(b"stsz", struct.pack(">2L", 1, MANY))),
        table("stco-huge.mp4", b"stco", full_box(b"stco", struct.pack(">L", MANY))),
        table("stco-past-end.mp4", b"stco", full_box(b"stco", struct.pack(">4L", 3, 1, 2, MANY))),
        table("stsc-huge.mp4", b"stsc", full_box(b"stsc", struct.pack(">L", MANY))),
        table("stsc-entry.mp4", b"stsc", full_box(b"stsc", struct.pack(">4L", 1, 1, 1, 9))),
        table("stsc-none.mp4", b"stsc", full_box(b"stsc", struct.pack(">4L", 1, 1, 0, 1))),
        table("stts-short.mp4", b"stts", full_box(b"stts", struct.pack(">3L", 9, 1, 1))),
        table("stsd-none.mp4", b"stsd", full_box(b"stsd", struct.pack(">L", 0))),
        table("stsd-short.mp4", b"stsd", full_box(b"stsd", struct.pack(">L", 1), box(b"avc1", bytes(20)))),
        hostile("edits-huge.mp4", "too many edits", [pictures(in_track=(box(b"edts", full_box(b"elst", struct.pack(">L", MANY))),))]),
        hostile("sizes-twice.mp4", "two tables of sizes", [pictures(in_tables=(full_box(b"stsz", bytes(8)),))]),
        hostile("descriptor-short.m4a", "a broken esds", [sound(entry=movie.sound_entry(b"mp4a", full_box(b"esds", b"\3\x7f")))]),
    ]


def hostile(name, why, tracks=None, replaced_movie=None, **layout):
    """The usual video, or `tracks`, with a text of which nothing may be left."""
    plants = Plants()
    text = movie.quicktime_text(b"\xa9cmt", plants.text("text in a damaged video", COMMENT))
    layout.setdefault("in_movie", (box(b"udta", text),))
    found = made("hostile/" + name, plants, tracks or [pictures()], why=why, readers=False, **layout)
    if replaced_movie is not None:
        start = found.data.index(b"moov") - 4
        end = start + int.from_bytes(found.data[start : start + 4], "big")
        found.data = found.data[:start] + replaced_movie + found.data[end:]
        found.plants = Plants()
    return found


def fragments():
    """Videos in fragments that say what can't be."""
    run = full_box(b"trun", struct.pack(">LL", MANY, 0), flags=1)
    far = full_box(b"trun", struct.pack(">3L", 1, 0x7FFFFFFF, 9), flags=0x201)
    front = full_box(b"trun", struct.pack(">Lll", 1, -0x7FFFFFFF, 9), flags=0x201)
    stranger = box(b"traf", full_box(b"tfhd", struct.pack(">L", 9)))
    headless = box(b"traf", full_box(b"tfdt", bytes(4)))
    described = box(b"traf", full_box(b"tfhd", struct.pack(">LL", 1, 9), flags=2))
    # Each fragment once more with the same data, which are not its own.
    large = box(b"mdat", bytes(9_000))
    own = full_box(b"tfhd", struct.pack(">LQL", 1, 32, 9_000), flags=0x11)
    shared = box(b"traf", own, full_box(b"trun", struct.pack(">L", 1)))
    first = box(b"moof", full_box(b"mfhd", bytes(4)))
    rows = [
        ("run-huge", "too many samples", {"in_part": (run,)}),
        ("past-end", "samples behind the file", {"in_part": (far,)}),
        ("in-front", "samples in front of the file", {"in_part": (front,)}),
        ("no-track", "a fragment of no track", {"in_fragment": (stranger,)}),
        ("no-header", "a fragment without a header", {"in_fragment": (headless,)}),
        ("entry", "samples that nothing describes", {"in_fragment": (described,)}),
        ("shared", "fragments that share data", {"front": (large,), "in_fragment": (shared,)}),
        ("first", "a fragment in front of its movie", {"front": (first,)}),
    ]
    return [hostile(f"fragment-{name}.mp4", why, layout=Fragmented, **about) for name, why, about in rows]


def table(name, kind, replaced):
    return hostile(name, f"a broken {kind.decode()}", [pictures(replaced={kind: replaced})])


def elsewhere():
    other = full_box(b"url ", b"file:///somewhere/else.mp4\0")
    return hostile("elsewhere.mp4", "samples in another file", [pictures(data_references=(other,))])


def protected_elsewhere():
    return pictures(entry=protected.entry(), in_tables=(protected.sizes(3), protected.place()))


def movie_protection():
    return box(b"sinf", box(b"frma", b"avc1"), full_box(b"schm", b"cenc", struct.pack(">L", 0x10000)))


def palette():
    entry = bytearray(movie.video_entry(b"rle ", (64, 64)))
    entry[82:86] = struct.pack(">Hh", 8, 0)
    return bytes(entry)


def unknown_text():
    return Track(b"text", plain_entry(b"CNry", bytes(30)), [b"\0\x0cA sentence."])


def data_only():
    return Track(b"meta", plain_entry(b"gpmd"), [b"telemetry of a camera"])
