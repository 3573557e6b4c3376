#!/usr/bin/env python3
"""An independent reader and writer of sealed streams and sealed files, written from secr-stream(5) alone.

It is slow, holds everything in memory and shares no code with the project, not even its library for the cipher: it is
what the page says, as somebody else would understand it. What it refuses ends with exit status 1 and one line.

    stream_reader.py open [--passphrase FILE] [--key-file FILE]              a sealed file, from stdin to stdout
    stream_reader.py seal [--passphrase FILE] [--key-file FILE] [--salt HEX] [--stream-salt HEX] ...
    stream_reader.py open-stream --key HEX --kind N --bits B                 a bare stream
    stream_reader.py seal-stream --key HEX --kind N --bits B [--salt HEX]
    stream_reader.py vectors                                                  the examples of the page
"""
import argparse
import ctypes
import ctypes.util
import hashlib
import hmac
import secrets
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

TAG = 16
STREAM_HEADER = 64
KINDS = range(0x01, 0x0A)
BITS = range(12, 17)

MAGIC = b"secrfile"
PASSPHRASE, KEY_FILE, BOTH = 0x01, 0x02, 0x03
FILE_HEADER = 48
FILE_KIND, FILE_BITS = 0x01, 16
PASSES = range(3, 16 + 1)
MEMORY = range(262_144, 1_048_576 + 1)


class Refused(Exception):
    """What the page says a reader has to refuse."""


# Primitives


def hkdf_extract(salt, key):
    """RFC 5869, 2.2, with SHA-512."""
    return hmac.new(salt, key, hashlib.sha512).digest()


