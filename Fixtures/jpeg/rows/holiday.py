"""A photo as a phone leaves it, for `make demo`: nobody's camera, nobody's serial number, a public square."""

from fixture import END, START, Fixture, exif_segment, jfif
from planted.miniature import miniature
from writers import boxes, picture, tags, xmp
from writers.jpeg import Settings, encode, ids
from writers.tiff import Directory

WIDTH, HEIGHT = 160, 112
TURNED_RIGHT = 6
SKY, SUN, HILL, MEADOW = (120, 170, 230), (250, 220, 90), (60, 110, 80), (110, 170, 70)
TAKEN = b"2026:07:18 14:03:22"
STOCKHOLM = (((59, 1), (19, 1), (3462, 100)), ((18, 1), (4, 1), (1834, 100)))


def fixtures():
    coded = encode(picture.ycc(landscape()), Settings(ids(1, 2, 3, sampled=2)))
    head = jfif(72, 72, units=1) + camera() + history()
    film = boxes.video(b"Motion photo 2026-07-18", bytes(range(256)) * 8)
    data = START + head + coded.bytes() + END + film
    return [Fixture("holiday.jpg", data, orientation=TURNED_RIGHT)]


def landscape():
    """A low sun over hills, lying on its side as a sensor sees it when the phone is held upright."""
    return picture.draw(WIDTH, HEIGHT, lambda x, y: color(HEIGHT - 1 - y, x))


def color(x, y):
    if (x - 78) ** 2 + (y - 52) ** 2 < 150:
        return SUN
    ridge = 84 + abs((3 * x) % 80 - 40) // 3
    if y > ridge + 22:
        return picture.shaded(MEADOW, WIDTH - y, WIDTH)
    return HILL if y > ridge else picture.shaded(SKY, y, 2 * WIDTH)


def camera():
    """What the camera writes about itself, its owner, the time and the place."""
    photo = Directory().ascii(tags.DATE_TAKEN, TAKEN)
    photo.ascii(tags.OWNER, b"Ana Example").ascii(tags.BODY_SERIAL, b"LN9-0042-77315")
    photo.ascii(tags.LENS_MODEL, b"Lumen Nine back camera 5.1mm f/1.8").ascii(tags.UNIQUE_ID, b"4f1d2c7e90ab46f2a1c35b7790d1e8aa")
    first = Directory().ascii(tags.MAKE, b"Lumen").ascii(tags.MODEL, b"Lumen Nine").short(tags.ORIENTATION, TURNED_RIGHT)
    first.ascii(tags.SOFTWARE, b"LumenOS 9.2.1").ascii(tags.DATE, TAKEN).ascii(tags.ARTIST, b"Ana Example")
    first.directory(tags.EXIF_IFD, photo).directory(tags.GPS_IFD, place())
    small = Directory().short(tags.COMPRESSION, tags.OLD_JPEG)
    small.data(tags.THUMBNAIL_OFFSET, tags.THUMBNAIL_LENGTH, miniature())
    return exif_segment(first, "MM", small)


def place():
    latitude, longitude = STOCKHOLM
    position = Directory().ascii(tags.LATITUDE_REF, b"N").rationals(tags.LATITUDE, *latitude)
    return position.ascii(tags.LONGITUDE_REF, b"E").rationals(tags.LONGITUDE, *longitude)


def history():
    """What an editor adds."""
    return xmp.segment(xmp.packet({
        "xmp:CreatorTool": b"Shoebox Editor 3.4",
        "xmpMM:OriginalDocumentID": b"5D0C1B7E2A9F4E0D",
        "photoshop:City": b"Stockholm",
    }))
