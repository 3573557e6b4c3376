"""What is said of a movie and of its tracks: dates, names, texts, places, pictures."""

import struct

from fixture import QUICKTIME, leaking, made, pictures, sound
from writers import movie
from writers.boxes import box, full_box
from writers.canary import COMMENT, ENCODER, THUMBNAIL, TIME, VENDOR, Plants
from writers.movie import gapless, item_list, keyed_list, quicktime_text

# Dates of two kinds, whose bytes are no text.
DATE, LONG_DATE = 0xB1C2D3E4, 0x00000000B5C6D7E8
QUICKTIME_TEXTS = {
    b"\xa9xyz": "position", b"\xa9day": "day", b"\xa9mak": "maker", b"\xa9mod": "model", b"\xa9swr": "software",
    b"\xa9nam": "title", b"\xa9cmt": "comment", b"\xa9fmt": "format", b"\xa9inf": "information",
    b"\xa9TIM": "timecode of the start", b"\xa9TSC": "timecode scale", b"\xa9ART": "artist", b"\xa9dji": "DJI text",
}
OTHER_TEXTS = {
    b"loci": "3GPP location", b"titl": "3GPP title", b"auth": "3GPP author", b"dscp": "3GPP description",
    b"perf": "3GPP performer", b"name": "name", b"cprt": "copyright", b"hnti": "hints", b"chpl": "chapter list",
    b"XMP_": "XMP in udta", b"Cr8r": "creator", b"FIRM": "GoPro firmware", b"LENS": "GoPro lens",
    b"CAME": "GoPro camera", b"SETT": "GoPro settings", b"MUID": "GoPro media id", b"GPMF": "GoPro GPMF",
    b"AMBA": "Ambarella", b"smta": "Samsung smta", b"SDLN": "Samsung SDLN", b"CNTH": "Canon", b"NCDT": "Nikon",
    b"Xtra": "Microsoft Xtra", b"TAGS": "tags of a maker", b"WLOC": "window location", b"CNRY": "unknown text",
}
KEYS = {
    b"com.apple.quicktime.location.ISO6709": "ISO 6709 location",
    b"com.apple.quicktime.make": "key make",
    b"com.apple.quicktime.model": "key model",
    b"com.apple.quicktime.software": "key software",
    b"com.apple.quicktime.creationdate": "key creation date",
    b"com.apple.quicktime.content.identifier": "content identifier",
    b"com.apple.quicktime.camera.identifier": "camera identifier",
    b"com.android.version": "Android version",
}
ITEMS = {b"\xa9too": "encoder item", b"\xa9ART": "artist item", b"\xa9day": "day item", b"desc": "description item"}
NUMBERS = (0, 0x840, 0x1CA, 0x3F31F6)


def fixtures():
    return [
        dates("dates.mp4"),
        dates("dates-long.mp4", version=1),
        names(),
        leaking("user-texts.mov", lambda plants: {"in_movie": (udta(plants, QUICKTIME_TEXTS, quicktime_text),)}),
        leaking("user-boxes.mp4", lambda plants: {"in_movie": (udta(plants, OTHER_TEXTS, full_box),)}, readers=False),
        leaking("keys.mov", lambda plants: {"in_movie": (keys(plants),)}),
        leaking("keys-in-udta.mp4", lambda plants: {"in_movie": (box(b"udta", keys(plants, is_full=True)),)}),
        leaking("keys-of-the-file.mp4", lambda plants: {"front": (keys(plants, is_full=True),)}),
        leaking("items.mp4", lambda plants: {"in_movie": (box(b"udta", items(plants)),)}),
        leaking("id3.mp4", lambda plants: {"in_movie": (box(b"meta", id3(plants)),)}),
        leaking("thumbnail.mp4", lambda plants: {"in_movie": (box(b"udta", thumbnail(plants)),)}),
        leaking("editor.mov", lambda plants: {"editor": plants.short("mvhd preview, poster, selection", VENDOR, 24)}),
        of_track(),
        gapless_sound("gapless.m4a"),
        gapless_sound("gapless-bare.m4a", more=False),
        gapless_sound("gapless-text.m4a", tail=True),
    ]


