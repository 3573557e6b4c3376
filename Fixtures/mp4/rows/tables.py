"""Tables of samples: every form they have, and entries that are about nothing."""

import struct

from fixture import made, pictures, sound
from writers.boxes import box, full_box
from writers.canary import GAP, TABLE, VENDOR, Plants

COUNT = 3


def fixtures():
    return [
        surplus_times(),
        behind("stsz-tail.mp4", b"stsz", sizes()),
        behind("stss-tail.mp4", b"stss", full_box(b"stss", struct.pack(">2L", 1, 1))),
        behind("ctts-tail.mp4", b"ctts", full_box(b"ctts", struct.pack(">3L", 1, COUNT, 0))),
        other("ctts-negative.mp4", full_box(b"ctts", struct.pack(">LLlLl", 2, 1, -100, 2, 0), version=1)),
        other("cslg.mp4", full_box(b"cslg", struct.pack(">5l", 0, 0, 0, 0, 300))),
        other("sdtp.mp4", full_box(b"sdtp", b"\x20\x10\x10")),
        other("stss.mp4", full_box(b"stss", struct.pack(">3L", 2, 1, 3))),
        roll(),
        unknown_group(),
        compact("stz2-16.mp4", 16),
        uniform(),
        several_in_a_chunk(),
        unknown_table(),
    ]


def sizes():
    return pictures().samples and full_box(
        b"stsz", struct.pack(">2L", 0, COUNT), *(struct.pack(">L", len(sample)) for sample in pictures().samples)
    )


def surplus_times():
    """Times of samples that do not exist."""
    plants = Plants()
    rows = struct.pack(">4L", COUNT, 100, 0x434E5259, 0x5F5E5D5C) + plants.short("times of no samples", TABLE, 16)
    table = full_box(b"stts", struct.pack(">L", 4), rows)
    return made("stts-surplus.mp4", plants, [pictures(replaced={b"stts": table})])


def behind(name, kind, table):
    """Bytes behind the last entry."""
    plants = Plants()
    longer = box(kind, table[8:], plants.text(f"behind {kind.decode()}", TABLE))
    if kind == b"stsz":
        return made(name, plants, [pictures(replaced={kind: longer})])
    return made(name, plants, [pictures(in_tables=(longer,))])


def other(name, table):
    plants = Plants()
    plants.kept(table[4:8].decode(), table)
    return made(name, plants, [pictures(in_tables=(table,))])


def roll():
    """How many samples of sound come before one can be heard."""
    plants = Plants()
    about = full_box(b"sgpd", b"roll", struct.pack(">LLh", 2, 1, -1), version=1)
    members = full_box(b"sbgp", b"roll", struct.pack(">3L", 1, COUNT, 1))
    plants.kept("sgpd and sbgp", about + members)
    return made("groups.mp4", plants, [pictures(), sound(in_tables=(about, members))])


def unknown_group():
    plants = Plants()
    about = full_box(b"sgpd", b"CNry", struct.pack(">LL", 40, 1), plants.text("group of samples", VENDOR).ljust(40), version=1)
    return made("groups-unknown.mp4", plants, [pictures(in_tables=(about,))])


def compact(name, bits):
    numbers = b"".join(len(sample).to_bytes(bits // 8, "big") for sample in pictures().samples)
    table = full_box(b"stz2", struct.pack(">LL", bits, COUNT), numbers)
    return made(name, Plants(), [pictures(replaced={b"stsz": table})])


def uniform():
    table = full_box(b"stsz", struct.pack(">2L", len(pictures().samples[0]), COUNT))
    return made("stsz-uniform.mp4", Plants(), [pictures(replaced={b"stsz": table})])


def several_in_a_chunk():
    return made("chunks.mp4", Plants(), [pictures(per_chunk=2), sound(per_chunk=3)])


def unknown_table():
    plants = Plants()
    parts = (
        box(b"CNRY", plants.text("unknown table", VENDOR)),
        full_box(b"stsh", struct.pack(">L", 1), plants.short("shadow samples", VENDOR, 16)),
        box(b"free", plants.text("free box among tables", GAP)),
    )
    return made("table-unknown.mp4", plants, [pictures(in_tables=parts)])
