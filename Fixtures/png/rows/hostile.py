"""Damaged, hostile and mistaken files: a scrub may refuse or repair them, but not crash, hang or let canaries pass.

Those built on a picture carry a text with a canary. `decodable` tells whether libpng makes a picture of it.
"""

import struct
from functools import cache

from fixture import END, Fixture, file, small
from planted.miniature import miniature
from rows import animations, colors, exif, profiles
from writers import icc, png, tags, texts
from writers.canary import COMMENT, Plants
from writers.deflate import DYNAMIC, STORED, Block, raw_blocks, zlib_stream
from writers.jpeg import comment
from writers.png import SIGNATURE, Control, Form, chunk, header
from writers.tiff import Directory, tiff

FOLDER = "hostile/"
LONGEST = 0x7FFFFFFF
MANY_TEXTS = 20_000
BOMB_SIZE = 16_000_000
WIDEST = 65_535
PALETTE_FORM = Form(png.PALETTE, 2)
GREY_FORM = Form(png.GREY)
JNG_HEADER = struct.pack(">2L8B", 8, 8, 10, 8, 8, 0, 0, 0, 0, 0)
WITH_DICTIONARY = b"\x78\x20"


def fixtures():
    return [
        *no_pictures(),
        *broken_headers(),
        *broken_chunks(),
        *broken_palettes(),
        *broken_order(),
        *broken_streams(),
        *broken_colors(),
        *broken_profiles(),
        *broken_exif(),
        *broken_animations(),
        *large_files(),
        *foreign_files(),
    ]


# How such files are put together.


def hostile(name, why, data, plants=None, decodable=False, **about):
    return Fixture(FOLDER + name, data, plants or Plants(), decodable, why, **about)


def no_picture(name, why, data, plants=None):
    return hostile(name, why, data, plants, form=None)


def note(plants):
    return texts.plain(b"Comment", plants.text("tEXt in a damaged file", COMMENT))


def assembled(name, why, *parts, **about):
    """A file of these parts behind the signature, with a text behind the first."""
    plants = Plants()
    first, *others = parts
    return hostile(name, why, SIGNATURE + first + note(plants) + b"".join(others), plants, **about)


def inserted(name, why, *chunks, form=Form(), late=(), decodable=True, **about):
    """The usual picture with chunks in front of its palette and behind it; decoders pass over most of them."""
    plants = Plants()
    data = file(plants, note(plants) + b"".join(chunks), small(form), late_head=b"".join(late))
    return hostile(name, why, data, plants, decodable, form=form, **about)


def refused(name, why, *chunks):
    """The same where decoders give up."""
    return inserted(name, why, *chunks, decodable=False)


def usual_header(form=Form()):
    return chunk(b"IHDR", header(*small().size, form))


def usual_data():
    return chunk(b"IDAT", small().stream)


def with_header(name, why, data, form=Form(), **about):
    """The usual picture behind another header."""
    return assembled(name, why, chunk(b"IHDR", data), usual_data(), END, form=form, **about)


def with_stream(name, why, stream, form=Form(), **about):
    """The usual header with another stream."""
    return assembled(name, why, usual_header(form), chunk(b"IDAT", stream), END, form=form, **about)


def wrong_checksum(whole):
    return whole[:-1] + bytes([whole[-1] ^ 0x55])


# The files.


def no_pictures():
    return [
        no_picture("empty.png", "no bytes", b""),
        no_picture("signature-half.png", "half a signature", SIGNATURE[:4]),
        no_picture("signature-only.png", "nothing behind the signature", SIGNATURE),
        no_picture("signature-end.png", "no header and no picture", SIGNATURE + END),
        hostile("signature-line-ends.png", "line ends were converted", translated(), form=None),
    ]


def translated():
    """What a transfer as text does."""
    return SIGNATURE.replace(b"\r\n", b"\n") + usual_header() + usual_data() + END


