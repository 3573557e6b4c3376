#!/usr/bin/env python3
"""An independent reader of vaults, written from secr-vault-format(5) and secr-stream(5) alone.

It is slow, holds objects in memory and shares no code with the project: it is what the pages say, as somebody else
would understand them. What it refuses ends with exit status 1 and one line.

    vault_reader.py list VAULT [--passphrase FILE] [--key-file FILE] [--state FOLDER]     one JSON object a line
    vault_reader.py extract VAULT TARGET ...                                              into a new folder
    vault_reader.py check VAULT ...                                                       everything, and says what it is
    vault_reader.py database VAULT TARGET ...                                             the index as a file of SQLite
    vault_reader.py vectors                                                               the examples of the page
"""
import argparse
import hashlib
import hmac
import json
import os
import sqlite3
import stat
import struct
import sys

from stream_reader import (
    Refused, argon2id, hkdf_expand, hkdf_extract, open_stream, seal_stream, self_test,
)

PAGE = 4096
PAGES_PER_PART = 16_320
FIXED_DATE = 946_684_800
DATA, RECORD, ROOT, PAGES, MILESTONE = 1, 2, 3, 4, 5
KIND_DATA, KIND_RECORD, KIND_ROOT, KIND_PAGES, KIND_SLOT, KIND_STATE = 2, 3, 4, 5, 6, 7
STANDARD, PAGED = 16, 12
SMALLEST, LARGEST = 4096, 64 << 20


def h(data, size=32):
    return hashlib.blake2b(data, digest_size=size).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha512).digest()


def be64(number):
    return struct.pack(">Q", number)


def be32(number):
    return struct.pack(">I", number)


# Sizes


