"""Profiles that mean what a standard says, with canaries in everything else that they hold.

Colorants come from the chromaticities of the standards, adapted to D50 after Bradford, and curves from their formulas,
in fractions, so that every machine rounds them alike.
"""

from fractions import Fraction

from planted.profiles import MADE, private_header, private_tags, texts
from writers import icc
from writers.canary import ICC
from writers.icc import Header, profile

D65 = (Fraction(3127, 10_000), Fraction(3290, 10_000))
D50 = (Fraction(9642, 10_000), Fraction(1), Fraction(8249, 10_000))
SRGB_POINTS = ((64, 33), (30, 60), (15, 6))
P3_POINTS = ((68, 32), (Fraction(265, 10), 69), (15, 6))
ADOBE_POINTS = ((64, 33), (21, 71), (15, 6))
BRADFORD = (
    (Fraction(8951, 10_000), Fraction(2664, 10_000), Fraction(-1614, 10_000)),
    (Fraction(-7502, 10_000), Fraction(17135, 10_000), Fraction(367, 10_000)),
    (Fraction(389, 10_000), Fraction(-685, 10_000), Fraction(10296, 10_000)),
)
OFFSET, SCALE = Fraction(55, 1000), Fraction(1055, 1000)
KNEE, SLOPE = Fraction(4045, 100_000), Fraction(1292, 100)
SRGB_CURVE = (Fraction(12, 5), 1 / SCALE, OFFSET / SCALE, 1 / SLOPE, KNEE)
ADOBE_GAMMA = 0x0233  # 563/256
# What makes a difference of about 0.2 in CIELAB.
NEAR = Fraction(7, 10_000)

SRGB, DISPLAY_P3, ADOBE_RGB, GREY = "srgb", "display-p3", "adobe-rgb", "gray-gamma-2.2"


def all_profiles():
    """Name, what it means, and the profile for some `plants`."""
    return [
        ("srgb", SRGB, lambda plants: colored(plants, SRGB_POINTS, icc.samples(srgb_samples(256)))),
        ("srgb-1024", SRGB, lambda plants: colored(plants, SRGB_POINTS, icc.samples(srgb_samples(1024)))),
        ("srgb-parametric", SRGB, lambda plants: modern(plants, SRGB_POINTS, icc.parametric_of(3, SRGB_CURVE))),
        ("srgb-near", SRGB, lambda plants: colored(plants, SRGB_POINTS, icc.samples(srgb_samples(1024)), NEAR)),
        ("display-p3", DISPLAY_P3, lambda plants: modern(plants, P3_POINTS, icc.parametric_of(3, SRGB_CURVE))),
        ("adobe-rgb", ADOBE_RGB, lambda plants: colored(plants, ADOBE_POINTS, icc.samples([ADOBE_GAMMA]))),
        ("grey-gamma-2.2", GREY, grey),
    ]


def colored(plants, points, curve, difference=0):
    """A profile of version 2."""
    return profile(texts(plants) + tags(points, curve, difference) + private_tags(plants), private_header(plants))


def modern(plants, points, curve):
    """A profile of version 4."""
    header = Header(
        version=icc.VERSION_4,
        date=plants.exact("ICC header date", ICC, MADE),
        identifier=plants.short("ICC header profile id", ICC, 16),
    )
    named = [
        (b"desc", icc.localized(plants.text("ICC desc localised", ICC, "utf16be"))),
        (b"cprt", icc.localized(plants.text("ICC cprt localised", ICC, "utf16be"))),
    ]
    return profile(named + tags(points, curve) + private_tags(plants), header)


def grey(plants):
    curve = icc.samples(samples(1024, lambda x: (x**11, 5)))
    header = Header(space=b"GRAY", date=plants.exact("ICC header date", ICC, MADE))
    named = [(b"cprt", icc.text(plants.text("ICC cprt", ICC)))]
    return profile([*named, (b"wtpt", icc.xyz(D50)), (b"kTRC", curve)], header)


def tags(points, curve, difference=0):
    """White, colorants that differ a little if need be, and one curve for all three."""
    red, green, blue = colorants(points)
    moved = (red[0] + difference, *red[1:]), green, (*blue[:2], blue[2] - difference)
    colors = [(name, icc.xyz(values)) for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), moved)]
    return [(b"wtpt", icc.xyz(D50)), *colors, *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC"))]


def colorants(points):
    """Red, green and blue at full strength as seen under D50."""
    white = light(*D65)
    primaries = [light(Fraction(x) / 100, Fraction(y) / 100) for x, y in points]
    strengths = apply(inverse(transposed(primaries)), white)
    scaled = [[strength * part for part in primary] for strength, primary in zip(strengths, primaries)]
    return [adapted(color, white) for color in scaled]


def light(x, y):
    """The chromaticity with a brightness of 1."""
    return [x / y, Fraction(1), (1 - x - y) / y]


def adapted(color, white):
    """Each response of the eye changes as that to white does."""
    before, after = apply(BRADFORD, white), apply(BRADFORD, D50)
    responses = [part * new / old for part, old, new in zip(apply(BRADFORD, color), before, after)]
    return apply(inverse(BRADFORD), responses)


def apply(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector)) for row in matrix]


def transposed(matrix):
    return [list(column) for column in zip(*matrix)]


def inverse(matrix):
    """Of three by three: the cofactors over the determinant."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    cofactors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    determinant = a * cofactors[0][0] + b * cofactors[1][0] + c * cofactors[2][0]
    return [[part / determinant for part in row] for row in cofactors]


def srgb_samples(count):
    return samples(count, lambda x: (x / SLOPE, 1) if x <= KNEE else (((x + OFFSET) / SCALE) ** 12, 5))


def samples(count, function):
    """Sixteen bits each; the function gives a number and which root of it to take."""
    return [rounded_root(*function(Fraction(place, count - 1)), 65_535) for place in range(count)]


def rounded_root(value, degree, scale):
    """`scale` times the root, rounded, without taking it: the guess is mended until its neighbours are farther off."""
    guess = round(scale * float(value) ** (1 / degree))
    while Fraction(2 * guess + 1, 2 * scale) ** degree <= value:
        guess += 1
    while guess and Fraction(2 * guess - 1, 2 * scale) ** degree > value:
        guess -= 1
    return guess
