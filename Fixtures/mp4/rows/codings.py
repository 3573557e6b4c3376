"""How samples are coded: the set-up of decoders and what decides how pictures look and sound stay; notes go."""

import struct

from coded import AVC, HEVC, coded
from fixture import made, packets, picture_entry, pictures, sound
from writers import codecs, properties
from writers.boxes import box, full_box
from writers.canary import ENCODER, GAP, VENDOR, Plants
from writers.movie import sound_entry, video_entry

AAC = bytes.fromhex("1190")
SHAPES = {
    "pasp": box(b"pasp", struct.pack(">LL", 4, 3)),
    "colr": box(b"colr", b"nclx", struct.pack(">HHHB", 1, 1, 1, 0)),
    "nclc": box(b"colr", b"nclc", struct.pack(">HHH", 1, 1, 1)),
    "clap": properties.aperture(48, 32),
    "fiel": box(b"fiel", b"\2\6"),
    "gama": box(b"gama", struct.pack(">L", 0x23333)),
    "clli": box(b"clli", struct.pack(">HH", 1000, 400)),
    "mdcv": box(b"mdcv", bytes(range(24))),
    "dvcC": box(b"dvcC", bytes([1, 0, 10, 33]) + bytes(20)),
    "btrt": box(b"btrt", struct.pack(">3L", 0, 100_000, 50_000)),
    "st3d": full_box(b"st3d", b"\1"),
}


def fixtures():
    return [
        made("hevc.mp4", Plants(), [pictures(HEVC)]),
        compressor(),
        messages(),
        behind_parameters(),
        *(kept_part(name, part) for name, part in SHAPES.items()),
        unknown_part(),
        sphere(),
        sound_maker(),
        aac(),
        flac(),
        amr(),
        opus(),
        mpeg_h(),
        packed_sound(),
        wave(),
    ]


def sphere():
    """A picture that wraps around the viewer, as the first tools said it, in XML."""
    plants = Plants()
    values = [
        b"<GSpherical:Spherical>true</GSpherical:Spherical>",
        b"<GSpherical:Stitched>true</GSpherical:Stitched>",
        b"<GSpherical:ProjectionType>equirectangular</GSpherical:ProjectionType>",
        b"<GSpherical:InitialViewHeadingDegrees>-90</GSpherical:InitialViewHeadingDegrees>",
    ]
    for value in values:
        plants.kept(value.decode(), value)
    program = plants.text("stitching program", ENCODER)
    notes = b"<GSpherical:StitchingSoftware>" + program + b"</GSpherical:StitchingSoftware>"
    notes += b"<GSpherical:Timestamp>" + plants.text("a time that is none", ENCODER) + b"</GSpherical:Timestamp>"
    space = b' xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/"'
    xml = b"<rdf:SphericalVideo" + space + b">\n  " + b"\n  ".join(values) + notes + b"</rdf:SphericalVideo>"
    identifier = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
    return made("sphere.mp4", plants, [pictures(in_track=(box(b"uuid", identifier, xml),))])


def compressor():
    plants = Plants()
    name = plants.exact("compressor name", ENCODER, b"CNRY-compressor-name-5c1f")
    entry = picture_entry(vendor=b"CNRY", name=name)
    return made("compressor.mov", plants, [pictures(entry=entry, output=picture_entry())])


def messages():
    """The encoder's options beside the parameter sets."""
    plants = Plants()
    found = coded("main", HEVC)
    text = codecs.hevc_unit(codecs.PREFIX_SEI, b"\5\x30" + plants.text("message in hvcC", ENCODER))
    entry = video_entry(found.kind, found.size, found.configuration((codecs.PREFIX_SEI, text)))
    output = video_entry(found.kind, found.size, found.configuration())
    return made("messages.mp4", plants, [pictures(HEVC, entry=entry, output=output)])


def behind_parameters():
    plants = Plants()
    found = coded("main", AVC)
    entry = video_entry(found.kind, found.size, found.configuration(tail=plants.text("behind avcC", GAP)))
    return made("avcc-tail.mp4", plants, [pictures(entry=entry, output=picture_entry())])


def kept_part(name, part):
    return made(f"entry-{name}.mp4", Plants(), [pictures(entry=picture_entry(AVC, part))])


