"""What has to survive: orientation, the marks that decide colours, pixel aspect, tables, every coding of the scans."""

from fixture import Fixture, adobe, exif_segment, jfif, jpeg
from planted import profiles
from writers import icc, picture, tags
from writers.canary import EXIF, Plants, token
from writers.jpeg import SOF1, SOF2, Band, Settings, encode, flat_table, ids
from writers.tiff import Directory

PLAIN = ids(1, 2, 3)
LARGE = 48, 32


def fixtures():
    return orientations() + adobe_rgb() + adobe_markers() + component_ids() + aspects() + codings()


def turned(orientation, order):
    return exif_segment(Directory().short(tags.ORIENTATION, orientation), order)


def orientations():
    """One file for each way to turn, in both byte orders, and two unusual ones."""
    usual = [orientation(number, "II" if number % 2 else "MM") for number in range(1, 9)]
    return [*usual, contradicting_thumbnail(), long_orientation()]


def orientation(number, order):
    plants = Plants()
    coded = encode(picture.ycc(picture.quarters(*LARGE)), Settings(PLAIN))
    data = jpeg(plants, jfif() + turned(number, order), coded)
    return Fixture(f"orientation-{number}.jpg", data, plants, orientation=number)


def contradicting_thumbnail():
    """Only the first directory counts."""
    plants = Plants()
    second = Directory().short(tags.ORIENTATION, 3)
    second.ascii(tags.MAKE, plants.text("Exif IFD1 beside an orientation", EXIF))
    block = exif_segment(Directory().short(tags.ORIENTATION, 8), "MM", second)
    return Fixture("orientation-8-thumbnail-3.jpg", jpeg(plants, jfif() + block), plants, orientation=8)


def long_orientation():
    """The value as a LONG, which the standard doesn't provide for but readers accept."""
    plants = Plants()
    block = exif_segment(Directory().long(tags.ORIENTATION, 6), "II")
    return Fixture("orientation-6-as-long.jpg", jpeg(plants, jfif() + block), plants, orientation=6)


def adobe_rgb():
    """Adobe RGB by the interoperability index of DCF, with what can come with it."""
    return [
        marked("adobe-rgb-interop.jpg"),
        marked("adobe-rgb-interop-little-endian.jpg", order="II"),
        marked("adobe-rgb-interop-orientation-6.jpg", orientation=6),
        marked("adobe-rgb-gamma.jpg", gamma=(22, 10)),
        marked("adobe-rgb-interop-icc.jpg", profile=True),
    ]


def marked(file, order="MM", orientation=1, gamma=None, profile=False):
    """A picture marked as Adobe RGB; a profile makes the mark void."""
    plants = Plants()
    interop = Directory().ascii(tags.INTEROP_INDEX, b"R03")
    photo = Directory().short(tags.COLOR_SPACE, tags.UNCALIBRATED).directory(tags.INTEROP_IFD, interop)
    if gamma:
        photo.rationals(tags.GAMMA, gamma)
    first = Directory().directory(tags.EXIF_IFD, photo)
    if orientation != 1:
        first.short(tags.ORIENTATION, orientation)
    head = jfif() + exif_segment(first, order)
    if profile:
        head += b"".join(icc.chunks(icc.profile(profiles.rendering(plants))))
    return Fixture(file, jpeg(plants, head), plants, orientation=orientation, icc=profile, adobe_rgb=not profile)


def adobe_markers():
    """The transform flag on three and four components, alone and beside JFIF."""
    return [
        colored("adobe-rgb.jpg", picture.rgb, PLAIN, transform=0),
        colored("adobe-ycc.jpg", picture.ycc, PLAIN, transform=1),
        colored("adobe-cmyk.jpg", picture.cmyk, ids(1, 2, 3, 4), transform=0),
        colored("adobe-ycck.jpg", picture.ycck, ids(1, 2, 3, 4), transform=2),
        colored("cmyk-no-adobe.jpg", picture.cmyk, ids(1, 2, 3, 4)),
        colored("jfif-adobe.jpg", picture.ycc, PLAIN, transform=1, with_jfif=True),
        colored("jfif-adobe-conflict.jpg", picture.ycc, PLAIN, transform=0, with_jfif=True),
        colored("grey-adobe.jpg", picture.grey, ids(1), transform=0),
    ]


