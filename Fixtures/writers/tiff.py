"""A TIFF writer for Exif blocks: directories, values, pictures and gaps in the order in which they are given.

For example:

    photo = Directory().ascii(tags.DATE_TAKEN, b"2001:01:01 01:01:01")
    first = Directory().short(tags.ORIENTATION, 6).directory(tags.EXIF_IFD, photo)
    payload = exif(first, "II")
"""

import struct

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SIGNED_RATIONAL, UTF8 = 1, 2, 3, 4, 5, 7, 10, 129
NUMBER_CODES = {SHORT: "H", LONG: "L", RATIONAL: "LL", SIGNED_RATIONAL: "ll"}

HEADER = b"Exif\0\0"
APPLE_HEADER = b"Apple iOS\0\0\x01MM"
HEADER_SIZE = 8
ENTRY_SIZE = 12
ROOM_IN_ENTRY = 4


class Directory:
    """One image file directory; entries are sorted by tag when written, as the standard asks."""

    def __init__(self):
        self.entries = []
        self.gap = b""

    def ascii(self, tag, text):
        return self._add(tag, ASCII, text + b"\0")

    def utf8(self, tag, text):
        return self._add(tag, UTF8, text + b"\0")

    def octets(self, tag, data):
        return self._add(tag, BYTE, data)

    def undefined(self, tag, data):
        return self._add(tag, UNDEFINED, data)

    def short(self, tag, *values):
        return self._add(tag, SHORT, values)

    def long(self, tag, *values):
        return self._add(tag, LONG, values)

    def rationals(self, tag, *pairs):
        return self._add(tag, RATIONAL, pairs)

    def signed_rationals(self, tag, *pairs):
        return self._add(tag, SIGNED_RATIONAL, pairs)

    def directory(self, tag, child):
        return self._add(tag, LONG, child)

    def data(self, offset_tag, length_tag, data):
        """Bytes outside the directory, found by an offset and a length."""
        self._add(offset_tag, LONG, Pointer(data))
        return self.long(length_tag, len(data))

    def with_gap(self, gap):
        """Bytes between the directory and its values that nothing points to."""
        self.gap = gap
        return self

    def _add(self, tag, kind, value):
        self.entries.append((tag, kind, value))
        return self


class Pointer:
    """A value that is the offset of bytes."""

    def __init__(self, data):
        self.data = data


def exif(first, order, *following, **around):
    """The payload of an APP1 segment."""
    return HEADER + tiff(first, order, *following, **around)


def apple_note(directory):
    """A maker note in Apple's form; its offsets count from its own start."""
    return APPLE_HEADER + Writer("MM").chain([directory], len(APPLE_HEADER))


def tiff(first, order, *following, lead=b"", tail=b""):
    """A header, `lead`, the directories one after the other, and `tail`; `order` is II or MM."""
    writer = Writer(order)
    start = HEADER_SIZE + len(lead)
    header = order.encode() + writer.numbers("HL", 42, start)
    return header + lead + writer.chain([first, *following], start) + tail


class Writer:
    """Writes directories for known offsets; `order` is II or MM."""

    def __init__(self, order):
        self.prefix = {"II": "<", "MM": ">"}[order]

    def numbers(self, codes, *values):
        return struct.pack(self.prefix + codes, *values)

    def chain(self, directories, at):
        """Directories that refer to each other as the next one."""
        first, *rest = directories
        table, values = self.parts(first, at)
        if not rest:
            return table + self.numbers("L", 0) + values
        behind = at + len(table) + 4 + len(values)
        return table + self.numbers("L", behind) + values + self.chain(rest, behind)

    def parts(self, directory, at):
        """The count and the entries, and what lies behind the link to the next directory."""
        entries = sorted(directory.entries, key=lambda entry: entry[0])
        table = self.numbers("H", len(entries))
        start = at + 2 + ENTRY_SIZE * len(entries) + 4
        values = even(directory.gap)
        for tag, kind, value in entries:
            count, field, data = self.value(kind, value, start + len(values))
            table += self.numbers("HHL", tag, kind, count) + field
            values += even(data)
        return table, values

    def value(self, kind, value, at):
        """The count of a value, the four bytes in its entry and the bytes elsewhere that begin at `at`."""
        if isinstance(value, Directory):
            return 1, self.numbers("L", at), self.chain([value], at)
        if isinstance(value, Pointer):
            return 1, self.numbers("L", at), value.data
        data = value if isinstance(value, bytes) else b"".join(self.number(kind, part) for part in value)
        if len(data) <= ROOM_IN_ENTRY:
            return len(value), data.ljust(ROOM_IN_ENTRY, b"\0"), b""
        return len(value), self.numbers("L", at), data

    def number(self, kind, value):
        return self.numbers(NUMBER_CODES[kind], *(value if isinstance(value, tuple) else (value,)))


def even(data):
    return data + b"\0" * (len(data) % 2)
