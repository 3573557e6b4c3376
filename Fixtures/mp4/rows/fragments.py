"""Videos in fragments: where their data are counted from, what indexes say, and what is sent along with them."""

import struct

from fixture import QUICKTIME, full, made, pictures, sound
from writers.boxes import box, full_box
from writers.canary import GAP, TIMED, VENDOR, Plants
from writers.fragments import FILE, NOTHING, Fragmented
from writers.movie import Track, plain_entry

CLOCK = bytes.fromhex("6d1d9b0542d544e680e2141daff757b2")
# Seconds from 1970 to a day of 2023, times the units of a second.
EPOCH = 1_700_000_000


def fixtures():
    return [
        split("fragments.mp4"),
        split("fragments-file.mp4", base=FILE),
        split("fragments-nothing.mp4", base=NOTHING),
        split("fragments-defaults.mp4", [pictures()], default_sizes=True, has_length=True),
        split("fragments-long.mp4", is_long=True, begin=5_000),
        split("fragments.mov", brands=QUICKTIME),
        split("fragments-several.mp4", [pictures(count=4, per_chunk=2), sound()]),
        split("fragments-index.mp4", has_index=True, has_access=True),
        planted("fragments-sent.mp4", "time of day", lambda plants: {"before": (sent(plants),)}),
        planted("fragments-events.mp4", "event", lambda plants: {"before": (event(plants), box(b"styp", b"msdh", bytes(4)))}),
        planted("fragments-clock.mp4", "Microsoft's clock", clock),
        planted("fragments-maker.mp4", "a maker's box of a fragment", maker),
        planted("fragments-unknown.mp4", "unknown box of a fragment", unknown),
        planted("fragments-unindexed.mp4", "an index that points between boxes", stale),
        planted("fragments-slack.mp4", "data of no sample", lambda plants: {"gaps": plants.text("data of no sample", GAP)}),
        planted("fragments-tail.mp4", "bytes behind a table", tail),
        planted("fragments-index-tail.mp4", "bytes behind an index", index_tail),
        planted("fragments-extension.mp4", "unknown box of an extension", extension),
        with_data_track(),
        of_a_clock(),
    ]


def split(name, tracks=None, **about):
    return made(name, Plants(), tracks or [pictures(), sound()], layout=Fragmented, **about)


def planted(name, row, about):
    plants = Plants()
    tracks = [pictures()]
    return made(name, plants, tracks, layout=Fragmented, has_index=True, has_access=True, **({} | about(plants)))


def sent(plants):
    times = plants.exact("sender's clock", TIMED, b"\xe8\x01CNRY-ntp-51d7\x07")
    return full_box(b"prft", struct.pack(">L", 1), times, version=1)


def event(plants):
    scheme = b"urn:scte:scte35:2013:bin\0" + plants.text("event", TIMED) + b"\0"
    return full_box(b"emsg", scheme, struct.pack(">4L", 1000, 0, 0, 1))


def clock(plants):
    return {"in_part": (box(b"uuid", CLOCK, full(1), plants.exact("Microsoft's clock", TIMED, b"\0\1CNRY-utc-2c91")),)}


def maker(plants):
    return {"in_part": (box(b"uuid", b"CNRY-a-maker-of-", plants.text("a maker's box of a fragment", TIMED)),)}


def unknown(plants):
    return {"in_fragment": (box(b"CNry", plants.text("unknown box of a fragment", TIMED)),)}


def stale(plants):
    return {"index_shift": 3, "behind_index": plants.text("an index that points between boxes", GAP)}


def tail(plants):
    return {"behind_table": plants.text("bytes behind a table", GAP)}


def index_tail(plants):
    return {"behind_index": plants.text("bytes behind an index", GAP)}


def extension(plants):
    return {"in_extension": (box(b"CNry", plants.text("unknown box of an extension", VENDOR)),)}


def with_data_track():
    """Positions that are sent along in the same fragments, and alone in the last ones."""
    plants = Plants()
    samples = [plants.text(f"positions {number}", TIMED) for number in range(5)]
    data = Track(b"meta", plain_entry(b"gpmd"), samples, stays=False)
    tracks = [data, pictures()]
    return made("fragments-positions.mp4", plants, tracks, layout=Fragmented, has_access=True, indexed=2, base=NOTHING)


def of_a_clock():
    """A stream whose times count from 1970."""
    return split("fragments-epoch.mp4", is_long=True, begin=1_000 * EPOCH)
