"""A writer of PDF documents (ISO 32000-2): objects from Python values, in the layouts that readers know.

A dictionary is a `dict`, a name a `Name`, a string `bytes`; objects that others mean are made with `Document.add`.
"""

import struct
from dataclasses import dataclass, field


class Name(str):
    """A name, without its slash."""


@dataclass(frozen=True)
class Reference:
    number: int


@dataclass
class Stream:
    dictionary: dict
    data: bytes
    # Behind the data, in front of the end of the object.
    behind: bytes = b""


def spelled(value):
    """A value as PDF text."""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if value is None:
        return b"null"
    if isinstance(value, Name):
        return b"/" + value.encode()
    if isinstance(value, Reference):
        return b"%d 0 R" % value.number
    if isinstance(value, bytes):
        return b"(" + value.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"
    if isinstance(value, dict):
        return b"<< " + b" ".join(b"/" + key.encode() + b" " + spelled(value[key]) for key in value) + b" >>"
    if isinstance(value, (list, tuple)):
        return b"[ " + b" ".join(map(spelled, value)) + b" ]"
    if isinstance(value, Stream):
        head = value.dictionary | {"Length": len(value.data)}
        return spelled(head) + b"\nstream\n" + value.data + b"\nendstream" + value.behind
    return str(value).encode()


TABLE, STREAM, PACKED = "table", "stream", "packed"


@dataclass
class Document:
    """Objects by their numbers, and what stands around them."""

    version: str = "1.4"
    layout: str = TABLE
    objects: dict = field(default_factory=dict)
    trailer: dict = field(default_factory=dict)
    header: bytes = b"%\xe2\xe3\xcf\xd3\n"
    # Behind an object, by its number.
    between: dict = field(default_factory=dict)
    end: bytes = b""

    def add(self, value):
        number = len(self.objects) + 1
        self.objects[number] = value
        return Reference(number)

    def __getitem__(self, reference):
        return self.objects[reference.number]

    def __setitem__(self, reference, value):
        self.objects[reference.number] = value

    def bytes(self):
        data = b"%PDF-" + self.version.encode() + b"\n" + self.header
        plain = {} if self.layout != PACKED else {n: v for n, v in self.objects.items() if not isinstance(v, Stream)}
        return self.revision(data, {n: v for n, v in self.objects.items() if n not in plain}, plain) + self.end

    def revision(self, data, objects, packed=None, previous=None):
        """Appends objects and a table of where they are."""
        places = {}
        for number, value in objects.items():
            places[number] = (1, len(data), 0)
            data += b"%d 0 obj\n" % number + spelled(value) + b"\nendobj\n" + self.between.get(number, b"")
        size = max(self.objects) + 1
        if packed:
            places |= {number: (2, size, turn) for turn, number in enumerate(packed)}
            places[size] = (1, len(data), 0)
            data += b"%d 0 obj\n" % size + spelled(gathered(packed)) + b"\nendobj\n"
            size += 1
        trailer = self.trailer | ({"Prev": previous} if previous else {})
        start = len(data)
        if self.layout == TABLE:
            data += b"xref\n" + table(places) + b"trailer\n" + spelled(trailer | {"Size": size}) + b"\n"
        else:
            places[size] = (1, start, 0)
            data += b"%d 0 obj\n" % size + spelled(reference_stream(places, trailer)) + b"\nendobj\n"
        self.start = start
        return data + b"startxref\n%d\n%%%%EOF\n" % start


def gathered(objects):
    """A stream of objects that is not compressed."""
    head, body = b"", b""
    for number, value in objects.items():
        head += b"%d %d " % (number, len(body))
        body += spelled(value) + b"\n"
    return Stream({"Type": Name("ObjStm"), "N": len(objects), "First": len(head)}, head + body)


def table(places):
    rows = b"0 1\n0000000000 65535 f \n"
    for number, (_, place, _) in sorted(places.items()):
        rows += b"%d 1\n%010d 00000 n \n" % (number, place)
    return rows


def reference_stream(places, trailer):
    size = max(places) + 1
    rows = b"".join(struct.pack(">BLB", *places.get(number, (0, 0, 0))) for number in range(size))
    return Stream({"Type": Name("XRef"), "Size": size, "W": [1, 4, 1]} | trailer, rows)
