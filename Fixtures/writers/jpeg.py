"""A small JPEG encoder (T.81): baseline, extended or progressive, Huffman-coded, any sampling, restart intervals.

`encode` turns planes of samples into an `Encoded`: the table segments and the frame header, and then one `Scan` after
the other. Progressive files use spectral selection only.
"""

from dataclasses import dataclass, field

from .huffman import BitWriter, HuffmanTable
from .transform import block_rows, shrink

SOF0, SOF1, SOF2 = 0xC0, 0xC1, 0xC2
DHT, SOI, EOI, SOS, DQT, DNL, DRI, RST0 = 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xD0
APP0, COM = 0xE0, 0xFE
START, END = bytes([0xFF, SOI]), bytes([0xFF, EOI])

BLOCK = 8
LAST = 63
END_OF_BLOCK, SIXTEEN_ZEROS = 0x00, 0xF0


def segment(marker, payload):
    """A marker with its length and payload."""
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload


def app(number, payload):
    return segment(APP0 + number, payload)


def comment(payload):
    return segment(COM, payload)


def flat_table(start, slope):
    """64 quantisation values that grow with the frequency, in coding order."""
    return [start + slope * place // 4 for place in range(64)]


@dataclass(frozen=True)
class Component:
    """One plane: its id, its sampling factors and the table that it shares with others."""

    id: int
    across: int = 1
    down: int = 1
    table: int = 0


@dataclass(frozen=True)
class Band:
    """What one scan carries: which components, from which coefficient to which."""

    components: tuple
    first: int = 0
    last: int = LAST


@dataclass
class Settings:
    """How to code a picture."""

    components: tuple
    marker: int = SOF0
    bands: tuple = ()
    restart: int = 0
    tables: tuple = (flat_table(6, 3), flat_table(8, 5))
    wide_tables: bool = False
    height_comes_later: bool = False


@dataclass
class Scan:
    tables: bytes
    header: bytes
    data: bytes

    def bytes(self):
        return self.tables + self.header + self.data


@dataclass
class Encoded:
    """The parts of a picture in the order of the file; behind scan n come the bytes of `between[n]`."""

    quantization: bytes
    frame: bytes
    scans: list
    between: dict = field(default_factory=dict)

    def bytes(self):
        """Everything from the first table to the last scan."""
        scans = [scan.bytes() + self.between.get(number, b"") for number, scan in enumerate(self.scans)]
        return self.quantization + self.frame + b"".join(scans)


def ids(*values, sampled=1):
    """Components with these ids; the first sampled more finely than the others, which share the second table."""
    first = Component(values[0], sampled, sampled)
    return (first, *(Component(value, table=1) for value in values[1:]))


def encode(planes, settings):
    """Codes planes, one per component, each a list of rows of samples of the whole picture's size."""
    height, width = len(planes[0]), len(planes[0][0])
    grids = coefficient_grids(planes, settings)
    bands = settings.bands or (Band(tuple(range(len(planes)))),)
    frame = frame_header(width, 0 if settings.height_comes_later else height, settings)
    if settings.restart:
        frame += segment(DRI, settings.restart.to_bytes(2, "big"))
    scans = [code_scan(band, grids, (width, height), settings) for band in bands]
    between = {0: segment(DNL, height.to_bytes(2, "big"))} if settings.height_comes_later else {}
    return Encoded(quantization_segment(settings), frame, scans, between)


def quantization_segment(settings):
    """All tables in one segment, with values of one byte or of two."""
    wide = int(settings.wide_tables)
    payload = b""
    for number in sorted({component.table for component in settings.components}):
        values = (value.to_bytes(1 + wide, "big") for value in settings.tables[number])
        payload += bytes([wide << 4 | number]) + b"".join(values)
    return segment(DQT, payload)


def frame_header(width, height, settings):
    fields = bytes([8]) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes([len(settings.components)])
    for component in settings.components:
        fields += bytes([component.id, component.across << 4 | component.down, component.table])
    return segment(settings.marker, fields)


def coefficient_grids(planes, settings):
    """For each component, rows of blocks of 64 quantised coefficients, padded to whole units."""
    height, width = len(planes[0]), len(planes[0][0])
    across, down = most(settings)
    units = -(-width // (BLOCK * across)), -(-height // (BLOCK * down))
    grids = []
    for plane, component in zip(planes, settings.components):
        small = shrink(plane, across // component.across, down // component.down)
        size = units[0] * component.across, units[1] * component.down
        grids.append(block_rows(small, *size, settings.tables[component.table]))
    return grids


def most(settings):
    """The largest sampling factors."""
    return max(c.across for c in settings.components), max(c.down for c in settings.components)


def units_of(band, grids, size, settings):
    """The units of a scan, each a list of (component number, block)."""
    if len(band.components) == 1:
        return single_blocks(band.components[0], grids, size, settings)
    across, down = most(settings)
    rows = -(-size[1] // (BLOCK * down))
    columns = -(-size[0] // (BLOCK * across))
    return [unit_at(x, y, band, grids, settings) for y in range(rows) for x in range(columns)]


def unit_at(column, row, band, grids, settings):
    blocks = []
    for number in band.components:
        component = settings.components[number]
        for y in range(component.down):
            for x in range(component.across):
                blocks.append((number, grids[number][row * component.down + y][column * component.across + x]))
    return blocks


def single_blocks(number, grids, size, settings):
    """A component that is alone in its scan has no padding to whole units."""
    component = settings.components[number]
    across, down = most(settings)
    columns = -(-size[0] * component.across // (across * BLOCK))
    rows = -(-size[1] * component.down // (down * BLOCK))
    return [[(number, grids[number][y][x])] for y in range(rows) for x in range(columns)]


def code_scan(band, grids, size, settings):
    intervals = split(units_of(band, grids, size, settings), settings.restart)
    symbols = [interval_symbols(interval, band, settings) for interval in intervals]
    tables = huffman_tables(symbols)
    parts = [write_symbols(interval, tables) for interval in symbols]
    data = parts[0]
    for number, part in enumerate(parts[1:]):
        data += bytes([0xFF, RST0 + number % 8]) + part
    definitions = b"".join(tables[key].definition(*key) for key in sorted(tables))
    return Scan(segment(DHT, definitions), scan_header(band, settings), data)


def split(units, length):
    length = length or len(units)
    return [units[start : start + length] for start in range(0, len(units), length)]


def scan_header(band, settings):
    fields = bytes([len(band.components)])
    for number in band.components:
        component = settings.components[number]
        dc = component.table if band.first == 0 else 0
        ac = component.table if band.last > 0 else 0
        fields += bytes([component.id, dc << 4 | ac])
    return segment(SOS, fields + bytes([band.first, band.last, 0]))


def interval_symbols(units, band, settings):
    """The symbols of the units between two restarts: (class and number of the table, symbol, extra value, its bits)."""
    previous = {}
    symbols = []
    for number, block in (block for unit in units for block in unit):
        table = settings.components[number].table
        if band.first == 0:
            symbols.append(magnitude((0, table), 0, block[0] - previous.get(number, 0)))
            previous[number] = block[0]
        if band.last > 0:
            symbols += run_lengths((1, table), block[max(band.first, 1) : band.last + 1])
    return symbols


def run_lengths(key, coefficients):
    symbols = []
    zeros = 0
    for value in coefficients:
        if value == 0:
            zeros += 1
            continue
        symbols += [(key, SIXTEEN_ZEROS, 0, 0)] * (zeros // 16)
        symbols.append(magnitude(key, zeros % 16, value))
        zeros = 0
    return symbols + [(key, END_OF_BLOCK, 0, 0)] * (zeros > 0)


def magnitude(key, zeros, value):
    """A value as the number of its bits and those bits; negative ones count from the bottom (T.81, F.1.2)."""
    bits = abs(value).bit_length()
    return key, zeros << 4 | bits, value if value >= 0 else value + (1 << bits) - 1, bits


def huffman_tables(intervals):
    """One table per class and number, made for exactly the symbols that occur."""
    counts = {}
    for key, symbol, _, _ in (item for interval in intervals for item in interval):
        weights = counts.setdefault(key, {})
        weights[symbol] = weights.get(symbol, 0) + 1
    return {key: HuffmanTable(weights) for key, weights in counts.items()}


def write_symbols(symbols, tables):
    bits = BitWriter()
    for key, symbol, value, length in symbols:
        bits.write(*tables[key].codes[symbol])
        bits.write(value, length)
    return bits.finish()
