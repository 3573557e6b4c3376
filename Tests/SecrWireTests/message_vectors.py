#!/usr/bin/env python3
"""An independent writer and reader of what two devices say to each other, written from secr-message(7) alone.

It shares no code with the project and none of its libraries: hashes are Python's, keys and the cipher those of
python3-cryptography. It is what the page says, as somebody else would understand it.

    message_vectors.py vectors     the examples of the page
    message_vectors.py check       lines from stdin, such as "content 0101...": a line that says what each is
"""
import base64
import hashlib
import hmac
import re
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

CELL, FRAME, PART, PARTS = 16_384, 16_344, 16_328, 32
HELLO, WELCOME, MESSAGE = 1, 2, 3
CAPACITIES = [65_456, 262_016, 1_048_256, 4_193_216]
LARGEST = 2**63 - 1


class Refused(Exception):
    """What the page says a reader has to refuse."""


def demand(condition, what):
    if not condition:
        raise Refused(what)


# Primitives


def h(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha512).digest()


def extract(salt, key):
    return mac(salt, key)


def expand(prk, info, size):
    """RFC 5869, 2.3, with SHA-512."""
    okm, block = b"", b""
    for number in range(1, -(-size // 64) + 1):
        block = mac(prk, block + info + bytes([number]))
        okm += block
    return okm[:size]


def domain(text):
    return text.encode().ljust(16, b"\0")


be16, be32, be64 = (struct.Struct(form).pack for form in (">H", ">I", ">Q"))


def public(seed):
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha-03, 2.2."""
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def turned(value, by):
        return (value << by | value >> (32 - by)) & 0xFFFFFFFF

    def quarter(a, b, c, d):
        for (sum_, with_, changed, by) in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[sum_] = (state[sum_] + state[with_]) & 0xFFFFFFFF
            state[changed] = turned(state[changed] ^ state[sum_], by)

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for diagonal in range(4):
            quarter(diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4)
    return struct.pack("<8I", *state[:4], *state[12:])


def cipher(key, nonce):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])), bytes(4) + nonce[16:]


class Reader:
    """Fields one after the other."""

    def __init__(self, data):
        self.data = data

    def raw(self, size):
        demand(len(self.data) >= size, "too short")
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def number(self, size, low=0, high=LARGEST * 2 + 1):
        value = int.from_bytes(self.raw(size), "big")
        demand(low <= value <= high, "out of bounds")
        return value

    def sized(self, size, low, high):
        return self.raw(self.number(size, low, high))

    def text(self, size, low, high):
        try:
            return self.sized(size, low, high).decode()
        except UnicodeDecodeError:
            raise Refused("no text") from None

    def end(self):
        demand(not self.data, "left over")


# Boxes and invitations

ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:([0-9]{1,5}))?")
SPACES = {0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, *range(0x09, 0x0E), *range(0x2000, 0x200B)}


def box(read_key, write_seed, days, cells, origin):
    return read_key + write_seed + be16(days) + be16(cells) + bytes([len(origin)]) + origin.encode()


def read_origin(reader):
    origin = reader.text(1, 1, 255)
    match = ORIGIN.fullmatch(origin)
    demand(match and (match[4] is None or 1 <= int(match[4]) <= 65_535), "no origin")
    return origin


def read_box(reader):
    keys = [reader.raw(32).hex(), reader.raw(32).hex()]
    return keys + [str(reader.number(2, 1, 90)), str(reader.number(2, 1, 4_096)), read_origin(reader)]


def invitation(last_day, secret, its_box):
    data = b"\x01" + be32(last_day) + secret + its_box
    return data + h(domain("secr link 1") + data)[:4]


def link(data):
    return "secr:" + base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_link(data):
    letters = "".join(letter for letter in data.decode() if ord(letter) not in SPACES)
    demand(re.fullmatch("[sS][eE][cC][rR]:[A-Za-z0-9_-]*", letters), "no link")
    letters = letters[5:]
    demand(len(letters) % 4 != 1, "no base64")
    data = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    demand(link(data) == "secr:" + letters, "bits left over")
    reader = Reader(data)
    demand(reader.number(1) == 1, "version")
    words = [str(reader.number(4)), reader.raw(32).hex()] + read_box(reader)
    demand(reader.raw(4) == h(domain("secr link 1") + data[:-4])[:4], "check sum")
    reader.end()
    return words


# Greetings


class Keys:
    def __init__(self, secret):
        prk = extract(domain("secr greeting 1"), secret)
        self.answer_wrap = expand(prk, b"hello wrap", 32)
        self.welcome_wrap = expand(prk, b"welcome wrap", 32)
        self.hello = expand(prk, b"hello mac", 64)
        self.welcome = expand(prk, b"welcome mac", 64)


def without_code(data, key, before):
    demand(len(data) >= 65, "size")
    demand(hmac.compare_digest(data[-64:], mac(key, before + data[:-64])), "not authentic")
    return data[:-64]


def hello(keys, key_package, its_box):
    data = b"\x01" + its_box + be16(len(key_package)) + key_package
    return data + mac(keys.hello, domain("secr hello 1") + data)


def read_hello(data, keys):
    reader = Reader(without_code(data, keys.hello, domain("secr hello 1")))
    demand(reader.number(1) == 1, "version")
    words = read_box(reader) + [reader.sized(2, 1, 12_288).hex()]
    reader.end()
    return words


def welcome(keys, to, signature_key, message):
    data = b"\x01" + bytes([len(signature_key)]) + signature_key + be16(len(message)) + message
    return data + mac(keys.welcome, domain("secr welcome 1") + h(to) + data)


def read_welcome(data, to, keys):
    reader = Reader(without_code(data, keys.welcome, domain("secr welcome 1") + h(to)))
    demand(reader.number(1) == 1, "version")
    words = [reader.sized(1, 1, 255).hex(), reader.sized(2, 1, 65_535).hex()]
    reader.end()
    return words


# Cells


def frames(message, kind, sequence):
    parts = [message[at:at + PART] for at in range(0, len(message), PART)]
    assert 1 <= len(parts) <= PARTS
    heads = [bytes([1, kind]) + be16(i) + be16(len(parts)) for i in range(len(parts))]
    return [
        (head + be16(len(part)) + be64(sequence + i) + part).ljust(FRAME, b"\0")
        for i, (head, part) in enumerate(zip(heads, parts))]


def wrap(frame, nonce, key):
    aead, rest = cipher(key, nonce)
    cell = nonce + aead.encrypt(rest, frame, None)
    assert len(cell) == CELL
    return cell


def read_cell(cell, key):
    demand(len(cell) == CELL, "size")
    aead, rest = cipher(key, cell[:24])
    try:
        frame = aead.decrypt(rest, cell[24:], None)
    except InvalidTag:
        return ["closed"]
    reader = Reader(frame)
    demand(reader.number(1) == 1, "version")
    kind, part, parts, size = reader.number(1, 1, 3), reader.number(2), reader.number(2, 1, PARTS), reader.number(2)
    demand(part < parts and (size == PART or part == parts - 1 and 1 <= size <= PART), "parts")
    sequence = reader.number(8, part + 1, LARGEST)
    payload = reader.raw(size)
    demand(not any(reader.data), "zeros")
    return [str(kind), str(part), str(parts), str(sequence), payload.hex()]


# Contents

TEXT, ATTACHMENT, RECEIPT, BOX, LIFETIME, DELETION, FAREWELL = range(1, 8)


def content(kind, number, acknowledged, time, lifetime=0, body=b""):
    return bytes([1, kind, 0, 0]) + be32(lifetime) + be64(number) + be64(acknowledged) + be64(time) + body


def attachment(secret, file_hash, size, width, height, blob, runs, origin, name, media_type, caption, preview):
    data = secret + file_hash + be64(size) + be32(width) + be32(height) + bytes([blob, len(runs)])
    data += b"".join(be32(first) + be32(day) for first, day in runs)
    for text in (origin, name, media_type):
        data += bytes([len(text.encode())]) + text.encode()
    return data + be16(len(caption.encode())) + caption.encode() + be16(len(preview)) + preview


def read_attachment(reader):
    words = [reader.raw(32).hex(), reader.raw(32).hex()]
    size, width, height, blob = reader.number(8), reader.number(4), reader.number(4), reader.number(1, 0, 3)
    runs = [(reader.number(4), reader.number(4)) for _ in range(reader.number(1, 1, 64))]
    firsts = [first for first, _ in runs]
    blobs = max(1, -(-size // CAPACITIES[blob]))
    demand(firsts[0] == 0 and firsts == sorted(set(firsts)) and firsts[-1] < blobs <= 2**32, "runs")
    origin, name, media_type = read_origin(reader), reader.text(1, 1, 255), reader.text(1, 0, 127)
    demand(name not in (".", "..") and "/" not in name and "\0" not in name, "name")
    words += [str(size), str(width), str(height), str(blob)] + [f"{first}:{day}" for first, day in runs] + [origin]
    words += [text.encode().hex() for text in (name, media_type, reader.text(2, 0, 8_192))]
    return words + [reader.sized(2, 0, 12_288).hex()]


def read_content(data):
    reader = Reader(data)
    demand(reader.number(1) == 1, "version")
    kind = reader.number(1, 1, 7)
    demand(reader.number(2) == 0, "zeros")
    lifetime, number = reader.number(4), reader.number(8, 1, LARGEST)
    words = [kind, number, reader.number(8, 0, LARGEST), reader.number(8, 0, LARGEST), lifetime]
    words = [str(word) for word in words]
    if kind == TEXT:
        words.append(reader.text(4, 1, 65_536).encode().hex())
    elif kind == ATTACHMENT:
        words += read_attachment(reader)
    elif kind == BOX:
        words += read_box(reader)
    elif kind == LIFETIME:
        words.append(str(reader.number(4)))
    elif kind == DELETION:
        words.append(str(reader.number(8, 1, LARGEST)))
    reader.end()
    return words


def blob_keys(secret, number):
    prk = extract(domain("secr file 1"), secret)
    return [expand(prk, b"blob " + what + b" " + be32(number), 32) for what in (b"read", b"write", b"key")]


# The examples of the page


def run(start, size=32):
    return bytes(range(start, start + size))


def counting(size):
    return bytes(i % 251 for i in range(size))


class Example:
    origin, day, time = "https://relay.example", 20_000, 1_728_000_000
    secret = run(0x00)
    keys = Keys(secret)
    invited = invitation(day + 7, secret, box(public(run(0x20)), run(0x40), 7, 16, origin))
    its_hello = hello(keys, counting(40), box(public(run(0x60)), run(0x80), 7, 64, "http://[::1]:7327"))
    its_welcome = welcome(keys, its_hello, public(run(0xA0)), counting(48))
    file = counting(200_000)
    attached = attachment(
        run(0xC0), h(file), len(file), 640, 480, 0, [(0, day + 7), (2, day + 8)], origin, "fjord.jpg", "image/jpeg",
        "From the boat", bytes.fromhex("ffd8ffd9"))


def vectors():
    keys, time = Example.keys, Example.time
    cell = wrap(frames(Example.its_hello, HELLO, 1)[0], run(0xC0, 24), keys.answer_wrap)
    message = frames(counting(PART + 1), MESSAGE, 5)
    cells = [wrap(frame, run(start, 24), run(0xE0)) for frame, start in zip(message, (0x10, 0x30))]
    contents = [
        ("text", content(TEXT, 1, 0, time, 0, be32(7) + "Grüße".encode())),
        ("attachment", content(ATTACHMENT, 2, 3, time + 60, 86_400, Example.attached)),
        ("receipt", content(RECEIPT, 3, 4, time + 120)),
        ("box", content(BOX, 4, 4, time + 180, 0, box(public(run(0x20)), run(0x40), 21, 256, Example.origin))),
        ("lifetime", content(LIFETIME, 5, 4, time + 240, 0, be32(604_800))),
        ("deletion", content(DELETION, 6, 5, time + 300, 0, be64(1))),
        ("farewell", content(FAREWELL, 7, 6, time + 360)),
    ]
    blobs = []
    for number in (0, 3):
        read, write, key = blob_keys(run(0xC0), number)
        blobs += [("read seed", read), ("read key", public(read)), ("write seed", write), ("write key", public(write))]
        blobs.append(("key", key))
    return {
        "A link": [("bytes", Example.invited), ("link", link(Example.invited))],
        "Keys that follow from it": [
            ("answer wrap", keys.answer_wrap), ("welcome wrap", keys.welcome_wrap), ("hello key", keys.hello),
            ("welcome key", keys.welcome)],
        "A hello": [("bytes", Example.its_hello)],
        "A welcome": [("bytes", Example.its_welcome), ("hash of hello", h(Example.its_hello))],
        "A cell": [("frame", frames(Example.its_hello, HELLO, 1)[0][:32]), ("cell", cell[:64]), ("hash", h(cell))],
        "A message in two cells": [
            ("frame", message[0][:32]), ("cell", cells[0][:64]), ("hash", h(cells[0])),
            ("frame", message[1][:32]), ("cell", cells[1][:64]), ("hash", h(cells[1]))],
        "What is said": contents,
        "Keys of blobs": blobs,
    }


def print_vectors():
    for heading, lines in vectors().items():
        print(f".Ss {heading}")
        for label, data in lines:
            text = data if isinstance(data, str) else data.hex()
            for at in range(0, len(text), 64):
                print(f"{label if at == 0 else '':14}{text[at:at + 64]}")


def check():
    readers = {
        "link": read_link,
        "hello": lambda data: read_hello(data, Example.keys),
        "welcome": lambda data: read_welcome(data, Example.its_hello, Example.keys),
        "cell": lambda data: read_cell(data, Example.keys.answer_wrap),
        "content": read_content,
    }
    for line in sys.stdin:
        what, _, digits = line.rstrip("\n").partition(" ")
        try:
            print(" ".join(readers[what](bytes.fromhex(digits))))
        except Refused:
            print("refused")


if __name__ == "__main__":
    if sys.argv[1:] == ["vectors"]:
        print_vectors()
    elif sys.argv[1:] == ["check"]:
        check()
    else:
        sys.exit(__doc__)