def dates(name, version=0):
    """Of the movie, the track and its media; four bytes of each, so that eight stand together."""
    plants = Plants()
    wide = ">2Q" if version else ">2L"
    about = [(DATE + step, DATE + step + 1) for step in (0, 0x10203, 0x30405)]
    if version:
        about = [(LONG_DATE + step << 8, (LONG_DATE + step << 8) + 1) for step in range(3)]
        for row, pair in zip(("mvhd", "tkhd"), about):
            plants.exact(f"{row} dates", TIME, struct.pack(wide, *pair))
        about[2] = (0, 0)
    else:
        # Version and flags in front make a token of twelve bytes.
        for row, flags, pair in zip(("mvhd", "tkhd", "mdhd"), (0, 3, 0), about):
            plants.exact(f"{row} dates", TIME, struct.pack(">L", flags) + struct.pack(wide, *pair))
    movie_dates, track_dates, media_dates = about
    track = pictures(header_dates=track_dates, media_dates=media_dates, header_version=version)
    return made(name, plants, [track], dates=movie_dates, version=version)


def names():
    """Of handlers, in both forms, and who made the component."""
    plants = Plants()
    first = pictures(name=plants.text("handler of the video", ENCODER) + b"\0")
    text = plants.text("handler of the sound", ENCODER)
    second = sound(
        name=bytes([len(text)]) + text,
        component=plants.short("QuickTime component", ENCODER),
        in_information=(full_box(b"hdlr", b"dhlr", b"alis", bytes(12), plants.text("data handler", ENCODER)),),
    )
    return made("names.mov", plants, [first, second], brands=QUICKTIME)


def udta(plants, rows, write):
    return box(b"udta", *(write(kind, plants.text(f"udta {row}", COMMENT)) for kind, row in rows.items()))


def keys(plants, is_full=False):
    return keyed_list(*((key, plants.text(row, COMMENT)) for key, row in KEYS.items()), is_full=is_full)


def items(plants):
    return item_list(*((kind, plants.text(row, COMMENT)) for kind, row in ITEMS.items()))


def id3(plants):
    handler = full_box(b"hdlr", bytes(4), b"ID32", bytes(13))
    return bytes(4) + handler + full_box(b"ID32", b"\x15\xc7", plants.text("ID3", COMMENT))


def thumbnail(plants):
    return full_box(b"thmb", b"jpeg", plants.text("thumbnail in udta", THUMBNAIL))


def of_track():
    plants = Plants()
    track = pictures(
        in_track=(
            box(b"udta", box(b"name", plants.text("name of a track", COMMENT)), quicktime_text(b"\xa9nam", plants.text("title of a track", COMMENT))),
            full_box(b"meta", plants.text("meta of a track", COMMENT)),
            box(b"load", plants.text("load", VENDOR)),
            box(b"uuid", bytes(range(16)), plants.text("uuid of a track", VENDOR)),
        )
    )
    return made("of-a-track.mp4", plants, [track])


def gapless_sound(name, more=True, tail=False):
    plants = Plants()
    text = " " + plants.text("behind the numbers", COMMENT).decode() if tail else ""
    numbers = gapless(*NUMBERS, tail=text)
    handler = full_box(b"hdlr", bytes(4), b"mdirappl", bytes(9))
    items = [box(b"\xa9too", box(b"data", struct.pack(">LL", 1, 0), plants.text("encoder", COMMENT)))] if more else []
    found = box(b"udta", full_box(b"meta", handler, box(b"ilst", *items, numbers)))
    plants.kept("gapless", movie.gapless(*NUMBERS)[-49:])
    return made(name, plants, [sound()], in_movie=(found,), brands=(b"M4A ", b"M4A ", b"mp42"))
