#!/usr/bin/env python3
"""An independent writer and reader of the relay protocol's frames, written from secr-protocol(7) alone.

It shares no code with the project and none of its libraries: hashes are Python's, signatures those of
python3-cryptography. It is what the page says, as somebody else would understand it.

    relay_vectors.py vectors     the examples of the page
    relay_vectors.py check       commands from stdin, 512 bytes each: a line that says what each is
"""
import hashlib
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FRAME = 512
CELL = 16_384
BLOBS = [65_536, 262_144, 1_048_576, 4_194_304]
CREATE, PUT, GET, ACKNOWLEDGE, DROP, STORE, FETCH, REMOVE = 0x01, 0x02, 0x03, 0x04, 0x05, 0x11, 0x12, 0x13
NAMES = {
    CREATE: "create", PUT: "put", GET: "get", ACKNOWLEDGE: "acknowledge", DROP: "drop", STORE: "store",
    FETCH: "fetch", REMOVE: "remove"}
DONE, NOTHING = 0x00, 0x01


class Refused(Exception):
    """What the page says a relay has to refuse."""


def h(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def domain(text):
    return text.encode().ljust(16, b"\0")


def proof(code):
    return h(domain("secr invite 1") + code.encode())


def be16(number):
    return struct.pack(">H", number)


def be32(number):
    return struct.pack(">I", number)


def be64(number):
    return struct.pack(">Q", number)


def public(key):
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


# Signatures

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
# The y of every point whose order is 1, 2, 4 or 8.
OCTIC = 2707385501144840649318225287225658788936804267575313519463743609750303402022
SMALL = {0, 1, P - 1, OCTIC, P - OCTIC}


def y_of(point):
    return int.from_bytes(point, "little") & (2**255 - 1)


def is_signed(message, signature, key):
    if y_of(key) >= P or y_of(key) in SMALL or y_of(signature[:32]) in SMALL:
        return False
    if int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# Commands


def box_name(read_key, write_key, days, cells):
    return h(domain("secr box 1") + read_key + write_key + be16(days) + be16(cells))


def blob_name(read_key, write_key):
    return h(domain("secr blob 1") + read_key + write_key)


def command(code, reader, writer, day, nonce, payload=b"", number=0, wait=0, days=0, cells=0, size=0, admission=None):
    frame = bytes([1, code, 0, 0]) + be32(day) + nonce + public(reader) + public(writer)
    frame += h(payload) if payload else bytes(32)
    frame += be64(number) + be16(wait) + be16(days) + be16(cells) + bytes([size, 0])
    frame += bytes(33) if admission is None else bytes([1]) + admission
    frame = frame.ljust(448, b"\0")
    signer = writer if code in (PUT, STORE) else reader
    return frame + signer.sign(domain("secr command 1") + frame)


def read(frame):
    """What a command is, in words; with whether it is authentic."""
    if len(frame) != FRAME or frame[0] != 1:
        raise Refused("version")
    code, (day,) = frame[1], struct.unpack(">I", frame[4:8])
    if code not in NAMES:
        raise Refused("code")
    nonce, read_key, write_key, digest = frame[8:24], frame[24:56], frame[56:88], frame[88:120]
    number, wait, days, cells, size = struct.unpack(">QHHHB", frame[120:135])
    admission, given = frame[136], frame[137:169]
    unused = [frame[2:4], frame[135:136], frame[169:448]]
    words = [NAMES[code], str(day), nonce.hex()]
    if code in (CREATE, PUT, GET, ACKNOWLEDGE, DROP):
        if not 1 <= days <= 90 or not 1 <= cells <= 4096:
            raise Refused("days or cells")
        words += [box_name(read_key, write_key, days, cells).hex(), str(days), str(cells)]
        unused.append(bytes([size]))
    else:
        if size >= len(BLOBS):
            raise Refused("size")
        words += [blob_name(read_key, write_key).hex(), str(BLOBS[size])]
        unused.append(be16(cells))
        if code == STORE:
            if not 1 <= days <= 90:
                raise Refused("days")
            words.append(str(days))
        else:
            unused.append(be16(days))
    if code in (CREATE, STORE):
        if admission > 1:
            raise Refused("admission")
        if admission == 0:
            unused.append(given)
        words.append(given.hex() if admission else "none")
    else:
        unused.append(frame[136:169])
    if code in (PUT, STORE):
        words.append(digest.hex())
    else:
        unused.append(digest)
    if code in (GET, ACKNOWLEDGE):
        words.append(str(number))
    elif code in (FETCH, REMOVE):
        if number >= 2**32:
            raise Refused("last day")
        words.append(str(number))
    else:
        unused.append(be64(number))
    if code == GET:
        if wait > 600:
            raise Refused("wait")
        words.append(str(wait))
    else:
        unused.append(be16(wait))
    if any(any(part) for part in unused):
        raise Refused("bytes that are not used")
    signer = write_key if code in (PUT, STORE) else read_key
    signed = is_signed(domain("secr command 1") + frame[:448], frame[448:], signer)
    return " ".join(["authentic" if signed else "foreign"] + words)


# Answers


def answer(status, day, nonce, number=0, more=False, expires=0):
    frame = bytes([1, status, int(more), 0]) + be32(day) + nonce + be64(number) + be32(expires)
    return frame.ljust(FRAME, b"\0")


def terms(day, admission, box_days, cells, blob_days, wait):
    frame = bytes([1, admission, 0, 0]) + be32(day) + be16(box_days) + be16(cells) + be16(blob_days) + be16(wait)
    return frame.ljust(FRAME, b"\0")


# The examples of the page


def rows(label, data, width=32):
    """Where there is anything but zeros."""
    lines = []
    for at in range(0, len(data), width):
        part = data[at:at + width]
        if any(part):
            lines.append((f"{label} {at}", part))
    return lines


def vectors():
    reader = Ed25519PrivateKey.from_private_bytes(bytes(range(0x00, 0x20)))
    writer = Ed25519PrivateKey.from_private_bytes(bytes(range(0x20, 0x40)))
    keys, day, days, cells = (reader, writer), 20_000, 21, 256
    nonces = [bytes(range(start, start + 16)) for start in range(0x40, 0xA0, 16)]
    cell = bytes(i % 251 for i in range(CELL))
    blob = bytes(i % 251 for i in range(BLOBS[0]))
    box = {"days": days, "cells": cells}
    create = command(CREATE, *keys, day, nonces[0], admission=proof("correct horse"), **box)
    put = command(PUT, *keys, day, nonces[1], cell, **box)
    get = command(GET, *keys, day, nonces[2], number=0, wait=60, **box)
    again = command(GET, *keys, day, nonces[3], number=1, wait=60, **box)
    store = command(STORE, *keys, day, nonces[4], blob, days=7)
    fetch = command(FETCH, *keys, day, nonces[5], number=day + 7)
    found = answer(DONE, day, nonces[2], number=1)
    nothing = answer(NOTHING, day, nonces[3])
    sent = answer(DONE, day, nonces[5], expires=day + 7)
    for frame in (create, put, get, again, store, fetch):
        assert read(frame).startswith("authentic ")
    return {
        "Keys and names": [
            ("read key", public(reader)), ("write key", public(writer)),
            ("box", box_name(public(reader), public(writer), days, cells)),
            ("blob", blob_name(public(reader), public(writer))), ("proof", proof("correct horse"))],
        "A box is created": rows("frame", create) + rows("answer", answer(DONE, day, nonces[0])),
        "A cell is put": rows("frame", put) + rows("answer", answer(DONE, day, nonces[1], expires=day + days)),
        "A get that finds it": rows("frame", get) + rows("answer", found) + [("hash", h(found + cell))],
        "A get that finds nothing":
            rows("frame", again) + rows("answer", nothing) + [("hash", h(nothing + bytes(CELL)))],
        "A blob is stored": rows("frame", store) + rows("answer", answer(DONE, day, nonces[4], expires=day + 7)),
        "A blob is fetched": rows("frame", fetch) + rows("answer", sent) + [("hash", h(sent + blob))],
        "Terms of a relay": rows("answer", terms(day, 1, 30, 256, 30, 60)),
    }


def print_vectors():
    for heading, lines in vectors().items():
        print(f".Ss {heading}")
        for label, data in lines:
            print(f"{label:14}{data.hex()}")


def check():
    data = sys.stdin.buffer.read()
    for at in range(0, len(data), FRAME):
        try:
            print(read(data[at:at + FRAME]))
        except Refused:
            print("refused")


if __name__ == "__main__":
    if sys.argv[1:] == ["vectors"]:
        print_vectors()
    elif sys.argv[1:] == ["check"]:
        check()
    else:
        sys.exit(__doc__)
