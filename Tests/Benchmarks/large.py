"""Pictures of any size whose scans are valid: one restart interval of noise, repeated."""

import math
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "Fixtures" / part) for part in ("jpeg", "")]

from fixture import END, START, exif_segment, jfif  # noqa: E402
from writers import tags  # noqa: E402
from writers.jpeg import Settings, encode, ids  # noqa: E402
from writers.tiff import Directory  # noqa: E402

BLOCKS = 64         # in one restart interval, side by side
FINEST = (1,) * 64  # quantisation steps; noise then takes many bytes


def noise(count):
    """Samples without pattern, the same in every run."""
    state, samples = 12_345, []
    for _ in range(count):
        state = (1_103_515_245 * state + 12_345) % (1 << 31)
        samples.append(state >> 23)
    return samples


def write(path, size, orientation=6):
    """Writes a roughly square grey picture of about `size` bytes, with an Exif block."""
    samples = noise(8 * 8 * BLOCKS)
    plane = [samples[row::8] for row in range(8)]
    coded = encode([plane], Settings(ids(1), restart=BLOCKS, tables=(FINEST, FINEST)))
    scan = coded.scans[0]
    intervals = size // (len(scan.data) + 2)
    columns = max(1, round(math.sqrt(intervals / BLOCKS)))
    rows = intervals // columns
    assert max(8 * rows, 8 * BLOCKS * columns) <= 65_535, "too large for one picture"
    frame = bytearray(coded.frame)
    frame[5:7] = (8 * rows).to_bytes(2, "big")
    frame[7:9] = (8 * BLOCKS * columns).to_bytes(2, "big")
    exif = exif_segment(Directory().ascii(tags.MAKE, b"Nobody").short(tags.ORIENTATION, orientation), "MM")
    with open(path, "wb") as file:
        file.write(START + jfif() + exif + coded.quantization + frame + scan.tables + scan.header)
        eight = b"".join(scan.data + bytes([0xFF, 0xD0 + number]) for number in range(8))
        whole, rest = divmod(columns * rows - 1, 8)
        for _ in range(whole):
            file.write(eight)
        file.write(eight[: rest * (len(scan.data) + 2)] + scan.data + END)
