"""From samples to quantised coefficients, in whole numbers so that every machine gives the same bytes."""

import math

BLOCK = 8
SCALE = 1 << 13
LEVEL_SHIFT = 128


def diagonal_order():
    """Places in a block in coding order: along the diagonals, to and fro (T.81, figure 5)."""
    places = [(row, column) for row in range(BLOCK) for column in range(BLOCK)]
    return sorted(places, key=lambda place: (sum(place), place[sum(place) % 2 == 0]))


def cosine_rows():
    """The basis of the transform, scaled to whole numbers."""
    rows = []
    for frequency in range(BLOCK):
        norm = math.sqrt((1 if frequency == 0 else 2) / BLOCK)
        angles = ((2 * place + 1) * frequency * math.pi / (2 * BLOCK) for place in range(BLOCK))
        rows.append([round(SCALE * norm * math.cos(angle)) for angle in angles])
    return rows


ORDER = diagonal_order()
COSINES = cosine_rows()


def shrink(plane, across, down):
    """Averages of across times down samples."""
    height, width = len(plane), len(plane[0])
    return [[average(plane, x, y, across, down) for x in range(0, width, across)] for y in range(0, height, down)]


def average(plane, left, top, across, down):
    samples = [value for row in plane[top : top + down] for value in row[left : left + across]]
    return (sum(samples) + len(samples) // 2) // len(samples)


def block_rows(plane, columns, rows, table):
    """Rows of blocks; where the plane is too small its edges go on."""
    return [[quantized(block_at(plane, x, y), table) for x in range(columns)] for y in range(rows)]


def block_at(plane, column, row):
    lines = [plane[min(row * BLOCK + y, len(plane) - 1)] for y in range(BLOCK)]
    return [[line[min(column * BLOCK + x, len(line) - 1)] - LEVEL_SHIFT for x in range(BLOCK)] for line in lines]


def quantized(block, table):
    """64 coefficients in coding order, rounded to the nearest step."""
    spectrum = multiply(multiply(COSINES, block), transposed(COSINES))
    return [rounded(spectrum[row][column], SCALE * SCALE * step) for (row, column), step in zip(ORDER, table)]


def multiply(left, right):
    columns = transposed(right)
    return [[sum(a * b for a, b in zip(row, column)) for column in columns] for row in left]


def transposed(matrix):
    return [list(column) for column in zip(*matrix)]


def rounded(value, step):
    return (abs(value) + step // 2) // step * (1 if value >= 0 else -1)
