"""Tracks that nobody sees or hears, and those that are texts to be read."""

import struct

from fixture import QUICKTIME, made, pictures, sound, with_track
from writers.boxes import box, full_box
from writers.canary import TIMED, VENDOR, Plants
from writers.movie import MATRIX, Track, plain_entry

# File, handler, how the samples are coded, and what they are.
DATA = [
    ("track-gopro.mp4", b"meta", b"gpmd", "GoPro telemetry"),
    ("track-camm.mp4", b"meta", b"camm", "camera motion"),
    ("track-apple.mov", b"meta", b"mebx", "Apple timed metadata"),
    ("track-sony.mp4", b"meta", b"rtmd", "Sony camera data"),
    ("track-mett.mp4", b"meta", b"mett", "timed metadata"),
    ("track-urim.mp4", b"meta", b"urim", "timed metadata with an address"),
    ("track-canon.mp4", b"meta", b"CTMD", "Canon camera data"),
    ("track-fdsc.mp4", b"fdsc", b"fdsc", "GoPro camera data"),
    ("track-dji.mp4", b"meta", b"djmd", "DJI flight data"),
    ("track-gps.mov", b"GPS ", b"gps ", "GPS track"),
    ("track-hint.mp4", b"hint", b"rtp ", "hints for streaming"),
    ("track-unknown.mp4", b"CNRY", b"CNry", "a track of an unknown kind"),
]
POSITIONS = (b"$GPRMC,081836,A,3751.65,S,14507.36,E,", b"GPS(145.1222,37.8608,20) ", b"[latitude: 37.86] [longitude: 145.12] ")
TEXT_STYLE = bytes(30)
# A palette of DVD subtitles, which are pictures, as the set-up of a decoder.
VOBSUB = bytes.fromhex("0354000000044ce038" + "00" * 11 + "053d") + bytes(61) + bytes.fromhex("060102")


def fixtures():
    return [
        *(with_track(name, data_track(*about)) for name, *about in DATA),
        *positions_of_makers(),
        timecode(),
        chapters("chapters.mov", text_track),
        chapters("chapters-pictures.mov", lambda plants: pictures(count=1)),
        *(with_track(f"subtitles-positions-{n}.mp4", positions(text)) for n, text in enumerate(POSITIONS, 1)),
        subtitles("subtitles.mp4", b"sbtl", b"tx3g", TEXT_STYLE),
        subtitles("subtitles-webvtt.mp4", b"text", b"wvtt", b"", box(b"vttC", b"WEBVTT")),
        subtitles("subtitles-ttml.mp4", b"subt", b"stpp", b"http://www.w3.org/ns/ttml\0\0\0"),
        subtitles("subtitles-pictures.mp4", b"subp", b"mp4s", b"", full_box(b"esds", VOBSUB)),
        referenced(),
        several(),
        turned(),
        edited(),
        cut(),
        cut_before_its_group(),
        alternatives(),
        shapes(),
        language(),
    ]


def data_track(handler, coding, row):
    def part(plants):
        entry = plain_entry(coding, plants.text(f"{row} description", TIMED))
        samples = [plants.text(f"{row} sample {number}", TIMED) for number in range(3)]
        return Track(handler, entry, samples, name=plants.text(f"{row} handler", TIMED) + b"\0")

    return part


def positions_of_makers():
    """Two points of each, in the forms in which makers write them; the names of devices are planted."""
    return [
        with_track("positions-gopro.mp4", lambda plants: data_of(b"gpmd", gopro(plants, b"GPS5"))),
        with_track("positions-gopro-9.mp4", lambda plants: data_of(b"gpmd", gopro(plants, b"GPS9"))),
        with_track("positions-motion.mp4", lambda plants: data_of(b"camm", motion(plants))),
        with_track("positions-sentences.mp4", lambda plants: data_of(b"text", sentences(plants))),
    ]


def data_of(kind, sample):
    return Track(b"meta", plain_entry(kind), [sample])


