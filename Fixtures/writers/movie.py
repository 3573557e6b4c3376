"""A writer of MP4 and QuickTime files: tracks with samples, and everything that can stand around them.

All tables are made from what a `Track` says; a fixture replaces or adds boxes to plant something in them.
"""

import struct
from dataclasses import dataclass, field

from .boxes import box, full_box, large_box

MATRIX = struct.pack(">9L", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
SAMPLE_DURATION = 100
TIMESCALE = 1000
ENABLED, IN_MOVIE = 1, 2
SELF = full_box(b"url ", flags=1)


@dataclass(eq=False)
class Track:
    """One track. Samples lie `per_chunk` in a chunk; chunks of all tracks take turns in the data."""

    handler: bytes
    entry: bytes
    samples: list
    per_chunk: int = 1
    stays: bool = True
    size: tuple = (0, 0)
    matrix: bytes = MATRIX
    language: int = 0x55C4
    header_dates: tuple = (0, 0)
    media_dates: tuple = (0, 0)
    header_version: int = 0
    name: bytes = b"\0"
    component: bytes = bytes(12)
    edits: list = field(default_factory=list)
    references: list = field(default_factory=list)
    # Boxes more, and behind the last field of a table.
    in_track: tuple = ()
    in_media: tuple = ()
    in_information: tuple = ()
    in_tables: tuple = ()
    information: bytes = None
    data_references: tuple = (SELF,)
    replaced: dict = field(default_factory=dict)
    offsets: bytes = b"stco"
    # What a scrub makes of the entry, and of the samples; these themselves where it is None.
    output: bytes = None
    outputs: list = None
    # What `strict` makes of the samples, where that is something else.
    strict_outputs: list = None

    def chunks(self):
        return [self.samples[at : at + self.per_chunk] for at in range(0, len(self.samples), self.per_chunk)]


@dataclass(eq=False)
class Movie:
    """A file. `between` stands behind each chunk, `top` and `end` around the usual boxes."""

    tracks: list
    brands: tuple = (b"isom", b"isom", b"mp42")
    dates: tuple = (0, 0)
    version: int = 0
    editor: bytes = bytes(24)
    in_movie: tuple = ()
    front: tuple = ()
    middle: tuple = ()
    end: bytes = b""
    between: bytes = b""
    tables_first: bool = True
    is_large: bool = False

    def bytes(self):
        head = self.file_type() + b"".join(self.front)
        movie = self.movie([[0] * len(track.chunks()) for track in self.tracks])
        start = len(head) + (len(movie) if self.tables_first else 0) + len(b"".join(self.middle))
        start += 16 if self.is_large else 8
        places, data = self.layout(start)
        movie = self.movie(places)
        media = (large_box if self.is_large else box)(b"mdat", data)
        middle = b"".join(self.middle)
        parts = [movie, middle, media] if self.tables_first else [middle, media, movie]
        return head + b"".join(parts) + self.end

    def file_type(self):
        if not self.brands:
            return b""
        return box(b"ftyp", self.brands[0], bytes(4), *self.brands[1:])

    def layout(self, start):
        """For each track where its chunks are, and the data."""
        places = [[] for _ in self.tracks]
        data = b""
        chunks = [track.chunks() for track in self.tracks]
        for turn in range(max(len(found) for found in chunks)):
            for number, found in enumerate(chunks):
                if turn < len(found):
                    places[number].append(start + len(data))
                    data += b"".join(found[turn]) + self.between
        return places, data

    def movie(self, places):
        tracks = [trak(track, number, found) for number, (track, found) in enumerate(zip(self.tracks, places), 1)]
        duration = max(SAMPLE_DURATION * len(track.samples) for track in self.tracks)
        times = dated(self.version, self.dates, struct.pack(">L", TIMESCALE), duration)
        speed = struct.pack(">LH", 0x10000, 0x100) + bytes(10)
        tail = speed + MATRIX + self.editor + struct.pack(">L", len(tracks) + 1)
        header = full_box(b"mvhd", times, tail, version=self.version)
        return box(b"moov", header, *tracks, *self.in_movie)


def dated(version, dates, between, duration):
    wide = ">Q" if version else ">L"
    return b"".join(struct.pack(wide, date) for date in dates) + between + struct.pack(wide, duration)


def trak(track, number, places):
    duration = SAMPLE_DURATION * len(track.samples)
    times = dated(track.header_version, track.header_dates, struct.pack(">LL", number, 0), duration)
    volume = 0x100 if track.handler == b"soun" else 0
    shape = struct.pack(">8xhhHH", 0, 0, volume, 0) + track.matrix
    size = struct.pack(">2L", *(length << 16 for length in track.size))
    header = full_box(b"tkhd", times, shape, size, version=track.header_version, flags=ENABLED | IN_MOVIE)
    parts = [header]
    if track.edits:
        rows = b"".join(struct.pack(">lll", *edit) for edit in track.edits)
        parts.append(box(b"edts", full_box(b"elst", struct.pack(">L", len(track.edits)), rows)))
    if track.references:
        rows = [box(kind, *(struct.pack(">L", to) for to in targets)) for kind, targets in track.references]
        parts.append(box(b"tref", *rows))
    return box(b"trak", *parts, media(track, places, duration), *track.in_track)


def media(track, places, duration):
    times = dated(0, track.media_dates, struct.pack(">L", TIMESCALE), duration)
    header = full_box(b"mdhd", times, struct.pack(">HH", track.language, 0))
    handler = full_box(b"hdlr", bytes(4), track.handler, track.component, track.name)
    kinds = {b"vide": full_box(b"vmhd", bytes(8), flags=1), b"soun": full_box(b"smhd", bytes(4))}
    kind = track.information or kinds.get(track.handler, full_box(b"nmhd"))
    listed = full_box(b"dref", struct.pack(">L", len(track.data_references)), *track.data_references)
    information = box(b"minf", kind, box(b"dinf", listed), tables(track, places), *track.in_information)
    return box(b"mdia", header, handler, information, *track.in_media)


def tables(track, places):
    count, chunks = len(track.samples), track.chunks()
    runs = [(1, track.per_chunk, 1)]
    if len(chunks) > 1 and len(chunks[-1]) != track.per_chunk:
        runs.append((len(chunks), len(chunks[-1]), 1))
    sizes = b"".join(struct.pack(">L", len(sample)) for sample in track.samples)
    width = ">Q" if track.offsets == b"co64" else ">L"
    usual = {
        b"stsd": full_box(b"stsd", struct.pack(">L", 1), track.entry),
        b"stts": full_box(b"stts", struct.pack(">3L", 1, count, SAMPLE_DURATION)),
        b"stsc": full_box(b"stsc", struct.pack(">L", len(runs)), *(struct.pack(">3L", *run) for run in runs)),
        b"stsz": full_box(b"stsz", struct.pack(">2L", 0, count), sizes),
        b"stco": full_box(track.offsets, struct.pack(">L", len(places)), *(struct.pack(width, at) for at in places)),
    }
    return box(b"stbl", *(usual | track.replaced).values(), *track.in_tables)


# Sample entries.


def video_entry(kind, size, *parts, vendor=bytes(4), name=b""):
    """`name` is of the compressor."""
    fields = bytes(4) + vendor + bytes(8)
    shape = struct.pack(">HHLLLH", *size, 0x480000, 0x480000, 0, 1)
    named = (bytes([len(name)]) + name).ljust(32, b"\0")
    return box(kind, bytes(6), b"\0\1", fields, shape, named, struct.pack(">Hh", 24, -1), *parts)


def sound_entry(kind, *parts, channels=2, bits=16, rate=8000, vendor=bytes(4)):
    return box(
        kind, bytes(6), b"\0\1", bytes(4), vendor, struct.pack(">HHHHL", channels, bits, 0, 0, rate << 16), *parts
    )


def plain_entry(kind, *parts):
    return box(kind, bytes(6), b"\0\1", *parts)


# Texts.


def quicktime_text(kind, text):
    return box(kind, struct.pack(">HH", len(text), 0x15C7), text)


def item_list(*items):
    """iTunes' list: (kind, text)."""
    handler = full_box(b"hdlr", bytes(4), b"mdirappl", bytes(9))
    rows = [box(kind, box(b"data", struct.pack(">LL", 1, 0), text)) for kind, text in items]
    return full_box(b"meta", handler, box(b"ilst", *rows))


def keyed_list(*items, is_full=False):
    """Apple's list: (key, text); QuickTime's `meta` has no version."""
    handler = full_box(b"hdlr", bytes(4), b"mdta", bytes(13))
    keys = full_box(b"keys", struct.pack(">L", len(items)), *(box(b"mdta", key) for key, _ in items))
    rows = [
        box(struct.pack(">L", number), box(b"data", struct.pack(">LL", 1, 0), text))
        for number, (_, text) in enumerate(items, 1)
    ]
    return (full_box if is_full else box)(b"meta", handler, keys, box(b"ilst", *rows))


def gapless(*numbers, tail=""):
    text = "".join(f" {number:08X}" for number in numbers[:-1]) + f" {numbers[-1]:016X}" + tail
    name = full_box(b"mean", b"com.apple.iTunes") + full_box(b"name", b"iTunSMPB")
    return box(b"----", name, box(b"data", struct.pack(">LL", 1, 0), text.encode()))
