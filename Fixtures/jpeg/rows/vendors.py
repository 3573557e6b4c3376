"""Segments of makers and programs, one file each: APP0 to APP12 and APP15, named by what stands at their start."""

import struct

from fixture import leaking
from planted.credentials import credentials
from planted.miniature import miniature
from writers import boxes, tags
from writers.canary import COMMENT, THUMBNAIL, VENDOR
from writers.jpeg import app, comment
from writers.tiff import Directory, Writer, tiff

THERMAL_DATA = bytes(range(64))

# Number, file, row, bytes before the canary, bytes behind it.
PLAIN = [
    (0, "app0-avi1.jpg", "APP0 AVI1", b"AVI1\1\0", b"\0"),
    (0, "app0-ocad.jpg", "APP0 Ocad", b"Ocad$Rev: ", b" $\0"),
    (0, "app0-unknown.jpg", "APP0 unknown", b"acme\0", b""),
    (1, "app1-qvci.jpg", "APP1 QVCI", b"QVCI\0", bytes(64)),
    (1, "app1-parrot.jpg", "APP1 Parrot thermal", b"PARROT\0II*\0", THERMAL_DATA),
    (1, "app1-unknown.jpg", "APP1 unknown", b"http://example.invalid/\0", b""),
    (2, "app2-infiray.jpg", "APP2 InfiRay", b"\1\0\0\0IJPEG\0", THERMAL_DATA),
    (2, "app2-unknown.jpg", "APP2 unknown", b"ICC_PROFILE", b""),
    (3, "app3-dji-thermal.jpg", "APP3 DJI thermal", THERMAL_DATA, b""),
    (4, "app4-qti.jpg", "APP4 QTI debug", b"QTI Debug Metadata\0", THERMAL_DATA),
    (4, "app4-dji-thermal.jpg", "APP4 DJI thermal parameters", b"\xaa\x55\x12\x06", THERMAL_DATA),
    (5, "app5-ssuniqueid.jpg", "APP5 ssuniqueid", b"ssuniqueid\0", b"\0"),
    (5, "app5-dji-thermal.jpg", "APP5 DJI thermal calibration", THERMAL_DATA, b""),
    (6, "app6-nitf.jpg", "APP6 NITF", b"NITF\0\2\0B\0\1\0\1\1\x08\0\1\0\1\x08" + bytes(4), b""),
    (6, "app6-dji-dtat.jpg", "APP6 DJI DTAT", b'DTAT\0\0\1{"id":"', b'"}'),
    (7, "app7-ricoh.jpg", "APP7 Ricoh", b"RICOH\0", THERMAL_DATA),
    (7, "app7-dji-dbg.jpg", "APP7 DJI-DBG", b"DJI-DBG\0", THERMAL_DATA),
    (8, "app8-seal.jpg", "APP8 SEAL", b'SEAL\0<seal seal="1" d="', b'"/>'),
    (9, "app9-media-jukebox.jpg", "APP9 Media Jukebox", b"Media Jukebox\0<MJMD>\r\n<Caption>", b"</Caption></MJMD>"),
    (9, "app9-seal.jpg", "APP9 SEAL", b'SEAL\0<seal seal="1" d="', b'"/>'),
    (10, "app10-arot.jpg", "APP10 AROT", b"AROT\0\0" + struct.pack(">L", 4), THERMAL_DATA),
    (11, "app11-jpeg-hdr.jpg", "APP11 JPEG-HDR", b"HDR_RI ver=11,ln0=0,cor=", b"~\0"),
    (11, "app11-unknown.jpg", "APP11 unknown", b"ACME\0", b""),
    (12, "app12-picture-info.jpg", "APP12 PictureInfo", b"[picture info]\r\nSerialNo=", b"\r\n[end]\r\n"),
    (14, "app14-unknown.jpg", "APP14 that is not Adobe", b"acme\0", b""),
    (15, "app15-graphic-converter.jpg", "APP15 GraphicConverter", b"Q 95\0", b""),
    (15, "app15-text.jpg", "APP15 TEXT", b"TEXT\0", b""),
]


