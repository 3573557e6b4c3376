"""Damaged, hostile and mistaken files: a scrub may refuse or repair them, but not crash, hang or let canaries pass.

Those built on a picture carry a comment with a canary. `decodable` tells whether libjpeg-turbo makes a picture of it.
"""

from fixture import END, START, Fixture, jfif, jpeg, keep_scan, small
from rows.foreign import gif, png, tiff_file, webp
from writers import icc, picture, tags
from writers import jpeg as marker
from writers.canary import COMMENT, EXIF, GAP, Plants, token
from writers.jpeg import Band, Settings, app, comment, encode, ids, segment
from writers.tiff import Directory, exif

FOLDER = "hostile/"
HIERARCHICAL, JPEG_LS, RESERVED = 0xDE, 0xF7, 0x02
MANY_COMMENTS, MANY_SCANS = 3000, 300
UNKNOWN_ID = 99
CUT_SCAN, CUT_TABLE = 60, 40
ICC_ROOM = 150


def fixtures():
    return [
        *empty_files(),
        *broken_structure(),
        *broken_frames(),
        *broken_tables(),
        *cut_files(),
        *broken_profiles(),
        *broken_exif(),
        *large_files(),
        *other_processes(),
        *foreign_files(),
    ]


# How such files are put together.


def hostile(file, why, data, plants=None, **about):
    return Fixture(FOLDER + file, data, plants or Plants(), why=why, **about)


def no_picture(file, why, data, plants=None):
    return hostile(file, why, data, plants, decodable=False, jfif=False, components=None)


def noted(plants):
    """A head with a comment."""
    return jfif() + comment(plants.text("COM in a damaged file", COMMENT))


def damaged(file, why, damage, **about):
    """The usual picture after `damage` has changed its parts so that nobody can decode it."""
    plants = Plants()
    coded = small()
    damage(coded)
    return hostile(file, why, START + noted(plants) + coded.bytes() + END, plants, decodable=False, **about)


def inserted(file, why, part, **about):
    """The usual picture with bytes in its head, or with what `part(plants)` returns."""
    plants = Plants()
    head = noted(plants) + (part if isinstance(part, bytes) else part(plants))
    return hostile(file, why, jpeg(plants, head), plants, **about)


def refused(file, why, part):
    """The same where decoders give up."""
    return inserted(file, why, part, decodable=False)


# The files.


def empty_files():
    return [
        no_picture("empty.jpg", "no bytes", b""),
        no_picture("soi-half.jpg", "half a marker", START[:1]),
        no_picture("soi-only.jpg", "nothing behind the first marker", START),
        no_picture("soi-eoi.jpg", "no picture between start and end", START + END),
    ]


def broken_structure():
    return [
        damaged("no-sof.jpg", "no frame header", remove_frame, components=None),
        damaged("no-sos.jpg", "no scan", lambda coded: coded.scans.clear()),
        inserted("segment-length-0.jpg", "a segment whose length is 0", bytes([0xFF, marker.COM, 0, 0])),
        inserted("segment-length-1.jpg", "a segment whose length is 1", bytes([0xFF, marker.COM, 0, 1])),
        refused("segment-past-end.jpg", "a segment that ends behind the file", bytes([0xFF, marker.COM, 0xFF, 0xFF])),
        refused("second-soi.jpg", "a second start marker", second_start),
        inserted("stray-restart.jpg", "a restart marker outside of a scan", bytes([0xFF, marker.RST0])),
        short_jfif(),
        short_adobe(),
    ]


def remove_frame(coded):
    coded.frame = b""


def second_start(plants):
    return plants.exact("second SOI", GAP, START + token("second SOI"))


def short_jfif():
    """Components with the ids R, G and B, and a JFIF header that lacks its density; they must stay what they are."""
    plants = Plants()
    head = app(0, b"JFIF\0\1\1") + comment(plants.text("COM in a damaged file", COMMENT))
    coded = encode(picture.rgb(picture.quarters(24, 16)), Settings(ids(*b"RGB")))
    return hostile("jfif-short.jpg", "a JFIF header too short to count", jpeg(plants, head, coded), plants, jfif=False)