def unknown_part():
    plants = Plants()
    parts = [
        box(b"CNRY", plants.text("unknown box of a video", VENDOR)),
        box(b"uuid", bytes(range(16)), plants.text("uuid of a video", VENDOR)),
        box(b"free", plants.text("free box of a video", GAP)),
    ]
    return made("entry-unknown.mp4", plants, [pictures(entry=picture_entry(AVC, *parts), output=picture_entry())])


def sound_maker():
    return made(
        "sound-maker.mov", Plants(), [pictures(), sound(entry=sound_entry(b"sowt", vendor=b"appl"), output=sound_entry(b"sowt"))]
    )


def descriptor(tag, *contents):
    data = b"".join(contents)
    return bytes([tag, 0x80, 0x80, 0x80, len(data)]) + data


def short_descriptor(tag, *contents):
    data = b"".join(contents)
    return bytes([tag, len(data)]) + data


def aac():
    """In their long form, with a number, an address, and something behind all of them."""
    plants = Plants()
    numbers = bytes([0x40, 0x15]) + bytes(3) + struct.pack(">LL", 128_000, 128_000)
    address = plants.text("address in esds", ENCODER)
    decoder = descriptor(4, numbers, descriptor(5, AAC))
    stream = descriptor(3, b"\0\2\x40" + bytes([len(address)]) + address, decoder, descriptor(6, b"\2"))
    entry = sound_entry(b"mp4a", full_box(b"esds", stream, plants.text("behind the descriptors", GAP)))
    plain = short_descriptor(3, bytes(3), short_descriptor(4, numbers, short_descriptor(5, AAC)), short_descriptor(6, b"\2"))
    output = sound_entry(b"mp4a", full_box(b"esds", plain))
    return made("aac.m4a", plants, [packets(entry, output=output)], readers=False)


def flac():
    plants = Plants()
    information = bytes(range(34))
    comment = plants.text("comment of FLAC", ENCODER)
    blocks = b"\0\0\0\x22" + information + b"\x84" + len(comment).to_bytes(3, "big") + comment
    entry = sound_entry(b"fLaC", full_box(b"dfLa", blocks))
    output = sound_entry(b"fLaC", full_box(b"dfLa", b"\x80\0\0\x22" + information))
    return made("flac.mp4", plants, [packets(entry, output=output)], readers=False)


def amr():
    entry = sound_entry(b"samr", box(b"damr", b"CNRY\0\x81\xff\0\1"))
    output = sound_entry(b"samr", box(b"damr", bytes(4) + b"\0\x81\xff\0\1"))
    return made("amr.3gp", Plants(), [packets(entry, output=output)], readers=False)


def opus():
    entry = sound_entry(b"Opus", box(b"dOps", b"\0\2\1\x38\0\0\xbb\x80\0\0\0"))
    return made("opus.mp4", Plants(), [packets(entry)], readers=False)


def mpeg_h():
    entry = sound_entry(b"mha1", box(b"mhaC", b"\1\x0c\2\0\2\xab\xcd"))
    return made("mpeg-h.mp4", Plants(), [packets(entry)], readers=False)


def packed_sound():
    """Sizes of single samples, which QuickTime gives as 1 whatever they are."""
    count = 600
    sizes = full_box(b"stsz", struct.pack(">2L", 1, count))
    times = full_box(b"stts", struct.pack(">3L", 1, count, 1))
    runs = full_box(b"stsc", struct.pack(">4L", 1, 1, count, 1))
    data = bytes(number % 251 for number in range(count * 4))
    track = sound(samples=[data], replaced={b"stsz": sizes, b"stts": times, b"stsc": runs})
    return made("packed.mov", Plants(), [track])


def wave():
    """QuickTime's room for the set-up of a decoder."""
    plants = Plants()
    inner = box(b"frma", b"sowt"), box(b"enda", b"\0\1")
    own = box(b"CNRY", plants.text("unknown box in wave", VENDOR))
    end = struct.pack(">LL", 8, 0)
    entry = sound_entry(b"sowt", box(b"wave", *inner, own, end))
    return made("wave.mov", plants, [sound(entry=entry, output=sound_entry(b"sowt", box(b"wave", *inner, end)))])
