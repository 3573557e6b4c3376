"""Writers of what programs append behind the end of a JPEG file."""

import struct
import zlib

# The first of January 1980.
FIRST_DAY = 0x0021
DEFLATED = 8


def samsung(records):
    """Samsung's records of (type, name, data), with the directory that counts backwards from itself."""
    blocks = [struct.pack("<HHL", 0, kind, len(name)) + name + data for kind, name, data in records]
    directory = b"SEFH" + struct.pack("<LL", 107, len(blocks))
    remaining = sum(map(len, blocks))
    for (kind, _, _), block in zip(records, blocks):
        directory += struct.pack("<HHLL", 0, kind, remaining, len(block))
        remaining -= len(block)
    return b"".join(blocks) + directory + struct.pack("<L", len(directory)) + b"SEFT"


def zip_archive(name, content, data):
    """One file and its deflated bytes; readers find the directory from the end, so it may stand behind anything."""
    sizes = struct.pack("<3L", zlib.crc32(content), len(data), len(content))
    common = struct.pack("<5H", 20, 0, DEFLATED, 0, FIRST_DAY) + sizes + struct.pack("<2H", len(name), 0)
    local = b"PK\3\4" + common + name + data
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, 0) + name
    return local + central + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)


def afcp(text, file_offset):
    """AXS file concatenation with one text; it needs to know where in the file it begins."""
    head_size, entry_size = 12, 12
    head = b"AXS!" + struct.pack(">HHL", 100, 1, 0)
    entry = b"TEXT" + struct.pack(">LL", len(text), file_offset + head_size + entry_size)
    return head + entry + text + b"AXS!" + struct.pack(">LL", file_offset, 0)


def mie(file_name):
    """A group of the MIE format with one text element; its terminator gives the group's length."""
    start = b"~\x10\x04\xfe0MIE" + bytes(4)
    elements = b"~\x20\x05" + bytes([len(file_name)]) + b"1Name" + file_name + b"~\0\x04\0zmie"
    length = len(start) + len(elements) + 10
    return start + elements + b"~\0\0\x06" + struct.pack(">L", length) + b"\x10\x04"


def canon(xmp):
    """Canon's recipe data: one block between a header of 28 bytes and a footer of 64."""
    block = struct.pack(">LL", 0xFFFF00F6, len(xmp)) + xmp
    header = b"CANON OPTIONAL DATA\0" + struct.pack(">HHL", 1, 0, len(block))
    footer = b"CANON OPTIONAL DATA\0" + struct.pack(">L", len(block))
    return header + block + footer.ljust(62, b"\0") + b"\xff\xd9"
