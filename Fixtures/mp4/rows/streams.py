"""Inside coded samples: what encoders and cameras write between the parts of a picture; as many other bytes take its place."""

from coded import AV1, AVC, HEVC, coded
from fixture import Plants, made, pictures
from writers import codecs
from writers.canary import ENCODER, GAP, VENDOR
from writers.codecs import PREFIX_SEI, SUFFIX_SEI
from writers.fragments import Fragmented

X264 = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef")
X265 = bytes.fromhex("2ca2de09b51747dbbb55a4fe7fc2fc4e")
PRIVATE = bytes.fromhex("086f3693b7b34f2c965321492feee5b8")
# Of T.35: closed captions, and nobody's provider code.
CAPTIONS = bytes.fromhex("b50031") + b"GA94" + bytes.fromhex("03c1fffc9420fc94aeff")
NOBODY = bytes.fromhex("b5ffff")


def fixtures():
    return [
        in_samples("stream-avc.mp4", AVC, messages),
        in_samples("stream-avc.mov", AVC, messages),
        in_samples("stream-hevc.mp4", HEVC, messages),
        in_samples("stream-escaped.mp4", AVC, escaped),
        in_samples("stream-several.mp4", HEVC, several),
        in_samples("stream-behind.mp4", HEVC, behind, is_behind=True),
        in_samples("fragments-stream.mp4", AVC, messages, is_fragmented=True),
        av1(),
        neighbours(),
    ]


def in_samples(file, coding, found, is_behind=False, is_fragmented=False):
    """A video whose pictures have units in front of them, or behind. `found` gives units, and what is written there."""
    plants = Plants()
    units = found(plants, coding)
    data = coded("main", coding).data

    def sample(place):
        more = codecs.in_front(units, place)
        return data + more if is_behind else more + data

    samples, outputs, strict = ([sample(place)] * 2 + [data] for place in (0, 1, 2))
    track = pictures(coding, outputs=outputs, strict_outputs=strict)
    track.samples = samples
    return made(file, plants, [track], **({"layout": Fragmented} if is_fragmented else {}))


def av1():
    """Units behind the sequence header, in front of the frame; those that nobody needs become padding."""
    plants = Plants()
    found = coded("main", AV1)
    (header,) = found.parts
    rest = found.data[len(header) :]
    plants.kept("captions", CAPTIONS)
    captions = codecs.av1_metadata(codecs.REGISTERED_METADATA, CAPTIONS)
    units = [
        codecs.av1_metadata(codecs.REGISTERED_METADATA, NOBODY + plants.text("T.35 metadata", VENDOR)),
        codecs.av1_metadata(codecs.PRIVATE_METADATA, plants.text("private metadata", VENDOR)),
        codecs.av1_unit(codecs.PADDING, plants.text("padding", GAP) + b"\x80"),
    ]
    padding = b"".join(codecs.as_padding(unit) for unit in units)
    before, after, strict = (header + captions + more + rest for more in (b"".join(units), padding, b""))
    track = pictures(AV1, outputs=[after] * 3, strict_outputs=[strict] * 3)
    track.samples = [before] * 3
    return made("stream-av1.mp4", plants, [track])


def neighbours():
    """Two tracks whose data take turns: behind the messages of one are those of the other."""
    plants = Plants()
    units = {HEVC: behind(plants, HEVC), AVC: messages(plants, AVC)}

    def sample(coding, place):
        parts = [coded("main", coding).data, codecs.in_front(units[coding], place)]
        return b"".join(parts if coding == HEVC else reversed(parts))

    tracks = [
        pictures(coding, outputs=[sample(coding, 1)] * 3, strict_outputs=[sample(coding, 2)] * 3) for coding in units
    ]
    for track, coding in zip(tracks, units):
        track.samples = [sample(coding, 0)] * 3
    return made("stream-neighbours.mp4", plants, tracks)


def unit(coding, messages, kind=PREFIX_SEI):
    """One unit with messages, each of a type and its bytes."""
    content = b"".join(codecs.message(*message)[:-1] for message in messages) + b"\x80"
    return bytes([codecs.AVC_SEI]) + content if coding == AVC else codecs.hevc_unit(kind, content)


def covered(unit, *texts, stays=False, fill=b"\xff"):
    """A unit, what is written there, and what `strict` leaves of it."""
    output = codecs.overwritten(unit, *texts, fill=fill)
    return unit, output, output if stays else b""


def messages(plants, coding):
    """What encoders and makers say, and captions, which stay."""
    name, identifier = (b"x264 - core 164 - ", X264) if coding == AVC else (b"x265 (build 199) - ", X265)
    options = identifier + name + plants.text("options of an encoder", ENCODER)
    place = PRIVATE + plants.text("where a drone is", VENDOR)
    registered = NOBODY + plants.text("data of nobody known", VENDOR)
    plants.kept("captions", CAPTIONS)
    filler = plants.text("a unit that fills up room", GAP)
    fill = bytes([12]) if coding == AVC else codecs.hevc_unit(codecs.FILLER, b"")
    captions = unit(coding, [(codecs.REGISTERED, CAPTIONS)])
    return [
        covered(unit(coding, [(codecs.UNREGISTERED, options)]), options),
        covered(unit(coding, [(codecs.UNREGISTERED, place)]), place),
        covered(unit(coding, [(codecs.REGISTERED, registered)]), registered, fill=codecs.NO_COUNTRY),
        (captions, captions, captions),
        covered(fill + filler + b"\x80", filler),
    ]


def escaped(plants, coding):
    """Zeros among the bytes of a message: escape bytes stay, with the zeros in front of them."""
    text = plants.text("a message with zeros", VENDOR)
    payload = PRIVATE + text + bytes.fromhex("00000301") + b"." + bytes.fromhex("000003020000030300000300") + b"end."
    head = bytes([codecs.AVC_SEI, codecs.UNREGISTERED, len(payload) - 4])
    output = b"\xff" * 16 + b"\xff" * len(text) + bytes.fromhex("00000301ff000003010000030100000301") + b"\xff" * 4
    return [(head + payload + b"\x80", head + output + b"\x80", b"")]


def several(plants, coding):
    """Messages that stay and others in one unit: the colours of the screen on which it was made, brightness."""
    screen = bytes.fromhex("84d03e8033c286c41d4c0bb83d13404200989680000000c8")
    plants.kept("mastering display", b"\x89\x18" + screen[:12])
    text = PRIVATE + plants.text("a message among others", VENDOR)
    level = bytes.fromhex("03e80190")
    found = unit(coding, [(137, screen), (codecs.UNREGISTERED, text), (144, level)])
    return [covered(found, text, stays=True)]


def behind(plants, coding):
    text = PRIVATE + plants.text("a message behind the picture", VENDOR)
    return [covered(unit(coding, [(codecs.UNREGISTERED, text)], SUFFIX_SEI), text)]