def hkdf_expand(prk, info, size):
    """RFC 5869, 2.3, with SHA-512."""
    okm, block = b"", b""
    for number in range(1, -(-size // 64) + 1):
        block = hmac.new(prk, block + info + bytes([number]), hashlib.sha512).digest()
        okm += block
    return okm[:size]


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


def argon2id(secret, salt, passes, kibibytes):
    """RFC 9106, version 0x13, one lane, 32 bytes: libsodium's crypto_pwhash, which has no other lanes and version."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    if sodium.sodium_init() < 0:
        raise SystemExit("libsodium does not start")
    out = ctypes.create_string_buffer(32)
    status = sodium.crypto_pwhash(
        out, ctypes.c_ulonglong(32), secret, ctypes.c_ulonglong(len(secret)), salt,
        ctypes.c_ulonglong(passes), ctypes.c_size_t(kibibytes * 1024), ctypes.c_int(2))
    if status != 0:
        raise SystemExit("no memory for Argon2id")
    return out.raw


# Streams


class Stream:
    """The keys of one stream."""

    def __init__(self, key, salt, kind, bits):
        if kind not in KINDS or bits not in BITS or len(key) != 32 or len(salt) != 32:
            raise Refused("no such stream")
        context = b"secr-stream" + bytes([0x00, 0x01, kind, bits, 0x00])
        assert len(context) == 16
        okm = hkdf_expand(hkdf_extract(salt, key), context, 80)
        self.size = 1 << bits
        self.prefix, self.commitment = okm[32:48], okm[48:80]
        # The first 16 bytes of the nonce are those of every chunk, and so is what HChaCha20 makes of them.
        self.cipher = ChaCha20Poly1305(hchacha20(okm[:32], self.prefix))

    @staticmethod
    def _nonce(number, final):
        return bytes(4) + struct.pack(">Q", 2 * number + final)

    def seal(self, number, final, piece):
        return self.cipher.encrypt(self._nonce(number, final), piece, None)

    def open(self, number, final, chunk):
        try:
            return self.cipher.decrypt(self._nonce(number, final), chunk, None)
        except InvalidTag:
            raise Refused(f"chunk {number} does not open") from None


def seal_stream(key, kind, bits, plaintext, salt):
    stream = Stream(key, salt, kind, bits)
    pieces = [plaintext[at:at + stream.size] for at in range(0, len(plaintext), stream.size)] or [b""]
    chunks = [stream.seal(i, i == len(pieces) - 1, piece) for i, piece in enumerate(pieces)]
    sealed = salt + stream.commitment + b"".join(chunks)
    assert len(sealed) == 64 + len(plaintext) + 16 * max(1, -(-len(plaintext) // stream.size))
    return sealed


def open_stream(key, kind, bits, sealed):
    if len(sealed) < STREAM_HEADER + TAG:
        raise Refused("too short for a stream")
    stream = Stream(key, sealed[:32], kind, bits)
    if not hmac.compare_digest(stream.commitment, sealed[32:64]):
        raise Refused("another key, kind or chunk size")
    body = sealed[STREAM_HEADER:]
    full = stream.size + TAG
    plaintext = []
    count = -(-len(body) // full)
    for i in range(count):
        chunk, final = body[i * full:(i + 1) * full], i == count - 1
        if len(chunk) < TAG or (len(chunk) == TAG and i > 0):
            raise Refused("the last chunk has no content")
        plaintext.append(stream.open(i, final, chunk))
    return b"".join(plaintext)


# Sealed files


def stretched_secret(header, passphrase, key_file):
    credential, passes, memory = header[9], header[11], struct.unpack(">I", header[12:16])[0]
    given = PASSPHRASE * (passphrase is not None) + KEY_FILE * (key_file is not None)
    if credential != given:
        raise Refused("needs other credentials")
    if passphrase is not None and not 1 <= len(passphrase) <= 4096:
        raise Refused("a passphrase has 1 to 4,096 bytes")
    if key_file is not None and not 32 <= len(key_file) <= 65_536:
        raise Refused("a key file has 32 to 65,536 bytes")
    secret = bytes([credential]) + struct.pack(">I", len(passphrase or b"")) + (passphrase or b"")
    if key_file is not None:
        secret += hashlib.blake2b(key_file).digest()
    return argon2id(secret, header[16:32], passes, memory) if credential & PASSPHRASE else secret


def file_key(header, passphrase, key_file):
    stretched = stretched_secret(header, passphrase, key_file)
    return hkdf_expand(hkdf_extract(header, stretched), b"secr sealed file", 32)


def check(header):
    if len(header) < FILE_HEADER or header[:8] != MAGIC:
        raise Refused("not a sealed file")
    if header[8] != 0x01 or header[9] not in (PASSPHRASE, KEY_FILE, BOTH) or header[10] != FILE_BITS:
        raise Refused("a header with other values than those of the page")
    passes, memory = header[11], struct.unpack(">I", header[12:16])[0]
    if header[9] & PASSPHRASE:
        if passes not in PASSES or memory not in MEMORY:
            raise Refused("too cheap or too costly to open")
    elif passes or memory:
        raise Refused("a header with other values than those of the page")


def seal_file(plaintext, passphrase, key_file, salt, stream_salt, passes=3, memory=262_144):
    credential = PASSPHRASE * (passphrase is not None) + KEY_FILE * (key_file is not None)
    if passphrase is None:
        passes = memory = 0
    header = MAGIC + bytes([0x01, credential, FILE_BITS, passes]) + struct.pack(">I", memory) + salt
    check(header)
    key = file_key(header, passphrase, key_file)
    return header + seal_stream(key, FILE_KIND, FILE_BITS, plaintext, stream_salt)


def open_file(sealed, passphrase, key_file):
    header = sealed[:FILE_HEADER]
    check(header)
    key = file_key(header, passphrase, key_file)
    return open_stream(key, FILE_KIND, FILE_BITS, sealed[FILE_HEADER:])


# The examples of the page


def vectors():
    key, salt = bytes(range(0x00, 0x20)), bytes(range(0x20, 0x40))
    first = seal_stream(key, 0x02, 12, b"sealed", salt)
    plaintext = bytes(i % 251 for i in range(4097))
    second = seal_stream(key, 0x02, 12, plaintext, salt)
    assert open_stream(key, 0x02, 12, first) == b"sealed"
    assert len(second) == 4193 and open_stream(key, 0x02, 12, second) == plaintext
    passphrase, key_file = b"correct horse", bytes(range(0x00, 0x20))
    third = seal_file(b"sealed", passphrase, key_file, bytes(range(0x20, 0x40)), bytes(range(0x40, 0x60)))
    assert open_file(third, passphrase, key_file) == b"sealed"
    return first.hex(), hashlib.blake2b(second, digest_size=32).hexdigest(), third.hex()


def self_test():
    """HChaCha20 against draft-irtf-cfrg-xchacha-03, 2.2.1; the rest stands in Python's own libraries."""
    made = hchacha20(bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927"))
    assert made.hex() == "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("open", "seal"):
        command = commands.add_parser(name)
        command.add_argument("--passphrase", type=argparse.FileType("rb"), help="a file, every byte of it")
        command.add_argument("--key-file", type=argparse.FileType("rb"))
    command.add_argument("--salt", type=bytes.fromhex)
    command.add_argument("--stream-salt", type=bytes.fromhex)
    command.add_argument("--passes", type=int, default=3)
    command.add_argument("--memory", type=int, default=262_144)
    for name in ("open-stream", "seal-stream"):
        command = commands.add_parser(name)
        command.add_argument("--key", type=bytes.fromhex, required=True)
        command.add_argument("--kind", type=int, required=True)
        command.add_argument("--bits", type=int, required=True)
    command.add_argument("--salt", type=bytes.fromhex)
    commands.add_parser("vectors")
    return parser.parse_args()


def main():
    self_test()
    asked = arguments()
    if asked.command == "vectors":
        print("\n".join(vectors()))
        return
    data = sys.stdin.buffer.read()
    if asked.command in ("open", "seal"):
        passphrase = asked.passphrase.read() if asked.passphrase else None
        key_file = asked.key_file.read() if asked.key_file else None
    if asked.command == "open":
        out = open_file(data, passphrase, key_file)
    elif asked.command == "seal":
        salt, stream_salt = (given or secrets.token_bytes(32) for given in (asked.salt, asked.stream_salt))
        out = seal_file(data, passphrase, key_file, salt, stream_salt, asked.passes, asked.memory)
    elif asked.command == "open-stream":
        out = open_stream(asked.key, asked.kind, asked.bits, data)
    else:
        out = seal_stream(asked.key, asked.kind, asked.bits, data, asked.salt or secrets.token_bytes(32))
    sys.stdout.buffer.write(out)


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        sys.exit(f"refused: {refusal}")
