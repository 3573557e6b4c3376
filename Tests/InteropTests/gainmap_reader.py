#!/usr/bin/env python3
"""Reads what a viewer of bright pictures reads, as libultrahdr does: the pictures by the index (MPF), XMP by a parser of
XML, and the block of ISO 21496-1 field by field. Shares no code with the scrubber.

usage: gainmap_reader.py FILE      prints one JSON object: the values of the gain map, and how the first picture announces it
"""

import json
import struct
import sys
from fractions import Fraction
from xml.etree import ElementTree

XMP = b"http://ns.adobe.com/xap/1.0/\0"
ISO = b"urn:iso:std:iso:ts:21496:-1\0"
HDRGM = "{http://ns.adobe.com/hdr-gain-map/1.0/}"
CONTAINER = "{http://ns.google.com/photos/1.0/container/}"
ITEM = "{http://ns.google.com/photos/1.0/container/item/}"
APPLE = "{http://ns.apple.com/HDRGainMap/1.0/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def segments(data):
    """(marker, place, payload) up to the first scan."""
    at = 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        yield data[at + 1], at, data[at + 4 : at + 2 + length]
        at += 2 + length


def pictures(data):
    """The files that the index lists."""
    for marker, place, payload in segments(data):
        if marker == 0xE2 and payload.startswith(b"MPF\0"):
            base = place + 8
            order = ">" if payload[4:6] == b"MM" else "<"
            directory = base + struct.unpack(order + "L", data[base + 4 : base + 8])[0]
            count = struct.unpack(order + "H", data[directory : directory + 2])[0]
            for entry in range(count):
                field = data[directory + 2 + 12 * entry : directory + 14 + 12 * entry]
                tag, _, size, offset = struct.unpack(order + "HHLL", field)
                if tag == 0xB002:
                    yield from listed(data, base, order, base + offset, size // 16)


def listed(data, base, order, at, count):
    for number in range(count):
        _, size, offset, _, _ = struct.unpack(order + "LLLHH", data[at + 16 * number : at + 16 * number + 16])
        start = base + offset if number else 0
        assert data[start : start + 2] == b"\xff\xd8", "the index points at no picture"
        yield data[start : start + size]


def packet(picture):
    for marker, _, payload in segments(picture):
        if marker == 0xE1 and payload.startswith(XMP):
            start, end = payload.index(b"<x:xmpmeta"), payload.index(b"</x:xmpmeta>")
            return ElementTree.fromstring(payload[start:end] + b"</x:xmpmeta>")
    return None


def properties(tree, namespace):
    """Attributes, elements and lists of one schema, numbers as such."""
    found = {}
    for description in tree.iter(RDF + "Description") if tree is not None else ():
        for name, value in description.attrib.items():
            if name.startswith(namespace):
                found[name[len(namespace) :]] = number(value)
        for child in description:
            if child.tag.startswith(namespace):
                items = [item.text for item in child.iter(RDF + "li")]
                found[child.tag[len(namespace) :]] = [number(item) for item in items] or number(child.text)
    return found


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def iso(picture):
    for marker, _, payload in segments(picture):
        if marker == 0xE2 and payload.startswith(ISO):
            return block(payload[len(ISO) :])
    return None


def block(data):
    least, _ = struct.unpack(">HH", data[:4])
    assert least == 0
    if len(data) == 4:
        return "versions"
    flags, at = data[4], 5
    channels = 3 if flags & 0x80 else 1
    signs = "LL" + "llLll" * channels
    values = []
    if flags & 0x08:
        denominator = struct.unpack(">L", data[5:9])[0]
        numbers = struct.unpack(">" + signs, data[9 : 9 + 4 * len(signs)])
        values = [Fraction(number, denominator) for number in numbers]
        end = 9 + 4 * len(signs)
    else:
        for sign in signs:
            values.append(Fraction(*struct.unpack(">" + sign + "L", data[at : at + 8])))
            at += 8
        end = at
    assert end == len(data), "bytes behind the block"
    return {"base colours": bool(flags & 0x40), "backward": bool(flags & 4), "values": [str(value) for value in values]}


def main():
    data = open(sys.argv[1], "rb").read()
    found = list(pictures(data))
    first = found[0]
    maps = [
        {"hdrgm": properties(packet(picture), HDRGM), "iso": iso(picture), "apple": properties(packet(picture), APPLE)}
        for picture in found[1:]
    ]
    maps = [one for one in maps if any(one.values())]
    items = [item.attrib for item in packet(first).iter(CONTAINER + "Item")] if packet(first) is not None else []
    lengths = [int(item[ITEM + "Length"]) for item in items if item.get(ITEM + "Semantic") == "GainMap"]
    assert all(length in map(len, found[1:]) for length in lengths), "the length is that of no picture"
    announced = {"hdrgm": properties(packet(first), HDRGM), "iso": iso(first), "items": len(lengths)}
    print(json.dumps({"maps": maps, "announced": announced}, sort_keys=True))


if __name__ == "__main__":
    main()
