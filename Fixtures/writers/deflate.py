"""A deflate encoder (RFC 1950, 1951) of literals only, so that fixtures don't depend on the version of a library."""

import zlib

ZLIB_HEADER = b"\x78\x01"
END_OF_BLOCK = 256


def deflate(data):
    """A zlib stream of one block with the fixed code."""
    return ZLIB_HEADER + raw_deflate(data) + zlib.adler32(data).to_bytes(4, "big")


def raw_deflate(data):
    """The same without header and checksum, as in ZIP."""
    bits = [1, 1, 0]  # the last block; type 1, least significant bit first
    for symbol in [*data, END_OF_BLOCK]:
        bits += fixed_code(symbol)
    bits += [0] * (-len(bits) % 8)
    octets = [bits[start : start + 8] for start in range(0, len(bits), 8)]
    return bytes(sum(bit << place for place, bit in enumerate(octet)) for octet in octets)


def fixed_code(symbol):
    """The bits of a literal or of the end, first bit first."""
    if symbol < 144:
        code, length = 0x30 + symbol, 8
    elif symbol < 256:
        code, length = 0x190 + symbol - 144, 9
    else:
        code, length = symbol - 256, 7
    return [code >> place & 1 for place in reversed(range(length))]
