"""Small pictures whose orientation and colours can't be mistaken, as rows of (red, green, blue)."""

RED, GREEN, BLUE, YELLOW = (220, 40, 40), (30, 160, 60), (40, 70, 210), (240, 210, 50)
WHITE, BLACK = (250, 250, 250), (15, 15, 15)


def quarters(width, height):
    """Red, green, blue and yellow quarters with a white wedge at the top left and a shade from left to right."""

    def color(x, y):
        return WHITE if x + 2 * y < height else shaded(quarter(x, y, width, height), x, width)

    return draw(width, height, color)


def stripes(width, height, first=BLACK, second=YELLOW):
    """Slanting stripes, for thumbnails and other pictures that have to differ from the main one."""
    return draw(width, height, lambda x, y: first if (x + y) // 3 % 2 else shaded(second, y, height))


def draw(width, height, color):
    return [[color(x, y) for x in range(width)] for y in range(height)]


def quarter(x, y, width, height):
    row = (RED, GREEN) if 2 * y < height else (BLUE, YELLOW)
    return row[2 * x >= width]


def shaded(color, position, length):
    """The colour, darker towards the end."""
    return tuple(part * (2 * length - position) // (2 * length) for part in color)


def rgb(rows):
    """The three planes of a picture."""
    return [[[pixel[channel] for pixel in row] for row in rows] for channel in range(3)]


def ycc(rows):
    """Luminance and two colour differences (T.871, section 7)."""
    return rgb([[ycc_pixel(pixel) for pixel in row] for row in rows])


def grey(rows):
    """Luminance alone."""
    return ycc(rows)[:1]


def cmyk(rows):
    """Four planes, inverted as Adobe stores them: 255 is no ink."""
    return four_planes(rows, lambda pixel: pixel)


def ycck(rows):
    """The same with the first three planes turned into luminance and colour differences of the ink."""
    return four_planes(rows, lambda paper: ycc_pixel(tuple(255 - part for part in paper)))


def four_planes(rows, transform):
    pixels = [[(*transform(paper(pixel)), max(pixel)) for pixel in row] for row in rows]
    return [[[pixel[channel] for pixel in row] for row in pixels] for channel in range(4)]


def paper(pixel):
    """What cyan, magenta and yellow leave of white once black has been taken out."""
    brightest = max(pixel)
    return tuple(part * 255 // brightest for part in pixel)


def ycc_pixel(pixel):
    red, green, blue = pixel
    luminance = (299 * red + 587 * green + 114 * blue + 500) // 1000
    return luminance, clamp(128 + (blue - luminance) * 564 // 1000), clamp(128 + (red - luminance) * 713 // 1000)


def clamp(value):
    return max(0, min(255, value))