def broken_headers():
    width, height = small().size
    usual = header(width, height, Form())
    return [
        no_header_first(),
        with_header("ihdr-short.png", "a header of 12 bytes", usual[:-1]),
        with_header("ihdr-long.png", "a header of 14 bytes", usual + bytes(1)),
        with_header("ihdr-width-0.png", "no columns", header(0, height, Form())),
        with_header("ihdr-height-0.png", "no lines", header(width, 0, Form())),
        with_header("ihdr-width-negative.png", "more columns than 31 bits", header(0x80000018, height, Form())),
        with_header("ihdr-depth-3.png", "a depth of 3", header(width, height, Form(depth=3))),
        with_header("ihdr-rgb-depth-4.png", "colours of 4 bits", header(width, height, Form(depth=4))),
        with_header("ihdr-palette-depth-16.png", "a palette of 16 bits", header(width, height, Form(png.PALETTE, 16))),
        with_header("ihdr-color-1.png", "a colour type of 1", usual[:9] + b"\1" + usual[10:]),
        with_header("ihdr-compression.png", "another compression", header(width, height, Form(), compression=1)),
        with_header("ihdr-filter.png", "another filter method", header(width, height, Form(), filters=64)),
        with_header("ihdr-interlace.png", "another way to interlace", usual[:-1] + b"\2"),
        assembled("ihdr-two.png", "two headers", usual_header(), usual_header(), usual_data(), END),
        assembled("ihdr-checksum.png", "a wrong checksum", wrong_checksum(usual_header()), usual_data(), END),
    ]


def no_header_first():
    plants = Plants()
    data = SIGNATURE + note(plants) + usual_header() + usual_data() + END
    return hostile("ihdr-second.png", "a text in front of the header", data, plants)


def broken_chunks():
    usual = usual_header(), usual_data()
    return [
        assembled("idat-checksum.png", "a wrong checksum", usual_header(), wrong_checksum(usual_data()), END),
        text_checksum(),
        assembled("iend-checksum.png", "a wrong checksum", *usual, wrong_checksum(END), decodable=True),
        too_long("length-past-end.png", "a chunk that ends behind the file", 4000),
        too_long("length-31-bits.png", "a chunk of 2147483647 bytes", LONGEST),
        too_long("length-32-bits.png", "a chunk longer than 31 bits", LONGEST + 1),
        too_long("length-highest.png", "a chunk of 4294967295 bytes", 0xFFFFFFFF),
        refused("critical-unknown.png", "a critical chunk of no standard", chunk(b"CRIT", b"what to do?")),
        apple(),
        refused("type-digits.png", "a chunk whose type has digits", chunk(b"t3Xt", b"a text")),
        refused("type-zeros.png", "a chunk whose type is zero", chunk(bytes(4), b"a text")),
        inserted("type-reserved.png", "a chunk with the reserved bit", chunk(b"text", b"a text")),
        truncated("truncated-header.png", "ends within the header", 20),
        truncated("truncated-chunk-head.png", "ends within the length of a chunk", -21 - len(END)),
        truncated("truncated-end.png", "ends within the last checksum", -2, decodable=True),
        assembled("no-idat.png", "no picture", usual_header(), END),
        assembled("no-iend.png", "the end is missing", *usual, decodable=True),
        assembled("no-iend-no-data.png", "nothing behind a text", usual_header()),
    ]


def text_checksum():
    plants = Plants()
    data = file(plants, wrong_checksum(note(plants)))
    return hostile("text-checksum.png", "a text with a wrong checksum", data, plants, decodable=True)


def too_long(name, why, length):
    broken = struct.pack(">L", length) + b"teSt" + b"not so much"
    return assembled(name, why, usual_header(), broken, usual_data(), END)


def apple():
    """What Xcode makes of pictures: raw deflate, blue and red exchanged, and a chunk in front of the header."""
    lines = small().lines
    parts = chunk(b"CgBI", bytes.fromhex("50002002")), usual_header(), chunk(b"IDAT", raw_blocks(Block(lines))), END
    return assembled("cgbi.png", "Apple's variant", *parts)


def truncated(name, why, size, **about):
    """The usual picture cut off."""
    plants = Plants()
    whole = SIGNATURE + usual_header() + usual_data() + END
    if size < 0:
        whole = SIGNATURE + usual_header() + note(plants) + usual_data() + END
    return hostile(name, why, whole[:size], plants, **about)