def telemetry(key, kind, size, *rows):
    data = b"".join(rows)
    return key + kind + struct.pack(">BH", size, len(data) // max(size, 1)) + data + bytes(-len(data) % 4)


def gopro(plants, form):
    scales = telemetry(b"SCAL", b"l", 4, struct.pack(">7l", *[10_000_000] * 2, *[1000] * 5))
    points = [(-377_900_000, 1_449_000_000), (-377_800_000, 1_449_100_000)]
    if form == b"GPS5":
        rows = [struct.pack(">5l", *point, 0, 0, 0) for point in points]
        data = telemetry(b"GPSU", b"U", 16, b"231114221320.250") + scales + telemetry(form, b"l", 20, *rows)
    else:
        rows = [struct.pack(">7lHH", *point, 0, 0, 0, 8_718, 80_000_000 + at, 0, 3) for at, point in enumerate(points)]
        data = scales + telemetry(form, b"?", 32, *rows)
    name = plants.text("name of the device", TIMED)
    stream = b"STRM\0" + struct.pack(">BH", 1, len(data)) + data
    inner = telemetry(b"DVNM", b"c", 1, name) + stream
    return b"DEVC\0" + struct.pack(">BH", 1, len(inner)) + inner


def motion(plants):
    first = struct.pack("<HH3d", 0, 5, -37.79, 144.9, 10)
    second = struct.pack("<HHdLddffffffL", 0, 6, 1_384_035_218, 3, -37.78, 144.91, *[0] * 6, 0)
    return first + second[:60] + struct.pack("<HH", 0, 9) + plants.text("rest of a record", TIMED)


def sentences(plants):
    first = b"$GPRMC,221320.00,A,3747.40,S,14454.00,E,000.0,360.0,141123,011.3,E*62\r\n"
    return first + b"$GPGGA,221321," + plants.text("a sentence", TIMED) + b"\r\n"


def timecode():
    plants = Plants()
    name = box(b"name", plants.text("reel of the timecode", TIMED))
    entry = plain_entry(b"tmcd", bytes(4), struct.pack(">LLLBx", 0, 30, 1, 30), name)
    track = Track(b"tmcd", entry, [plants.text("timecode", TIMED)], stays=False)
    main = pictures(references=[(b"tmcd", [2])])
    return made("timecode.mov", plants, [main, track], brands=QUICKTIME)


def text_track(plants):
    words = [struct.pack(">H", 30) + plants.text(f"chapter {number}", TIMED) for number in range(3)]
    return Track(b"text", plain_entry(b"tx3g", TEXT_STYLE), words)


def chapters(name, make):
    plants = Plants()
    track = make(plants)
    track.stays = False
    if track.handler == b"vide":
        track.samples = [plants.text("picture of a chapter", TIMED)]
    return made(name, plants, [pictures(references=[(b"chap", [2])]), track])


def positions(text):
    def part(plants):
        samples = [struct.pack(">H", 60) + text + plants.text(f"place {number}", TIMED) for number in range(3)]
        return Track(b"sbtl", plain_entry(b"tx3g", TEXT_STYLE), samples)

    return part


def subtitles(name, handler, coding, fields, *parts):
    """Words that people read stay."""
    plants = Plants()
    samples = [b"\0\x14" + f"Sentence number {number}.".encode() for number in range(3)]
    own = box(b"CNRY", plants.text("unknown box of a subtitle", VENDOR))
    entry = plain_entry(coding, fields, *parts, own)
    output = plain_entry(coding, fields, *parts)
    if coding == b"stpp":
        entry = output
        plants = Plants()
    track = Track(handler, entry, samples, output=output)
    return made(name, plants, [pictures(), track])


def referenced():
    """Subtitles that are forced stay with what says so; references of other kinds go."""
    plants = Plants()
    first = Track(b"sbtl", plain_entry(b"tx3g", TEXT_STYLE), [b"\0\x0cA sentence 1."], references=[(b"forc", [3])])
    second = Track(b"sbtl", plain_entry(b"tx3g", TEXT_STYLE), [b"\0\x0cA sentence 2."])
    main = pictures(references=[(b"cdsc", [2]), (b"CNRY", [2])])
    return made("references.mp4", plants, [main, first, second])


def several():
    """Everything at once, the tracks that go between those that stay."""
    plants = Plants()
    tracks = [data_track(handler, coding, row)(plants) for _, handler, coding, row in DATA[:3]]
    for track in tracks:
        track.stays = False
    return made("several.mp4", plants, [tracks[0], pictures(), tracks[1], sound(), tracks[2]])


def turned():
    matrix = struct.pack(">llLllLLLL", 0, 0x10000, 0, -0x10000, 0, 0, 64 << 16, 0, 0x40000000)
    assert len(matrix) == len(MATRIX)
    plants = Plants()
    plants.kept("matrix", matrix)
    return made("turned.mp4", plants, [pictures(matrix=matrix)])


def edited():
    """A pause, and then the last two of three pictures."""
    return made("edited.mp4", Plants(), [pictures(edits=[(100, -1, 0x10000), (200, 100, 0x10000)])])


def cut():
    """Two tenths of a second are left of twelve; groups of four pictures."""
    edits = [(200, 620, 0x10000)]
    groups = full_box(b"stss", struct.pack(">4L", 3, 1, 5, 9))
    tones = [bytes((31 * number + step) % 251 for step in range(400)) for number in range(12)]
    tracks = [pictures(count=12, edits=edits, in_tables=(groups,)), sound(samples=tones, edits=edits)]
    return made("cut.mp4", Plants(), tracks)


def cut_before_its_group():
    """What is shown is decoded behind a picture that needs no other, but shown before it."""
    groups = full_box(b"stss", struct.pack(">4L", 3, 1, 5, 9))
    shifts = full_box(b"ctts", struct.pack(">LLlLlLlLl", 4, 4, 0, 1, 200, 2, -50, 5, 0), version=1)
    track = pictures(count=12, edits=[(100, 440, 0x10000)], in_tables=(groups, shifts))
    return made("cut-before.mp4", Plants(), [track], readers=False)


def alternatives():
    """Which tracks exclude each other, and for whom they are; more than that goes."""
    plants = Plants()
    group = full_box(b"tsel", struct.pack(">L", 1), b"lang")
    role = full_box(b"kind", b"urn:mpeg:dash:role:2011\0main\0")
    other = full_box(b"kind", plants.text("kind of an unknown scheme", VENDOR) + b"\0main\0")
    first = pictures(in_track=(box(b"udta", group, role, other),))
    plants.kept("tsel and kind", group + role)
    return made("alternatives.mp4", plants, [first, sound()])


def shapes():
    """QuickTime's shapes of a picture."""
    plants = Plants()
    size = struct.pack(">LL", 64 << 16, 48 << 16)
    found = [full_box(kind, size) for kind in (b"clef", b"prof", b"enof")]
    plants.kept("tapt", b"".join(found))
    own = box(b"CNRY", plants.text("unknown shape", VENDOR))
    return made("shapes.mov", plants, [pictures(in_track=(box(b"tapt", *found, own),))], brands=QUICKTIME)


def language():
    plants = Plants()
    longer = full_box(b"elng", b"pt-BR\0", plants.text("behind a language", VENDOR))
    return made("language.mp4", plants, [pictures(), sound(in_media=(longer,))])