def component_ids():
    """Without any marker, decoders look at the ids of the components."""
    return [
        colored("rgb-by-ids.jpg", picture.rgb, ids(*b"RGB")),
        colored("ycc-by-ids.jpg", picture.ycc, PLAIN),
        colored("ycc-from-zero.jpg", picture.ycc, ids(0, 1, 2)),
        colored("odd-ids.jpg", picture.ycc, ids(34, 35, 36)),
        colored("grey.jpg", picture.grey, ids(1), with_jfif=True),
        colored("grey-no-jfif.jpg", picture.grey, ids(7)),
    ]


def colored(file, planes, components, transform=None, with_jfif=False):
    plants = Plants()
    head = (jfif() if with_jfif else b"") + (b"" if transform is None else adobe(transform))
    coded = encode(planes(picture.quarters(24, 16)), Settings(components))
    return Fixture(file, jpeg(plants, head, coded), plants, jfif=with_jfif, adobe=transform, components=len(components))


def aspects():
    """Pixels that aren't square, given by densities or as a ratio, and turned."""
    return [
        stretched("jfif-aspect.jpg", 300, 150, 1, [2, 1]),
        stretched("jfif-aspect-ratio.jpg", 4, 3, 0, [4, 3]),
        stretched("jfif-aspect-orientation-6.jpg", 300, 150, 1, [2, 1], orientation=6),
    ]


def stretched(file, x, y, units, aspect, orientation=1):
    plants = Plants()
    head = jfif(x, y, units) + (turned(orientation, "MM") if orientation != 1 else b"")
    return Fixture(file, jpeg(plants, head), plants, aspect=aspect, orientation=orientation)


def codings():
    """Every way to code a picture that decoders in use know."""
    pixels = picture.ycc(picture.quarters(*LARGE))
    fine = ids(1, 2, 3, sampled=2)
    return [
        coded_as("subsampled-420.jpg", pixels, Settings(fine)),
        coded_as("restart.jpg", pixels, Settings(PLAIN, restart=5)),
        coded_as("restart-420.jpg", pixels, Settings(fine, restart=1)),
        coded_as("three-scans.jpg", pixels, Settings(fine, bands=tuple(Band((number,)) for number in range(3)))),
        coded_as("progressive.jpg", pixels, Settings(PLAIN, SOF2, spectral_bands())),
        coded_as("progressive-420-restart.jpg", pixels, Settings(fine, SOF2, spectral_bands(), restart=3)),
        coded_as("extended-wide-dqt.jpg", pixels, Settings(PLAIN, SOF1, wide_tables=True)),
        coded_as("dnl-height.jpg", pixels, Settings(PLAIN, height_comes_later=True), decodable=False),
        token_in_tables(pixels),
    ]


def spectral_bands():
    """First the averages of all components, then lower and higher frequencies of each."""
    return (Band((0, 1, 2), 0, 0), *(Band((number,), *band) for band in ((1, 5), (6, 63)) for number in range(3)))


def coded_as(file, pixels, settings, **about):
    plants = Plants()
    coded = encode(pixels, settings)
    if settings.height_comes_later:
        plants.kept("DNL behind the first scan", coded.scans[0].data[-8:] + coded.between[0])
    return Fixture(file, jpeg(plants, jfif(), coded), plants, **about)


def token_in_tables(pixels):
    """Text as quantisation values: a fingerprint that can't be removed without touching the picture."""
    plants = Plants()
    text = plants.kept("DQT values", token("DQT values"))
    table = flat_table(6, 3)[: 64 - len(text)] + list(text)
    coded = encode(pixels, Settings(PLAIN, tables=(table, flat_table(8, 5))))
    return Fixture("dqt-token.jpg", jpeg(plants, jfif(), coded), plants)
