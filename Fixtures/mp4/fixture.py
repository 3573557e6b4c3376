"""What a fixture is, and the tracks that the others are made around."""

import struct
from dataclasses import dataclass, field

import making
from coded import AVC, HEVC, coded
from writers import movie
from writers.canary import Plants
from writers.movie import Movie, Track

QUICKTIME = (b"qt  ", b"qt  ")
# Sound that is not compressed: 16 bits, two channels.
TONE = [bytes((17 * number + step) % 256 for step in range(400)) for number in range(3)]


@dataclass
class Fixture(making.Fixture):
    """A video. Unless it is refused, `tracks` are those that have to be in the output."""

    tracks: list = field(default_factory=list)
    readers: bool = True

    def entry(self):
        return super().entry() | {"tracks": self.tracks, "ffmpeg": self.readers and self.why is None}


def picture_entry(coding=AVC, *more, **about):
    found = coded("main", coding)
    return movie.video_entry(found.kind, found.size, found.configuration(), *more, **about)


def pictures(coding=AVC, count=3, entry=None, **about):
    """A video of one picture, several times."""
    found = coded("main", coding)
    return Track(b"vide", entry or picture_entry(coding), [found.data] * count, size=found.size, **about)


def sound(kind=b"sowt", entry=None, samples=None, **about):
    """Three samples; those of `sowt` are as long as four hundred bytes make them."""
    return Track(b"soun", entry or movie.sound_entry(kind), samples or TONE, **about)


def packets(entry, plants=None, row="sound", **about):
    """Coded sound that nobody decodes here."""
    samples = [f"{row} {number} of a coder".encode().ljust(40, b".") for number in range(3)]
    return Track(b"soun", entry, samples, **about)


def made(name, plants, tracks, why=None, readers=True, layout=Movie, **about):
    """`layout` is one of the writers of whole files, and `about` words of it."""
    if name.endswith(".mov"):
        about.setdefault("brands", QUICKTIME)
    data = layout(tracks, **about).bytes()
    kept = [track for track in tracks if track.stays]
    if why is None:
        keep_samples(plants, kept)
    expected = {} if why else {"tracks": [described(track) for track in kept]}
    return Fixture(name, data, plants, decodable=readers and why is None, readers=readers, why=why, **expected)


def keep_samples(plants, tracks):
    for number, track in enumerate(tracks, 1):
        if track.outputs is not None:
            continue
        for place, sample in enumerate(dict.fromkeys(track.samples), 1):
            if len(sample) >= 12:
                plants.kept(f"track {number} sample {place}", sample)


def described(track):
    return {
        "handler": track.handler.decode(),
        "entry": (track.output or track.entry).hex(),
        # Not where a table of sizes was replaced.
        "samples": [] if b"stsz" in track.replaced else [sample.hex() for sample in track.outputs or track.samples],
        "strictSamples": None if track.strict_outputs is None else [sample.hex() for sample in track.strict_outputs],
        "edits": [list(edit) for edit in track.edits],
    }


def leaking(name, part, tracks=None, readers=True, **about):
    """The usual video around what `part(plants)` returns, as words of `Movie`."""
    plants = Plants()
    layout = part(plants)
    return made(name, plants, tracks or [pictures()], readers=readers, **layout, **about)


def with_track(name, part, readers=True, **layout):
    """The usual video beside the track that `part(plants)` returns, which has to go."""
    plants = Plants()
    extra = part(plants)
    extra.stays = False
    return made(name, plants, [pictures(), extra], readers=readers, **layout)


def full(version=0, flags=0):
    return struct.pack(">L", version << 24 | flags)


__all__ = ["AVC", "HEVC"]