def broken_palettes():
    return [
        indexed("plte-missing.png", "a palette is missing", b""),
        indexed("plte-too-long.png", "5 colours of 2 bits", chunk(b"PLTE", bytes(range(15))), decodable=True),
        indexed("plte-257.png", "257 colours", chunk(b"PLTE", bytes(257 * 3))),
        indexed("plte-length.png", "a palette of 11 bytes", chunk(b"PLTE", bytes(11))),
        indexed("plte-empty.png", "a palette of no colours", chunk(b"PLTE")),
        indexed("plte-two.png", "two palettes", chunk(b"PLTE", bytes(range(12))) * 2),
        indexed("plte-index.png", "an index behind the palette", chunk(b"PLTE", bytes(6)), decodable=True),
        palette_behind(),
        inserted("plte-grey.png", "a palette for grey", chunk(b"PLTE", bytes(range(12))), form=GREY_FORM),
        inserted("trns-alpha.png", "transparency beside alpha", chunk(b"tRNS", bytes(2)), form=Form(png.GREY_ALPHA)),
        inserted("trns-length.png", "a transparent colour of 5 bytes", chunk(b"tRNS", bytes(5))),
        inserted("trns-too-long.png", "5 opacities for 4 colours", form=PALETTE_FORM, late=[chunk(b"tRNS", bytes(5))]),
        inserted("trns-before-palette.png", "opacities before colours", chunk(b"tRNS", bytes(4)), form=PALETTE_FORM),
        inserted("trns-two.png", "two transparent colours", chunk(b"tRNS", bytes(6)), chunk(b"tRNS", bytes(5) + b"\1")),
    ]


def indexed(name, why, colors_before, **about):
    data = chunk(b"IDAT", small(PALETTE_FORM).stream)
    return assembled(name, why, usual_header(PALETTE_FORM), colors_before, data, END, form=PALETTE_FORM, **about)


def palette_behind():
    data = chunk(b"IDAT", small(PALETTE_FORM).stream)
    parts = usual_header(PALETTE_FORM), data, chunk(b"PLTE", bytes(range(12))), END
    return assembled("plte-behind.png", "the palette behind the picture", *parts, form=PALETTE_FORM)


def broken_order():
    first, second = small().stream[:400], small().stream[400:]
    plants = Plants()
    between = chunk(b"IDAT", first) + note(plants) + chunk(b"IDAT", second)
    late = usual_header(), usual_data(), colors.single(b"gAMA")(Plants()), END
    return [
        hostile("idat-divided.png", "a text between parts of the picture", file(plants, data=between), plants),
        assembled("gama-behind.png", "a colour chunk behind the picture", *late, decodable=True),
    ]