def size_class(size):
    if size <= SMALLEST:
        return SMALLEST
    e = size.bit_length() - 1
    step = 1 << (e - e.bit_length())
    return -(-size // step) * step


def sealed_size(size, bits):
    return 64 + size + 16 * max(1, -(-size // (1 << bits)))


def plaintext_size(sealed, bits):
    """None where no stream has that size."""
    whole, rest = divmod(sealed - 64, (1 << bits) + 16)
    if sealed < 80 or 0 < rest < 16 or (rest == 16 and whole > 0):
        return None
    return (whole << bits) + max(0, rest - 16)


def padded_size(size, bits):
    sealed = size_class(sealed_size(size, bits))
    while plaintext_size(sealed, bits) is None:
        sealed = size_class(sealed + 1)
    return plaintext_size(sealed, bits)


# Fields


class Fields:
    """The parts of a plaintext, one after the other."""

    def __init__(self, data, what):
        self.data, self.at, self.what = data, 0, what

    def take(self, size):
        if self.at + size > len(self.data):
            raise Refused(f"{self.what} is too short")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def rest_is_zero(self):
        if self.data[self.at:].count(0) != len(self.data) - self.at:
            raise Refused(f"{self.what} is not padded with zeros")


# Keys


class Marker:
    def __init__(self, data):
        if len(data) != 64 or data[:11] != b"secr-vault\0":
            raise Refused("no vault")
        if data[11] != 1:
            raise Refused("a vault of another version")
        self.passes, self.memory = data[12], int.from_bytes(data[16:20], "big")
        if any(data[13:16]) or any(data[20:32]):
            raise Refused("a marker with bytes that should be zero")
        if not 3 <= self.passes <= 16 or not 262_144 <= self.memory <= 1_048_576:
            raise Refused("a marker that asks for too little or too much work")
        self.data, self.hash, self.salt = data, h(data), data[32:48]

    def stretch(self, passphrase, key_file):
        return argon2id(secret(passphrase, key_file), self.salt, self.passes, self.memory)


def secret(passphrase, key_file):
    """As in secr-stream(5), Sealed files."""
    kind = 1 * (passphrase is not None) + 2 * (key_file is not None)
    if passphrase is not None and not 1 <= len(passphrase) <= 4096 or not kind:
        raise Refused("a passphrase has 1 to 4,096 bytes")
    if key_file is not None and not 32 <= len(key_file) <= 65_536:
        raise Refused("a key file has 32 to 65,536 bytes")
    encoded = bytes([kind]) + be32(len(passphrase or b"")) + (passphrase or b"")
    return encoded + hashlib.blake2b(key_file).digest() if key_file is not None else encoded


def slot_key(slots, marker, stretched, number):
    return hkdf_expand(hkdf_extract(slots[:32] + marker.hash, stretched), b"secr slot " + bytes([number]), 32)


def open_slots(slots, marker, stretched):
    """Number, kind, label, id and root of the first slot that opens."""
    if len(slots) != 36_864:
        raise Refused("slots of another size")
    found = None
    for number in range(64):
        sealed = slots[4096 + 512 * number:4096 + 512 * (number + 1)]
        try:
            content = open_stream(slot_key(slots, marker, stretched, number), KIND_SLOT, PAGED, sealed)
        except Refused:
            continue
        kind, label = content[0], content[51:51 + content[50]]
        if kind not in (1, 2, 3, 4):
            continue
        if content[1] or content[50] > 63 or any(content[51 + len(label):]) or len(content) != 432:
            raise Refused("a slot that is not as it should be")
        found = found or (number, kind, label, content[2:18], content[18:50])
    if not found:
        raise Refused("wrong passphrase or key")
    return found


class Area:
    """The keys of an area, and the names that follow from them."""

    def __init__(self, marker, identity, root):
        prk = hkdf_extract(marker.hash + identity, root)
        self.names, self.records, self.checkpoints, self.state = (
            hkdf_expand(prk, b"secr area " + purpose, 32)
            for purpose in (b"names", b"records", b"checkpoints", b"device state"))

    def name(self, purpose, number):
        return mac(self.names, bytes([purpose]) + be64(number))[:16].hex()

    def record_key(self, number):
        return hkdf_expand(self.records, b"secr number " + be64(number), 32)

    def root_key(self, number):
        return hkdf_expand(self.checkpoints, b"secr number " + be64(number), 32)

    def part_name(self, checkpoint, attempt, part):
        return self.name(PAGES, checkpoint << 24 | attempt << 16 | part)

    def place(self):
        return mac(self.state, b"place")[0] % 64

    def lock_offset(self):
        return (1 << 46) + int.from_bytes(mac(self.state, b"lock")[:5], "big")


def part_key(level_key, part):
    return hkdf_expand(level_key, b"secr part " + be32(part), 32)


# The folder


class Store:
    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, "o", name[:2], name[2:])

    def exists(self, name):
        return os.path.lexists(self.path(name))

    def get(self, name):
        try:
            descriptor = os.open(self.path(name), os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with open(descriptor, "rb") as file:
            data = file.read(LARGEST + 1)
        if size_class(len(data)) != len(data) or len(data) > LARGEST:
            raise Refused(f"object {name} has {len(data)} bytes, which is no size class")
        return data

    def all(self):
        """Name and path of everything that has an object's name."""
        for first in range(256):
            folder = os.path.join(self.folder, "o", f"{first:02x}")
            for name in os.listdir(folder) if os.path.isdir(folder) else []:
                if len(name) == 30 and not name.strip("0123456789abcdef"):
                    yield f"{first:02x}" + name, os.path.join(folder, name)


# The index


class Record:
    def __init__(self, sealed, number, area):
        fields = Fields(open_stream(area.record_key(number), KIND_RECORD, STANDARD, sealed), f"record {number}")
        if fields.number(8) != number:
            raise Refused(f"record {number} has another number")
        self.number, self.hash = number, h(sealed)
        self.previous, self.id, self.checkpoint = fields.take(32), fields.take(16), fields.number(8)
        self.page_count, count = fields.number(4), fields.number(4)
        if count > 12_288:
            raise Refused(f"record {number} has too many pages")
        numbers = [fields.number(4) for _ in range(count)]
        if numbers != sorted(set(numbers)) or any(page >= self.page_count for page in numbers):
            raise Refused(f"record {number} has pages that can't be")
        self.pages = {page: fields.take(PAGE) for page in numbers}
        fields.rest_is_zero()


class Level:
    def __init__(self, fields):
        self.checkpoint, self.attempt, self.count = fields.number(8), fields.number(1), fields.number(4)
        self.key = fields.take(32)

    def read(self, store, area):
        """Its pages by their numbers."""
        what = f"level {self.checkpoint}.{self.attempt}"
        directory = Fields(self.part(store, area, 0, STANDARD), what)
        numbers = [directory.number(4) for _ in range(self.count)]
        directory.rest_is_zero()
        if numbers != sorted(set(numbers)):
            raise Refused(f"{what} is out of order")
        pages = {}
        for part in range(1, -(-self.count // PAGES_PER_PART) + 1):
            here = numbers[(part - 1) * PAGES_PER_PART:part * PAGES_PER_PART]
            plaintext = self.part(store, area, part, PAGED)
            if len(plaintext) < len(here) * PAGE:
                raise Refused(f"{what} has too little in part {part}")
            for place, number in enumerate(here):
                pages[number] = plaintext[place * PAGE:(place + 1) * PAGE]
        return pages

    def part(self, store, area, part, bits):
        sealed = store.get(area.part_name(self.checkpoint, self.attempt, part))
        if sealed is None:
            raise Refused(f"part {part} of level {self.checkpoint}.{self.attempt} is missing")
        return open_stream(part_key(self.key, part), KIND_PAGES, bits, sealed)


class Root:
    def __init__(self, sealed, number, area):
        what = f"checkpoint {number}"
        fields = Fields(open_stream(area.root_key(number), KIND_ROOT, STANDARD, sealed), what)
        if fields.number(8) != number:
            raise Refused(f"{what} has another number")
        self.number = number
        self.sequence, self.record_hash, self.rewritten = fields.number(8), fields.take(32), fields.number(8)
        self.page_count, count = fields.number(4), fields.number(4)
        if count > 32:
            raise Refused(f"{what} has too many levels")
        self.levels = [Level(fields) for _ in range(count)]
        if any(level.checkpoint > number or level.checkpoint >= 1 << 40 or not level.count for level in self.levels):
            raise Refused(f"{what} has a level that can't be")
        fields.rest_is_zero()


class Index:
    """The newest state of an area, read whole."""

    def __init__(self, store, area):
        self.store, self.area = store, area
        self.root, self.tail, self.pages = None, [], {}
        newest = self.newest()
        if newest:
            self.root = self.read_root(newest)
            for level in reversed(self.root.levels):
                self.pages.update(level.read(store, area))
            self.page_count = self.root.page_count
        head, head_hash = (newest and self.root.sequence), (self.root.record_hash if newest else bytes(32))
        while (record := self.read_record(head + 1)) is not None:
            if record.previous != head_hash:
                raise Refused(f"record {record.number} does not follow the one before it")
            self.tail.append(record)
            self.pages.update(record.pages)
            head, head_hash, self.page_count = record.number, record.hash, record.page_count
        if store.exists(area.name(RECORD, head + 2)):
            raise Refused(f"record {head + 1} is missing")
        if not head:
            raise Refused("there is no record")
        if self.root and not store.exists(area.name(RECORD, self.root.sequence)):
            raise Refused(f"record {self.root.sequence}, which checkpoint {newest} ends with, is missing")
        self.head, self.head_hash = head, head_hash

    def newest(self):
        at = 0
        for level in (5, 4, 3, 2, 1, 0):
            at *= 64
            while self.store.exists(self.area.name(MILESTONE, level << 56 | at + 1)):
                at += 1
        while self.store.exists(self.area.name(ROOT, at + 1)):
            at += 1
        return at

    def read_root(self, number):
        sealed = self.store.get(self.area.name(ROOT, number))
        if sealed is None:
            raise Refused(f"checkpoint {number} is missing")
        return Root(sealed, number, self.area)

    def read_record(self, number):
        sealed = self.store.get(self.area.name(RECORD, number))
        return None if sealed is None else Record(sealed, number, self.area)

    def database(self):
        missing = [page for page in range(self.page_count) if page not in self.pages]
        if missing:
            raise Refused(f"page {missing[0]} is nowhere")
        return b"".join(self.pages[page] for page in range(self.page_count))


# The files


def place_of(inode, machine=None):
    """Where a device state lies: on which machine, as which file."""
    if machine is None:
        try:
            with open("/etc/machine-id", "rb") as file:
                machine = file.readline().rstrip(b"\n")
        except OSError:
            machine = b""
    return h(b"secr device state place" + machine + be64(inode), 16)


class Vault:
    def __init__(self, folder, passphrase, key_file, state=None):
        with open(os.path.join(folder, "secr-vault"), "rb") as file:
            self.marker = Marker(file.read(65))
        with open(os.path.join(folder, "slots"), "rb") as file:
            slots = file.read(36_865)
        stretched = self.marker.stretch(passphrase, key_file)
        self.slot, self.kind, self.label, identity, root = open_slots(slots, self.marker, stretched)
        self.area, self.store = Area(self.marker, identity, root), Store(folder)
        self.index = Index(self.store, self.area)
        data = self.index.database()
        self.data = data
        self.sql = sqlite3.connect(":memory:")
        self.sql.deserialize(data)
        self.sql.text_factory = bytes
        if state:
            self.check_memory(state)
        (version,), = self.sql.execute("PRAGMA user_version")
        if version != 1:
            raise Refused(f"tables of version {version}")

    def hash_of(self, number):
        index = self.index
        if index.root and number == index.root.sequence:
            return index.root.record_hash
        for record in index.tail:
            if record.number == number:
                return record.hash
        found = self.sql.execute("SELECT hash FROM chain WHERE sequence = ?", (number,)).fetchone()
        return found and found[0]

    def check_memory(self, folder):
        name = h(b"secr device state" + self.marker.data, 16).hex()
        with open(os.path.join(folder, name), "rb") as file:
            places = file.read()
        if len(places) != 64 * 256:
            raise Refused("a device state of another size")
        for place in range(64):
            try:
                content = open_stream(self.area.state, KIND_STATE, PAGED, places[256 * place:256 * (place + 1)])
            except Refused:
                continue
            fields = Fields(content, "the device state")
            self.memory = [(fields.number(8), fields.take(32)) for _ in range(2)]
            fields.number(8)
            binding, where = fields.take(16), fields.take(16)
            fields.rest_is_zero()
            if any(binding) and where != place_of(os.stat(os.path.join(folder, name)).st_ino):
                raise Refused("a copy of a device state")
            for number, known in self.memory:
                if number > self.index.head or number and self.hash_of(number) != known:
                    raise Refused(f"this device has seen another record {number}")
            return
        raise Refused("the device state knows nothing of this vault")

    def walk(self):
        """Path and row of everything but the top folder, parents first."""
        columns = ("id", "kind", "mode", "owner", "grp", "modified", "changed", "size", "links", "parent", "content")

        def visit(folder, path, depth):
            if depth > 2048:
                raise Refused("folders too deep inside one another")
            rows = self.sql.execute(
                f"SELECT name, {', '.join('node.' + c for c in columns)} FROM entry JOIN node ON id = entry.node "
                "WHERE entry.parent = ? ORDER BY name", (folder,)).fetchall()
            for name, *row in rows:
                if not 1 <= len(name) <= 255 or b"/" in name or b"\0" in name or name in (b".", b".."):
                    raise Refused(f"a name that can't be: {name}")
                node = dict(zip(columns, row))
                yield path + name, node
                if node["kind"] == 1:
                    yield from visit(node["id"], path + name + b"/", depth + 1)

        yield from visit(1, b"", 1)

    def object(self, number):
        row = self.sql.execute("SELECT key, size, chunk FROM object WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise Refused(f"object {number} is unknown")
        key, size, chunk = row
        sealed = self.store.get(self.area.name(DATA, number))
        if sealed is None:
            raise Refused(f"object {number} is missing")
        if plaintext_size(len(sealed), chunk) != size:
            raise Refused(f"object {number} has another size")
        return open_stream(key, KIND_DATA, chunk, sealed)

    def write_contents(self, node, write):
        """In pieces, so that a large file needs the memory of an object only."""
        if node["content"] is not None:
            if len(node["content"]) != node["size"]:
                raise Refused("contents of another size")
            return write(node["content"])
        at = 0
        opened = (None, b"")
        for start, length, number, offset in self.sql.execute(
                "SELECT start, length, object, offset FROM extent WHERE node = ? ORDER BY start", (node["id"],)):
            if start < at or start + length > node["size"]:
                raise Refused("extents that overlap or are too long")
            write(bytes(start - at))
            if opened[0] != number:
                opened = (number, self.object(number))
            piece = opened[1][offset:offset + length]
            if len(piece) != length:
                raise Refused("an extent behind the end of an object")
            write(piece)
            at = start + length
        write(bytes(node["size"] - at))

    def attributes(self, node):
        return self.sql.execute("SELECT name, value FROM attribute WHERE node = ? ORDER BY name", (node,)).fetchall()

    # Everything that the page demands

    def check(self):
        """A summary; Refused where something is not as the page says."""
        problems = [row[0].decode() for row in self.sql.execute("PRAGMA integrity_check") if row[0] != b"ok"]
        for sql, what in CONTRADICTIONS:
            count = self.sql.execute(f"SELECT count(*) FROM ({sql})").fetchone()[0]
            if count:
                problems.append(f"{count} {what}")
        header = self.data[:100]
        if header[16:18] != b"\x10\x00" or header[18:20] != b"\x01\x01" or header[20] or header[44:48] != be32(4):
            problems.append("a database with other settings")
        if header[52:56] != be32(0) or header[56:60] != be32(1) or header[28:32] != be32(self.index.page_count):
            problems.append("a database with automatic vacuum, another encoding or another size")
        known = self.check_history()
        numbers = {number for number, in self.sql.execute("SELECT number FROM object")}
        for number in numbers:
            self.object(number)
            known.add(self.area.name(DATA, number))
        low, high = (self.sql.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()[0]
                     for name in ("low", "high"))
        freed = {number for number, in self.sql.execute("SELECT number FROM freed")}
        if freed & numbers:
            problems.append("an object that is both in use and freed")
        if numbers | freed and max(numbers | freed) >= high:
            problems.append("an object behind the window")
        left = {self.area.name(DATA, number) for number in range(0, high)} | {self.area.name(DATA, n) for n in freed}
        unknown = []
        for name, path in self.store.all():
            status = os.lstat(path)
            if not stat.S_ISREG(status.st_mode) or size_class(status.st_size) != status.st_size:
                problems.append(f"object {name} is no file, or of no class")
            if status.st_mtime_ns != FIXED_DATE * 10**9:
                problems.append(f"object {name} has a date")
            if name not in known and name not in left:
                unknown.append(name)
        if problems:
            raise Refused("; ".join(problems))
        return {
            "head": self.index.head, "checkpoint": self.index.root.number if self.index.root else 0,
            "levels": len(self.index.root.levels) if self.index.root else 0, "tail": len(self.index.tail),
            "objects": len(numbers), "freed": len(freed), "unknown": len(unknown), "slot": self.slot,
            "kind": self.kind, "low": low, "high": high}

    def check_history(self):
        """The older checkpoint and what follows it, and the marks. Names of everything that belongs to the index."""
        index, area, store = self.index, self.area, self.store
        known = {area.name(RECORD, record.number) for record in index.tail}
        if not index.root:
            return known
        roots = [index.root]
        if index.root.number > 1:
            older = index.read_root(index.root.number - 1)
            roots.append(older)
            number, expected = older.sequence, older.record_hash
            if not store.exists(area.name(RECORD, number)):
                raise Refused(f"record {number} is missing")
            known.add(area.name(RECORD, number))
            while number < index.root.sequence:
                number += 1
                record = index.read_record(number)
                if record is None or record.previous != expected:
                    raise Refused(f"record {number}, which the older checkpoint needs, is missing or does not follow")
                expected = record.hash
                known.add(area.name(RECORD, number))
            if expected != index.root.record_hash:
                raise Refused("the older checkpoint leads elsewhere")
        known.add(area.name(RECORD, index.root.sequence))
        for root in roots:
            known.add(area.name(ROOT, root.number))
            for level in root.levels:
                level.read(store, area)
                known |= {area.part_name(level.checkpoint, level.attempt, part)
                          for part in range(-(-level.count // PAGES_PER_PART) + 1)}
        for level in range(6):
            last = index.root.number >> 6 * level
            for mark in range(max(1, last - 64 - last % 64), last + 1):
                known.add(area.name(MILESTONE, level << 56 | mark))
        return known


CONTRADICTIONS = (
    ("SELECT 1 FROM entry WHERE node NOT IN (SELECT id FROM node)", "names without a node"),
    ("SELECT 1 FROM entry WHERE parent NOT IN (SELECT id FROM node WHERE kind = 1)", "names in no folder"),
    ("SELECT 1 FROM node WHERE id <> 1 AND links <> (SELECT count(*) FROM entry WHERE entry.node = id)",
     "wrong numbers of names"),
    ("SELECT 1 FROM node WHERE kind = 1 AND id <> 1 AND (links <> 1 OR parent <> "
     "(SELECT entry.parent FROM entry WHERE entry.node = id))", "folders with another parent"),
    ("SELECT 1 FROM node WHERE kind <> 1 AND parent <> 0", "files with a parent"),
    ("SELECT 1 FROM node WHERE (kind = 2 OR content IS NOT NULL) AND length(content) IS NOT size", "wrong sizes"),
    ("SELECT 1 FROM node WHERE kind NOT IN (0, 1, 2) OR mode & ~4095", "unknown kinds or modes"),
    ("SELECT 1 FROM node WHERE kind = 0 AND length(content) > 2048", "large contents in the index"),
    ("SELECT 1 FROM extent WHERE node NOT IN (SELECT id FROM node WHERE kind = 0 AND content IS NULL)",
     "extents of no file"),
    ("SELECT 1 FROM extent JOIN object ON number = object WHERE offset + length > size", "extents behind the end"),
    ("SELECT 1 FROM extent WHERE object NOT IN (SELECT number FROM object)", "extents of unknown objects"),
    ("SELECT 1 FROM object WHERE live <= 0 OR live <> (SELECT sum(length) FROM extent WHERE object = number)",
     "wrong sums of what is in use"),
    ("SELECT 1 FROM attribute WHERE node NOT IN (SELECT id FROM node)", "attributes of nothing"),
    ("SELECT 1 FROM chain WHERE length(hash) <> 32", "hashes that are none"),
)


# The examples of the page

PASSPHRASE = b"correct horse"


def vectors():
    marker = Marker(b"secr-vault\0" + bytes([1, 3, 0, 0, 0]) + be32(262_144) + bytes(12) + bytes(range(0x20, 0x40)))
    stretched = marker.stretch(PASSPHRASE, None)
    slot_secret = bytes(range(0x40, 0x60))
    identity, root = bytes(range(0x60, 0x70)), bytes(range(0x80, 0xA0))
    slots = bytearray(36_864)
    slots[:32] = slot_secret
    key = slot_key(slots, marker, stretched, 7)
    content = bytes([1, 0]) + identity + root + bytes([4]) + b"home"
    slot = seal_stream(key, KIND_SLOT, PAGED, content + bytes(432 - len(content)), bytes(range(0xA0, 0xC0)))
    slots[4096 + 7 * 512:4096 + 8 * 512] = slot
    assert open_slots(bytes(slots), marker, stretched) == (7, 1, b"home", identity, root)
    area = Area(marker, identity, root)
    page = bytes(i % 251 for i in range(PAGE))
    plaintext = be64(1) + bytes(32) + bytes(range(0xC0, 0xD0)) + be64(0) + be32(1) + be32(1) + be32(0) + page
    plaintext += bytes(padded_size(len(plaintext), STANDARD) - len(plaintext))
    record = seal_stream(area.record_key(1), KIND_RECORD, STANDARD, plaintext, bytes(range(0xE0, 0x100)))
    assert Record(record, 1, area).pages == {0: page} and len(record) == size_class(len(record))
    level_key = bytes(range(0x20))
    whole = (1).to_bytes(8, "big") + be64(1) + h(record) + be64(FIXED_DATE) + be32(1) + be32(1)
    whole += be64(1) + bytes([0]) + be32(1) + level_key
    whole += bytes(padded_size(len(whole), STANDARD) - len(whole))
    checkpoint = seal_stream(area.root_key(1), KIND_ROOT, STANDARD, whole, bytes(range(0x10, 0x30)))
    assert Root(checkpoint, 1, area).record_hash == h(record)
    where = place_of(4_242, b"00112233445566778899aabbccddeeff")
    memory = be64(1) + h(record) + be64(0) + bytes(32) + be64(1) + bytes(range(0xD0, 0xE0)) + where + bytes(56)
    state = seal_stream(area.state, KIND_STATE, PAGED, memory, bytes(range(0x30, 0x50)))
    assert len(state) == 256
    words = recovery_words(bytes(range(0x10)))
    return {
        "Marker and credential": [("marker", marker.data), ("stretched", stretched)],
        "A slot": [("key", key), ("slot", slot)],
        "Keys": [
            ("names", area.names), ("records", area.records), ("checkpoints", area.checkpoints),
            ("device state", area.state), ("record 1", area.record_key(1)), ("root 1", area.root_key(1)),
            ("part 0", part_key(level_key, 0)), ("part 1", part_key(level_key, 1))],
        "Names": [
            ("data 0", area.name(DATA, 0)), ("data 65535", area.name(DATA, 65_535)), ("record 1", area.name(RECORD, 1)),
            ("root 1", area.name(ROOT, 1)), ("part 1.0.0", area.part_name(1, 0, 0)),
            ("part 1.0.1", area.part_name(1, 0, 1)), ("part 64.2.3", area.part_name(64, 2, 3)),
            ("mark 0.1", area.name(MILESTONE, 1)), ("mark 1.1", area.name(MILESTONE, 1 << 56 | 1)),
            ("state file", h(b"secr device state" + marker.data, 16).hex()),
            ("place", str(area.place())), ("lock", str(area.lock_offset()))],
        "A record": [("size", str(len(record))), ("head", record[:64]), ("hash", h(record))],
        "A checkpoint": [("size", str(len(checkpoint))), ("head", checkpoint[:64]), ("hash", h(checkpoint))],
        "A device state": [("where", where), ("place", state)],
        "Recovery words": [("words", words)],
    }


def recovery_words(data):
    data += h(data)[:4]
    words = []
    for at in range(0, len(data), 2):
        bits = data[at] << 8 | data[at + 1]
        words.append("".join((
            "bdfghjklmnprstvz"[bits >> 12], "aiou"[bits >> 10 & 3], "bdfghjklmnprstvz"[bits >> 6 & 15],
            "aiou"[bits >> 4 & 3], "bdfghjklmnprstvz"[bits & 15])))
    return "-".join(words)


def print_vectors():
    """As the page has them."""
    for heading, rows in vectors().items():
        print(f".Ss {heading}")
        for label, value in rows:
            text = value.hex() if isinstance(value, bytes) else value
            lines = [text[at:at + 64] for at in range(0, len(text), 64)]
            print(f"{label:<14}{lines[0]}")
            for line in lines[1:]:
                print(" " * 14 + line)


# Commands


def extract(vault, target):
    os.mkdir(target)
    root = os.fsencode(target)
    done = {}
    folders = []
    for path, node in vault.walk():
        out = os.path.join(root, path)
        if node["kind"] == 1:
            os.mkdir(out)
            folders.append((out, node))
            continue
        if node["id"] in done:
            os.link(done[node["id"]], out, follow_symlinks=False)
            continue
        done[node["id"]] = out
        if node["kind"] == 2:
            os.symlink(node["content"], out)
        else:
            with open(out, "xb") as file:
                vault.write_contents(node, file.write)
            for name, value in vault.attributes(node["id"]):
                os.setxattr(out, name, value)
            os.chmod(out, node["mode"])
        os.utime(out, ns=(node["modified"], node["modified"]), follow_symlinks=False)
    for out, node in reversed(folders):
        os.chmod(out, node["mode"])
        os.utime(out, ns=(node["modified"], node["modified"]))


def listing(vault):
    for path, node in vault.walk():
        digest = hashlib.blake2b(digest_size=32)
        if node["kind"] == 0:
            vault.write_contents(node, digest.update)
        print(json.dumps({
            "path": path.hex(), "kind": ("file", "folder", "link")[node["kind"]], "size": node["size"],
            "mode": node["mode"], "modified": node["modified"], "links": node["links"], "id": node["id"],
            "hash": digest.hexdigest() if node["kind"] == 0 else None,
            "target": node["content"].hex() if node["kind"] == 2 else None}))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("list", "extract", "check", "database"):
        command = commands.add_parser(name)
        command.add_argument("vault")
        if name in ("extract", "database"):
            command.add_argument("target")
        command.add_argument("--passphrase", type=argparse.FileType("rb"), help="a file, every byte of it")
        command.add_argument("--key-file", type=argparse.FileType("rb"))
        command.add_argument("--state", help="the folder of the device states")
    commands.add_parser("vectors")
    return parser.parse_args()


def main():
    self_test()
    asked = arguments()
    if asked.command == "vectors":
        return print_vectors()
    vault = Vault(
        asked.vault, asked.passphrase.read() if asked.passphrase else None,
        asked.key_file.read() if asked.key_file else None, asked.state)
    if asked.command == "list":
        listing(vault)
    elif asked.command == "extract":
        extract(vault, asked.target)
    elif asked.command == "database":
        with open(asked.target, "xb") as file:
            file.write(vault.data)
    else:
        print(json.dumps(vault.check()))


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        sys.exit(f"refused: {refusal}")
