"""Huffman codes for JPEG: lengths from weights, codes from lengths (T.81, annex C), and stuffed bits (F.1.2.3)."""

import heapq

LONGEST = 16
# Takes part in the construction so that no real code consists of ones only, which padding would imitate. It weighs
# least and so is among the longest; as the largest number it comes last of those.
RESERVED = 256


class HuffmanTable:
    """A code for the symbols of a dictionary of weights."""

    def __init__(self, weights):
        lengths = code_lengths({**weights, RESERVED: 0})
        self.ordered = sorted(lengths, key=lambda symbol: (lengths[symbol], symbol))
        last = self.ordered.pop()
        assert last == RESERVED
        self.counts = [sum(lengths[s] == length for s in self.ordered) for length in range(1, LONGEST + 1)]
        self.codes = self._assign(lengths)

    def _assign(self, lengths):
        codes = {}
        code = length = 0
        for symbol in self.ordered:
            code <<= lengths[symbol] - length
            length = lengths[symbol]
            codes[symbol] = code, length
            code += 1
        return codes

    def definition(self, kind, number):
        """The table as it stands in a DHT segment; kind 0 is for DC, 1 for AC."""
        return bytes([kind << 4 | number, *self.counts, *self.ordered])


def code_lengths(weights):
    """How long the code of each symbol is: repeatedly joins the two lightest groups."""
    lengths = dict.fromkeys(weights, 0)
    groups = [(weight, symbol, [symbol]) for symbol, weight in weights.items()]
    heapq.heapify(groups)
    while len(groups) > 1:
        light, heavy = heapq.heappop(groups), heapq.heappop(groups)
        joined = light[2] + heavy[2]
        for symbol in joined:
            lengths[symbol] += 1
        heapq.heappush(groups, (light[0] + heavy[0], min(joined), joined))
    assert max(lengths.values()) <= LONGEST
    return lengths


class BitWriter:
    """Collects bits, first bit first; a zero byte follows each 0xFF, ones fill the last byte."""

    def __init__(self):
        self.bits = []

    def write(self, value, length):
        self.bits += [value >> place & 1 for place in reversed(range(length))]

    def finish(self):
        bits = self.bits + [1] * (-len(self.bits) % 8)
        octets = (bits[start : start + 8] for start in range(0, len(bits), 8))
        values = bytes(int("".join(map(str, octet)), 2) for octet in octets)
        return values.replace(b"\xff", b"\xff\0")