def broken_streams():
    lines = small().lines
    stream = small().stream
    fixed = zlib_stream(Block(lines))
    return [
        with_stream("zlib-empty.png", "an empty stream", b""),
        with_stream("zlib-header.png", "a method that is not deflate", b"\x79\x18" + stream[2:]),
        with_stream("zlib-header-check.png", "a header whose check is wrong", b"\x78\x02" + stream[2:]),
        with_stream("zlib-window.png", "a window larger than 32 KiB", b"\x88\x1c" + stream[2:]),
        with_stream("zlib-dictionary.png", "a preset dictionary", WITH_DICTIONARY + b"\1\2\3\4" + stream[2:]),
        with_stream("zlib-block-type-3.png", "a block of the reserved type", stream[:2] + b"\7" + stream[3:]),
        with_stream("zlib-stored-length.png", "a stored block whose lengths differ", wrong_lengths(lines)),
        with_stream("zlib-error.png", "an error in the middle", stream[:300] + b"\xff" * 40 + stream[340:]),
        with_stream("zlib-distance.png", "a copy from in front of the start", b"\x78\x01\x03\x02" + fixed[4:]),
        with_stream("zlib-checksum.png", "a wrong checksum of the stream", stream[:-1] + bytes([stream[-1] ^ 0x55])),
        with_stream("zlib-no-checksum.png", "the checksum of the stream is missing", stream[:-4]),
        with_stream("zlib-not-ended.png", "no last block", b"\x78\x01" + raw_blocks(Block(lines, STORED), ended=False)),
        with_stream("zlib-cut.png", "the stream ends early", stream[: len(stream) // 2]),
        with_stream("lines-missing.png", "half of the lines", zlib_stream(Block(lines[: len(lines) // 2]))),
        with_stream("lines-none.png", "no lines", zlib_stream(Block(b""))),
        with_stream("filter-5.png", "a filter of no standard", zlib_stream(Block(b"\5" + lines[1:]))),
        truncated_stream(),
        bomb("bomb.png", "a line of 8 KB and a stream of 16 MB"),
    ]


def wrong_lengths(lines):
    stream = zlib_stream(Block(lines, STORED))
    return stream[:5] + b"\0\0" + stream[7:]


def truncated_stream():
    whole = usual_header(), usual_data()[:300]
    return assembled("truncated-data.png", "ends within the picture", *whole)


@cache
def zeros(size):
    """So many that nobody should unpack them."""
    return zlib_stream(Block(bytes(size), DYNAMIC, runs=True))


def bomb(name, why):
    form = Form(png.GREY, 1)
    parts = chunk(b"IHDR", header(WIDEST, 1, form)), chunk(b"IDAT", zeros(BOMB_SIZE)), END
    return assembled(name, why, *parts, form=form, decodable=True)


def broken_colors():
    gamma, other = (chunk(b"gAMA", struct.pack(">L", value)) for value in (45455, 100_000))
    intent = chunk(b"sRGB", b"\0")
    profile = profiles.profile_chunk(usual_profile())
    return [
        inserted("gama-length.png", "a gamma of 5 bytes", chunk(b"gAMA", bytes(5))),
        inserted("gama-zero.png", "a gamma of 0", chunk(b"gAMA", bytes(4))),
        inserted("gama-two.png", "two gammas that differ", gamma, other),
        inserted("chrm-length.png", "chromaticities of 31 bytes", chunk(b"cHRM", bytes(31))),
        inserted("srgb-length.png", "an intent of 2 bytes", chunk(b"sRGB", bytes(2))),
        inserted("srgb-intent.png", "an intent of no standard", chunk(b"sRGB", b"\x09")),
        inserted("srgb-two.png", "two intents", intent, chunk(b"sRGB", b"\1")),
        inserted("cicp-length.png", "code points of 3 bytes", chunk(b"cICP", bytes(3))),
        inserted("sbit-length.png", "significant bits for two channels of three", chunk(b"sBIT", b"\5\5")),
        inserted("sbit-zero.png", "no significant bits", chunk(b"sBIT", bytes(3))),
        inserted("phys-length.png", "densities of 8 bytes", chunk(b"pHYs", bytes(8))),
        inserted("phys-zero.png", "a density of 0", chunk(b"pHYs", struct.pack(">2LB", 0, 3, 0))),
        inserted("srgb-iccp.png", "an intent beside a profile", intent, profile, icc=True),
    ]


def usual_profile():
    primaries = [(b"rXYZ", icc.RED), (b"gXYZ", icc.GREEN), (b"bXYZ", icc.BLUE)]
    curves = [(name, icc.curve(2.2)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return icc.profile([(name, icc.xyz(values)) for name, values in primaries] + curves)


def broken_profiles():
    whole = usual_profile()
    stream = zlib_stream(Block(whole, STORED))
    other = icc.profile([(b"kTRC", icc.curve(2.0))], icc.Header(space=b"GRAY"))
    name = profiles.NAME + bytes(2)
    return [
        profiled("iccp-two.png", "two profiles", profiles.profile_chunk(whole), profiles.profile_chunk(whole[:-4])),
        profiled("iccp-no-name-end.png", "a name without an end", chunk(b"iCCP", b"a" * 90)),
        profiled("iccp-no-name.png", "an empty name", chunk(b"iCCP", bytes(2) + stream)),
        profiled("iccp-long-name.png", "a name of 80 letters", chunk(b"iCCP", b"a" * 80 + bytes(2) + stream)),
        profiled("iccp-method.png", "another compression", chunk(b"iCCP", profiles.NAME + b"\0\1" + stream)),
        profiled("iccp-empty.png", "a name and nothing else", chunk(b"iCCP", name)),
        profiled("iccp-cut.png", "the stream ends early", chunk(b"iCCP", name + stream[:200])),
        profiled("iccp-checksum.png", "a wrong checksum", chunk(b"iCCP", name + stream[:-1] + b"\x99")),
        profiled("iccp-short.png", "a profile shorter than its header", profiles.profile_chunk(whole[:100])),
        profiled("iccp-size.png", "a profile that says it is longer", profiles.profile_chunk(whole[:-8])),
        profiled("iccp-far-tag.png", "a tag outside of the profile", profiles.profile_chunk(far_tag(whole))),
        profiled("iccp-tag-count.png", "four thousand million tags", profiles.profile_chunk(huge_count(whole))),
        profiled("iccp-grey-for-rgb.png", "a profile of grey for colours", profiles.profile_chunk(other)),
        profiled("iccp-bomb.png", "a profile of 16 MB", chunk(b"iCCP", name + zeros(BOMB_SIZE))),
    ]


def profiled(name, why, *chunks):
    return inserted(name, why, *chunks, icc=True)


def huge_count(profile):
    """The count stands right behind the header."""
    return profile[:128] + b"\xff" * 4 + profile[132:]


def far_tag(profile):
    """The first entry: signature, offset, length."""
    return profile[:136] + b"\x7f\xff\xff\xf0" + profile[140:]


def broken_exif():
    """An orientation that can be read still counts."""
    block = tiff(Directory().short(tags.ORIENTATION, 6), "MM")
    loop = block[:-4] + (8).to_bytes(4, "big")
    return [
        inserted("exif-empty.png", "an empty block", chunk(b"eXIf")),
        inserted("exif-no-tiff.png", "a block that is not TIFF", chunk(b"eXIf", b"Exif\0\0 or not")),
        inserted("exif-loop.png", "the next directory is the first one", chunk(b"eXIf", loop), orientation=6),
        inserted("exif-far.png", "a directory behind the block", chunk(b"eXIf", b"MM\0\x2a\x7f\xff\xff\xf0")),
        exif_between(),
    ]


def exif_between():
    """Not allowed there, but read by those who read it anywhere."""
    plants = Plants()
    first, second = small().stream[:400], small().stream[400:]
    block = exif.exif_chunk(Directory().short(tags.ORIENTATION, 6), "MM")
    data = file(plants, note(plants), data=chunk(b"IDAT", first) + block + chunk(b"IDAT", second))
    return hostile("exif-between-data.png", "a block between parts of the picture", data, plants, orientation=6)


def broken_animations():
    """Decoders that know nothing of animations make a picture of all these."""
    size = animations.SIZE
    whole, frame = Control(size), animations.striped(size, "red and black").stream
    beside, empty, beyond = (Control(size, (1, 0)), Control((0, 16)), Control((8, 8), (0xFFFFFFF8, 0)))
    two, one, none = (png.animation_control(count) for count in (2, 1, 0))
    first, header_of_second = png.frame_control(0, whole), png.frame_control(1, whole)
    second = header_of_second + png.frame_data(2, frame)
    rows = [
        ("actl-count.png", "fewer frames than announced", png.animation_control(9) + first, second),
        ("actl-count-low.png", "more frames than announced", one + first, second),
        ("actl-zero.png", "no frames announced", none + first, second),
        ("actl-huge.png", "four thousand million frames", png.animation_control(0xFFFFFFFF) + first, second),
        ("actl-length.png", "an announcement of 7 bytes", chunk(b"acTL", bytes(7)) + first, second),
        ("actl-two.png", "two announcements", two * 2 + first, second),
        ("actl-behind.png", "announced behind the picture", b"", two + png.frame_control(0, whole)),
        ("actl-missing.png", "frames that nothing announces", first, second),
        ("fctl-length.png", "a frame header of 25 bytes", two + chunk(b"fcTL", bytes(25)), second),
        ("fctl-out-of-order.png", "frames in the wrong order", two + png.frame_control(2, whole), second),
        ("fctl-twice.png", "two headers of one frame", two + first + header_of_second, second),
        ("fctl-first-small.png", "a first frame smaller than the picture", two + small_first(), second),
        ("fctl-outside.png", "a frame outside of the picture", two + first, controlled(beside, frame)),
        ("fctl-overflow.png", "a frame whose edge overflows", two + first, controlled(beyond, frame)),
        ("fctl-empty.png", "a frame of no columns", two + first, controlled(empty, frame)),
        ("fctl-dispose.png", "a disposal of no standard", two + first, controlled(Control(size, dispose=3), frame)),
        ("fctl-blend.png", "a blending of no standard", two + first, controlled(Control(size, blend=2), frame)),
        ("fctl-no-data.png", "a frame without data", two + first, header_of_second),
        ("fdat-no-control.png", "data of no frame", two + first, png.frame_data(1, frame)),
        ("fdat-before-data.png", "data of a frame in front of the picture", two + second + first, b""),
        ("fdat-length.png", "data without a number", two + first, header_of_second + chunk(b"fdAT", b"\0\0")),
        ("fdat-error.png", "a stream with an error", two + first, controlled(whole, frame[:90] + bytes(60))),
        ("fdat-cut.png", "a stream that ends early", two + first, controlled(whole, frame[:90])),
        ("fdat-lines.png", "fewer lines than the frame has", two + first, controlled(whole, short_frame())),
        ("sequence-doubled.png", "a number twice", two + first, header_of_second + png.frame_data(1, frame)),
        ("sequence-gap.png", "a number is missing", two + first, header_of_second + png.frame_data(5, frame)),
    ]
    return [animated(*row) for row in rows]


def small_first():
    return png.frame_control(0, Control((8, 8)))


def controlled(control, data):
    return png.frame_control(1, control) + png.frame_data(2, data)


def short_frame():
    return zlib_stream(Block(small().lines[:100]))


def animated(name, why, head, behind):
    plants = Plants()
    data = file(plants, note(plants) + head, behind=behind)
    return hostile(name, why, data, plants, decodable=True)


def large_files():
    """Numbers that are legal one by one, or sizes that promise too much."""
    form = Form()
    huge = chunk(b"IHDR", header(100_000, 100_000, form)), usual_data(), END
    largest = chunk(b"IHDR", header(LONGEST, LONGEST, Form(png.RGB_ALPHA, 16))), usual_data(), END
    return [
        assembled("size-100000.png", "a picture of 30 GB and data for a few lines", *huge),
        assembled("size-largest.png", "the largest picture there can be", *largest, form=Form(png.RGB_ALPHA, 16)),
        inserted("many-texts.png", f"{MANY_TEXTS} empty texts", chunk(b"tEXt") * MANY_TEXTS),
        assembled("many-empty-idat.png", "1500 chunks and no picture", usual_header(), chunk(b"IDAT") * 1500, END),
    ]


def foreign_files():
    """Other formats under the wrong name or related ones, each with a text that has to go."""
    return [
        foreign("mng.png", "an MNG file", b"\x8aMNG\r\n\x1a\n", b"MHDR", bytes(28)),
        foreign("jng.png", "a JNG file", b"\x8bJNG\r\n\x1a\n", b"JHDR", JNG_HEADER),
        jpeg(),
        no_picture("text.png", "plain text", b"This is not a picture.\n"),
    ]


def foreign(name, why, signature, kind, data):
    plants = Plants()
    end = {b"MHDR": b"MEND"}.get(kind, b"IEND")
    return no_picture(name, why, signature + chunk(kind, data) + note(plants) + chunk(end), plants)


def jpeg():
    plants = Plants()
    data = miniature(comment(plants.text("COM in a JPEG file under the wrong name", COMMENT)))
    return no_picture("jpeg.png", "a JPEG file", data, plants)