def fixtures():
    return [leaking(file, part) for file, part in {**plain_parts(), **special_parts()}.items()]


def plain_parts():
    return {file: plain_part(number, row, before, after) for number, file, row, before, after in PLAIN}


def plain_part(number, row, before, after):
    return lambda plants: app(number, before + plants.text(row, VENDOR) + after)


def special_parts():
    """Those whose canary needs some structure around it."""
    return {
        "app0-ciff.jpg": ciff_segment,
        "app1-flir.jpg": flir_segment,
        "app2-fpxr.jpg": fpxr_segments(2),
        "app2-preview.jpg": preview_segment,
        "app3-meta.jpg": kodak_segment,
        "app3-stim.jpg": stim_segment,
        "app3-jps.jpg": jps_segment,
        "app4-scalado.jpg": scalado_segment,
        "app4-fpxr.jpg": fpxr_segments(4),
        "app5-rmeta.jpg": ricoh_segment,
        "app6-eppim.jpg": eppim_segment,
        "app6-gpmf.jpg": gopro_segment,
        "app6-hp.jpg": hp_segment,
        "app7-pentax.jpg": pentax_segment,
        "app7-huawei.jpg": huawei_segment,
        "app7-qualcomm.jpg": qualcomm_segment,
        "app8-spiff.jpg": spiff_segment,
        "app10-comment.jpg": unicode_comment_segment,
        "app11-jumbf.jpg": jumbf_segment,
        "app12-ducky.jpg": ducky_segment,
    }


def all_segments(plants):
    """For the file that has everything."""
    parts = [*plain_parts().values(), *special_parts().values()]
    return b"".join(part(plants) for part in parts)


def ciff_segment(plants):
    """Canon's heap: values first, then a directory of them, then where it begins."""
    owner = plants.text("APP0 CIFF", VENDOR) + b"\0"
    directory = struct.pack("<HHLL", 1, tags.CIFF_OWNER, len(owner), 0) + struct.pack("<L", len(owner))
    header = b"II" + struct.pack("<L", 26) + b"HEAPJPGM" + struct.pack("<3L", 0x00010002, 0, 0)
    return app(0, header + owner + directory)


def flir_segment(plants):
    """The first of one numbered segments, with a file header without records."""
    creator = plants.short("APP1 FLIR creator", VENDOR, 15) + b"\0"
    header = b"FFF\0" + creator + struct.pack(">3L", 101, 64, 0)
    return app(1, b"FLIR\0\1\0\0" + header.ljust(64, b"\0") + plants.text("APP1 FLIR", VENDOR))


def fpxr_segments(number):
    """FlashPix: a list of one stream, and its bytes."""
    name = "/Acme\0".encode("utf-16-le")

    def part(plants):
        content = plants.text(f"APP{number} FPXR", VENDOR)
        listing = b"FPXR\0\0\1" + struct.pack(">HLB", 1, len(content), 0) + name
        return app(number, listing) + app(number, b"FPXR\0\0\2" + struct.pack(">HL", 0, 0) + content)

    return part


def preview_segment(plants):
    """A preview without any header, as some cameras write it; its tables come first."""
    small = miniature(second=(230, 120, 60))
    note = comment(plants.text("COM in the APP2 preview", THUMBNAIL))
    tables_end = 2 + 2 + int.from_bytes(small[4:6], "big")
    return app(2, small[:tables_end] + note + small[tables_end:])


def kodak_segment(plants):
    serial = b"ASCII\0\0\0" + plants.text("APP3 Meta", VENDOR)
    return app(3, b"Meta\0\0" + tiff(Directory().undefined(tags.KODAK_SERIAL, serial), "MM"))


def stim_segment(plants):
    directory = Directory().ascii(tags.STIM_VERSION, b"0100")
    directory.undefined(tags.STIM_DATA, plants.text("APP3 Stim", VENDOR))
    return app(3, b"Stim\0\0" + tiff(directory, "II"))


def jps_segment(plants):
    """A descriptor of a stereo picture, and a comment."""
    text = plants.text("APP3 JPS", VENDOR)
    return app(3, b"_JPSJPS_" + struct.pack(">HLH", 4, 0x00000201, len(text)) + text)