def short_adobe():
    """Components with the usual ids and an Adobe marker that lacks its transform; they must not turn into RGB."""
    plants = Plants()
    head = app(14, b"Adobe\0\x64\0\0\0\0") + comment(plants.text("COM in a damaged file", COMMENT))
    return hostile("adobe-short.jpg", "an Adobe marker too short to count", jpeg(plants, head), plants, jfif=False)


def broken_frames():
    return [
        damaged("two-sofs.jpg", "two frame headers", double_frame),
        damaged("sof-no-components.jpg", "a frame of no components", empty_frame, components=None),
        damaged("sof-wrong-length.jpg", "a frame header longer than its components", lengthen_frame),
        damaged("sos-unknown-component.jpg", "a scan of a component that the frame doesn't have", rename_component),
    ]


def double_frame(coded):
    coded.frame *= 2


def empty_frame(coded):
    """Precision, height and width stay; the count becomes zero."""
    coded.frame = segment(marker.SOF0, coded.frame[4:9] + bytes(1))


def lengthen_frame(coded):
    coded.frame = segment(marker.SOF0, coded.frame[4:] + bytes(2))


def rename_component(coded):
    """The first component of the scan header gets an unknown id."""
    header = coded.scans[0].header
    coded.scans[0].header = header[:5] + bytes([UNKNOWN_ID]) + header[6:]


def broken_tables():
    return [
        damaged("dht-overfull.jpg", "more codes than bits allow", overfill),
        damaged("dht-wrong-length.jpg", "a Huffman table longer than its segment", shorten_codes),
        damaged("dqt-wrong-length.jpg", "a quantisation table shorter than 64 values", shorten_values),
        refused("dri-wrong-length.jpg", "a restart interval of three bytes", segment(marker.DRI, bytes(3))),
        inserted("dnl-wrong-length.jpg", "a number of lines of three bytes", segment(marker.DNL, bytes(3))),
    ]


def overfill(coded):
    """Three codes of one bit."""
    payload = coded.scans[0].tables[4:]
    coded.scans[0].tables = segment(marker.DHT, payload[:1] + bytes([3]) + bytes(15) + bytes([0, 1, 2]))


def shorten_codes(coded):
    coded.scans[0].tables = segment(marker.DHT, coded.scans[0].tables[4:-3])


def shorten_values(coded):
    coded.quantization = segment(marker.DQT, coded.quantization[4:-5])


def cut_files():
    return [truncated_scan(), without_end(), truncated_header()]


def truncated_scan():
    plants = Plants()
    coded = small()
    coded.scans[0].data = coded.scans[0].data[:CUT_SCAN]
    keep_scan(plants, coded)
    return hostile("truncated-scan.jpg", "ends within the scan", START + noted(plants) + coded.bytes(), plants)


def without_end():
    plants = Plants()
    data = jpeg(plants, noted(plants)).removesuffix(END)
    return hostile("no-eoi.jpg", "the end marker is missing", data, plants)


def truncated_header():
    plants = Plants()
    data = START + noted(plants) + small().quantization[:CUT_TABLE]
    return hostile("truncated-header.jpg", "ends within a table", data, plants, decodable=False, components=None)


def broken_profiles():
    """Pictures that are fine but for their profile."""
    whole = icc.profile(rendering_tags())
    first, second, third = icc.chunks(whole, ICC_ROOM)[:3]
    return [
        profiled("icc-missing-segment.jpg", "a part of the profile is missing", first + third),
        profiled("icc-duplicate-segment.jpg", "a part of the profile comes twice", first + second * 2 + third),
        profiled("icc-offset-out-of-range.jpg", "a tag outside of the profile", in_one(far_tag(whole))),
        profiled("icc-huge-tag-count.jpg", "four thousand million tags", in_one(huge_count(whole))),
        profiled("icc-too-short.jpg", "a profile shorter than its header", in_one(whole[:100])),
        profiled("icc-number-0.jpg", "a part with the number 0", app(2, icc.CHUNK_PREFIX + bytes([0, 1]) + whole)),
    ]


def profiled(file, why, segments):
    return inserted(file, why, segments, icc=True)


def in_one(profile):
    return icc.chunks(profile)[0]


