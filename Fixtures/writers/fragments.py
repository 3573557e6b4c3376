"""A writer of videos in fragments: each has its own tables, with its data behind them."""

import struct
from dataclasses import dataclass, replace

from .boxes import box, full_box
from .movie import SAMPLE_DURATION, TIMESCALE, Movie

EMPTY = {
    b"stts": full_box(b"stts", bytes(4)),
    b"stsc": full_box(b"stsc", bytes(4)),
    b"stsz": full_box(b"stsz", bytes(8)),
    b"stco": full_box(b"stco", bytes(4)),
}
# Where data are counted from.
MOOF, FILE, NOTHING = "moof", "file", "nothing"


@dataclass(eq=False)
class Fragmented(Movie):
    """A movie without samples, and a fragment for each chunk of its tracks."""

    base: str = MOOF
    # In units of the media, at which the first fragment is decoded.
    begin: int = 0
    default_sizes: bool = False
    is_long: bool = False
    has_index: bool = False
    has_access: bool = False
    # Of the track whose times are in the indexes.
    indexed: int = 1
    has_length: bool = False
    # Boxes in front of each fragment, in each, in each of its parts, and between tables and data.
    before: tuple = ()
    in_fragment: tuple = ()
    in_part: tuple = ()
    in_extension: tuple = ()
    behind_table: bytes = b""
    behind_index: bytes = b""
    index_shift: int = 0
    gaps: bytes = b""

    def bytes(self):
        empty = [replace(track, samples=[], replaced=track.replaced | EMPTY) for track in self.tracks]
        movie = replace(self, tracks=empty, in_movie=(*self.in_movie, self.extension())).movie([[] for _ in empty])
        head = self.file_type() + b"".join(self.front) + movie
        count = max(len(track.chunks()) for track in self.tracks)
        before = b"".join(self.before)
        index_size = len(self.index([0] * count, [0] * count)) if self.has_index else 0
        start = len(head) + index_size
        fragments, places = [], []
        for number in range(count):
            places.append(start + sum(map(len, fragments)) + len(before))
            fragments.append(before + self.fragment(number, places[-1]))
        index = self.index([len(found) for found in fragments], places) if self.has_index else b""
        access = self.access(places) if self.has_access else b""
        return head + index + b"".join(fragments) + access + self.end

    def extension(self):
        length = SAMPLE_DURATION * max(len(track.samples) for track in self.tracks)
        header = full_box(b"mehd", struct.pack(">L", length)) if self.has_length else b""
        rows = [
            full_box(b"trex", struct.pack(">5L", number, 1, SAMPLE_DURATION, self.size_of(track), 0))
            for number, track in enumerate(self.tracks, 1)
        ]
        return box(b"mvex", header, *rows, *self.in_extension)

    def size_of(self, track):
        return len(track.samples[0]) if self.default_sizes else 0

    def fragment(self, number, place):
        chunks = [(track, turn, track.chunks()[number]) for turn, track in enumerate(self.tracks, 1) if number < len(track.chunks())]
        tables = b""
        # Twice: how long the tables are does not depend on where the data are.
        for _ in range(2):
            parts, offset = [], len(tables) + 8
            for track, turn, samples in chunks:
                parts.append(self.part(track, turn, samples, number, place, offset, turn == 1))
                offset += len(b"".join(samples)) + len(self.gaps)
            header = full_box(b"mfhd", struct.pack(">L", number + 7))
            tables = box(b"moof", header, *parts, *self.in_fragment)
        data = b"".join(b"".join(samples) + self.gaps for _, _, samples in chunks)
        return tables + box(b"mdat", data)

    def part(self, track, turn, samples, number, place, offset, is_first):
        """The first run has an offset; without a base the others go on where the one before ended."""
        time = self.begin + number * track.per_chunk * SAMPLE_DURATION
        flags = {MOOF: 0x20000, FILE: 1, NOTHING: 0}[self.base]
        base = struct.pack(">Q", place) if self.base == FILE else b""
        header = full_box(b"tfhd", struct.pack(">L", turn), base, flags=flags)
        wide = ">Q" if self.is_long else ">L"
        decoded = full_box(b"tfdt", struct.pack(wide, time), version=int(self.is_long))
        has_offset = is_first or self.base != NOTHING
        fields = struct.pack(">L", len(samples)) + (struct.pack(">l", offset) if has_offset else b"")
        sizes = b"" if self.default_sizes else b"".join(struct.pack(">L", len(sample)) for sample in samples)
        run = full_box(b"trun", fields, sizes, self.behind_table, flags=has_offset | (0 if self.default_sizes else 0x200))
        return box(b"traf", header, decoded, run, *self.in_part)

    def index(self, sizes, places):
        rows = [struct.pack(">3L", size, SAMPLE_DURATION, 0x90000000) for size in sizes]
        times = struct.pack(">4LHH", self.indexed, TIMESCALE, self.begin, self.index_shift, 0, len(rows))
        return full_box(b"sidx", times, *rows, self.behind_index)

    def access(self, places):
        times = [self.begin + number * SAMPLE_DURATION for number in range(len(places))]
        rows = [struct.pack(">2L3B", time, place, self.indexed, 1, 1) for time, place in zip(times, places)]
        table = full_box(b"tfra", struct.pack(">3L", self.indexed, 0, len(rows)), *rows, self.behind_index)
        size = 8 + len(table) + 16
        return box(b"mfra", table, full_box(b"mfro", struct.pack(">L", size)))