def scalado_segment(plants):
    """A directory of two entries, and data behind it."""
    data = plants.text("APP4 SCALADO", VENDOR)
    entries = struct.pack(">4sLl", b"SPMO", 1, len(data)) + struct.pack(">4sLl", b"WDTH", 1, 160)
    return app(4, b"SCALADO\0" + entries + data)


def ricoh_segment(plants):
    """Sections of names, values and numbers."""
    value = plants.text("APP5 RMETA", VENDOR)
    sections = ricoh_section(1, b"Owner\0") + ricoh_section(2, value + b"\0") + ricoh_section(3, b"\xff\xff")
    header = b"RMETA\0MM" + struct.pack(">5H", 0, 0, 0, 10, 1)
    return app(5, header + bytes(8) + sections + bytes(4))


def ricoh_section(kind, data):
    return struct.pack(">2H", kind, len(data) + 2) + data


def eppim_segment(plants):
    printing = b"PrintIM\x000300\0\0\0\0" + plants.text("APP6 EPPIM", VENDOR)
    return app(6, b"EPPIM\0" + tiff(Directory().undefined(tags.PRINT_IM, printing), "II"))


def gopro_segment(plants):
    """Telemetry: a device that contains its serial number."""
    serial = plants.text("APP6 GPMF", VENDOR)
    inner = gopro_item(b"DVNM", b"c", b"Acme") + gopro_item(b"CASN", b"c", serial)
    return app(6, b"GoPro\0" + gopro_item(b"DEVC", b"\0", inner))


def gopro_item(key, kind, data):
    """A key, a type, the size of an element, a count, and data padded to whole words."""
    return key + kind + b"\1" + struct.pack(">H", len(data)) + data + bytes(-len(data) % 4)


def hp_segment(plants):
    serial = plants.text("APP6 HP TDHD", VENDOR)
    inner = b"CMSN" + struct.pack("<LL", 0, len(serial)) + serial
    return app(6, b"TDHD" + struct.pack("<LL", 1, len(inner)) + inner)


def pentax_segment(plants):
    """A maker note outside of Exif; offsets count from the name."""
    header = b"PENTAX \0MM"
    directory = Directory().ascii(tags.PENTAX_SERIAL, plants.text("APP7 Pentax", VENDOR))
    return app(7, header + Writer("MM").chain([directory], len(header)))


def huawei_segment(plants):
    return app(7, b"HUAWEI\0\0" + tiff(Directory().ascii(tags.HUAWEI_ANY, plants.text("APP7 Huawei", VENDOR)), "MM"))


def qualcomm_segment(plants):
    """Attributes with their names and types."""
    value = plants.text("APP7 Qualcomm", VENDOR)
    name = b"acme_serial"
    item = struct.pack("<HB", len(value), len(name)) + name + struct.pack("<BHH", 0, 1, 1) + value
    return app(7, b"\x1aQualcomm Camera Attributes" + item)


def spiff_segment(plants):
    """A file header, and a directory entry in a segment of its own."""
    header = b"SPIFF\0" + bytes([1, 2, 1, 3]) + struct.pack(">LLBBBBLL", 16, 24, 3, 8, 5, 1, 0x48, 0x48)
    entry = struct.pack(">L", 3) + b"\0\1" + plants.text("APP8 SPIFF title", VENDOR)
    return app(8, header) + app(8, entry)


def unicode_comment_segment(plants):
    return app(10, b"UNICODE\0" + plants.text("APP10 comment", COMMENT, "utf16be"))


def jumbf_segment(plants):
    return boxes.jumbf_segment(credentials(plants, "APP11 C2PA"))


def ducky_segment(plants):
    """Quality, a comment and a copyright, both in UTF-16."""
    items = struct.pack(">HHL", 1, 4, 60)
    for number, row in [(2, "APP12 Ducky comment"), (3, "APP12 Ducky copyright")]:
        text = plants.text(row, VENDOR, "utf16be")
        items += struct.pack(">HHL", number, len(text) + 4, len(text) // 2) + text
    return app(12, b"Ducky" + items + bytes(2))