def rendering_tags():
    primaries = [(b"rXYZ", icc.RED), (b"gXYZ", icc.GREEN), (b"bXYZ", icc.BLUE)]
    curves = [(name, icc.curve(2.2)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return [(name, icc.xyz(values)) for name, values in primaries] + curves


def huge_count(profile):
    """The count stands right behind the header."""
    return profile[:128] + b"\xff" * 4 + profile[132:]


def far_tag(profile):
    """The first entry: signature, offset, length."""
    return profile[:136] + b"\x7f\xff\xff\xf0" + profile[140:]


def broken_exif():
    """Directories that go in circles or point nowhere; an orientation that can be read still counts."""
    return [
        exif_file(
            "exif-next-ifd-loop.jpg", "the next directory is the first one", replaced(40, (8).to_bytes(4, "big"))
        ),
        exif_file("exif-huge-count.jpg", "a value of four thousand million bytes", replaced(20, b"\xff" * 4)),
        exif_file("exif-offset-past-end.jpg", "a value behind the block", replaced(24, b"\x7f\xff\xff\xff")),
        exif_file("exif-subifd-loop.jpg", "a sub-directory is the first one", pointing(tags.SUB_IFDS, 8)),
        exif_file("exif-exififd-loop.jpg", "the Exif directory is the first one", pointing(tags.EXIF_IFD, 8)),
        exif_file("exif-ifd-past-end.jpg", "a directory behind the block", pointing(tags.EXIF_IFD, 0xFFFFFFF0)),
        inserted("exif-many-entries.jpg", "65535 entries announced and none there", many_entries()),
        inserted("exif-no-tiff.jpg", "an Exif header and nothing else", app(1, b"Exif\0\0")),
    ]


def exif_file(file, why, part):
    return inserted(file, why, part, orientation=6)


def turned(directory):
    return exif(directory.short(tags.ORIENTATION, 6), "MM")


def replaced(place, data):
    """A block of model and orientation with other bytes somewhere.

    The entry of the model begins at 16, with count and offset at 20 and 24; the link to the next directory is at 40.
    """

    def part(plants):
        block = turned(Directory().ascii(tags.MODEL, plants.text("Exif in a damaged block", EXIF)))
        return app(1, block[:place] + data + block[place + len(data) :])

    return part


def pointing(tag, offset):
    """A block with an orientation and an offset of another directory."""
    return app(1, turned(Directory().long(tag, offset)))


def many_entries():
    """The count and the link of an empty directory make place for another count."""
    return app(1, exif(Directory(), "MM")[:-6] + b"\xff\xff")


def large_files():
    """Counts that are legal one by one."""
    return [
        inserted("many-comments.jpg", f"{MANY_COMMENTS} comments", comment(b"") * MANY_COMMENTS),
        many_scans(),
    ]


def many_scans():
    """A grey progressive picture whose averages come once and whose first detail comes again and again."""
    plants = Plants()
    bands = Band((0,), 0, 0), *[Band((0,), 1, 1)] * (MANY_SCANS - 1)
    coded = encode(picture.grey(picture.quarters(48, 32)), Settings(ids(1), marker.SOF2, bands))
    return hostile("many-scans.jpg", f"{MANY_SCANS} scans", jpeg(plants, noted(plants), coded), plants, components=1)


def other_processes():
    return [
        refused("reserved-marker-02.jpg", "a marker that T.81 reserves", segment(RESERVED, b"reserved")),
        refused("hierarchical-dhp.jpg", "hierarchical", segment(HIERARCHICAL, small().frame[4:])),
        damaged("jpeg-ls.jpg", "JPEG-LS", rename_frame),
    ]


def rename_frame(coded):
    coded.frame = segment(JPEG_LS, coded.frame[4:])


def foreign_files():
    """Other formats under the wrong name, each with a text that a scrub of that format would have to remove."""
    return [
        foreign("png.jpg", "a PNG file", png),
        foreign("gif.jpg", "a GIF file", gif),
        foreign("webp.jpg", "a WebP file", webp),
        foreign("tiff.jpg", "a TIFF file", tiff_file),
        foreign("text.jpg", "plain text", lambda plants: b"This is not a picture.\n"),
    ]


def foreign(file, why, make):
    plants = Plants()
    return no_picture(file, why, make(plants), plants)
