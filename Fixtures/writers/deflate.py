"""A deflate encoder (RFC 1950, 1951) of stored, fixed and dynamic blocks, so that fixtures depend on no library.

Literals only, or with `runs` equal bytes as one literal and copies of it.
"""

import zlib
from dataclasses import dataclass

from .huffman import code_lengths

STORED, FIXED, DYNAMIC = range(3)
ZLIB_HEADER = b"\x78\x01"
LONGEST_STORED = 65_535
END_OF_BLOCK = 256
FIRST_LENGTH = 257
LONGEST_RUN, SHORTEST_RUN = 258, 3
LENGTHS = [*range(3, 11), *range(11, 19, 2), *range(19, 35, 4), *range(35, 67, 8), *range(67, 131, 16)]
LENGTHS += [*range(131, 258, 32), LONGEST_RUN]
# In the order of RFC 1951, 3.2.7; lengths up to 15 get four bits each, and the three codes for repetition none.
CODE_LENGTH_BITS = [0] * 3 + [4] * 16


@dataclass(frozen=True)
class Block:
    """Some of the data and how it is coded."""

    data: bytes
    kind: int = FIXED
    runs: bool = False


def deflate(data):
    """A zlib stream of one block with the fixed code."""
    return zlib_stream(Block(data))


def zlib_stream(*blocks, header=ZLIB_HEADER):
    data = b"".join(block.data for block in blocks)
    return header + raw_blocks(*blocks) + zlib.adler32(data).to_bytes(4, "big")


def raw_deflate(data):
    """The same as `deflate` without header and checksum, as in ZIP."""
    return raw_blocks(Block(data))


def raw_blocks(*blocks, ended=True):
    """Blocks one behind the other, of which the last says that it is the last, unless the stream is not to end."""
    bits = Bits()
    for number, block in enumerate(blocks, 1):
        bits.number(int(ended and number == len(blocks)), 1)
        bits.number(block.kind, 2)
        (write_stored, write_fixed, write_dynamic)[block.kind](bits, block)
    return bits.bytes()


class Bits:
    """Collects bits; the first is the lowest one of the first byte."""

    def __init__(self):
        self.bits = []

    def number(self, value, length):
        self.bits += [value >> place & 1 for place in range(length)]

    def code(self, value, length):
        """Huffman codes begin with their highest bit."""
        self.bits += [value >> place & 1 for place in reversed(range(length))]

    def align(self):
        self.bits += [0] * (-len(self.bits) % 8)

    def bytes(self):
        self.align()
        text = "".join(map(str, reversed(self.bits)))
        return int(text, 2).to_bytes(len(text) // 8, "little")


def write_stored(bits, block):
    size = len(block.data)
    assert size <= LONGEST_STORED
    bits.align()
    bits.number(size, 16)
    bits.number(size ^ LONGEST_STORED, 16)
    for value in block.data:
        bits.number(value, 8)


def write_fixed(bits, block):
    for symbol, extra, length in symbols(block):
        bits.code(*fixed_code(symbol))
        if symbol > END_OF_BLOCK:
            bits.number(extra, length)
            bits.number(0, 5)


def write_dynamic(bits, block):
    """A code made for the symbols that occur; the one distance, to the byte before, has one bit."""
    coded = symbols(block)
    weights = {}
    for symbol, _, _ in coded:
        weights[symbol] = weights.get(symbol, 0) + 1
    lengths = code_lengths(weights if len(weights) > 1 else {**weights, 0: 0})
    assert max(lengths.values()) < 16
    count = max(*lengths, FIRST_LENGTH - 1) + 1
    bits.number(count - FIRST_LENGTH, 5)
    bits.number(0, 5)
    bits.number(len(CODE_LENGTH_BITS) - 4, 4)
    for length in CODE_LENGTH_BITS:
        bits.number(length, 3)
    for length in [*(lengths.get(symbol, 0) for symbol in range(count)), 1]:
        bits.code(length, 4)
    codes = codes_of(lengths)
    for symbol, extra, length in coded:
        bits.code(*codes[symbol])
        if symbol > END_OF_BLOCK:
            bits.number(extra, length)
            bits.number(0, 1)


def symbols(block):
    """Literals, copies and the end: (symbol, extra value, its bits)."""
    coded = []
    for value, count in runs(block.data) if block.runs else ((value, 1) for value in block.data):
        coded.append((value, 0, 0))
        count -= 1
        while count >= SHORTEST_RUN:
            length = min(count, LONGEST_RUN)
            coded.append(length_symbol(length))
            count -= length
        coded += [(value, 0, 0)] * count
    return [*coded, (END_OF_BLOCK, 0, 0)]


def runs(data):
    """Pairs of a byte and how often it comes."""
    start = 0
    while start < len(data):
        value = data[start]
        rest = data[start:].lstrip(data[start : start + 1])
        count = len(data) - start - len(rest)
        yield value, count
        start += count


def length_symbol(length):
    place = max(place for place, first in enumerate(LENGTHS) if first <= length)
    extra_bits = 0 if place < 8 or length == LONGEST_RUN else place // 4 - 1
    return FIRST_LENGTH + place, length - LENGTHS[place], extra_bits


def codes_of(lengths):
    """Codes by length and symbol (RFC 1951, 3.2.2)."""
    codes, code, before = {}, 0, 0
    for symbol in sorted(lengths, key=lambda symbol: (lengths[symbol], symbol)):
        code <<= lengths[symbol] - before
        before = lengths[symbol]
        codes[symbol] = code, before
        code += 1
    return codes


def fixed_code(symbol):
    """The bits of a literal, a length or the end."""
    if symbol < 144:
        return 0x30 + symbol, 8
    if symbol < 256:
        return 0x190 + symbol - 144, 9
    if symbol < 280:
        return symbol - 256, 7
    return 0xC0 + symbol - 280, 8
