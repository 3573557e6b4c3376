"""Colour profiles: canaries in the header, in texts, private tags and gaps; the tags that decide colours stay."""

from writers import icc
from writers.canary import ICC
from writers.icc import Header, profile

D50 = icc.D50
GAMMAS = {b"rTRC": 2.2, b"gTRC": 2.1, b"bTRC": 2.3}
PRIMARIES = {b"rXYZ": icc.RED, b"gXYZ": icc.GREEN, b"bXYZ": icc.BLUE}
ICC_SIGNATURE = b"acsp"
# Year, month, day, hour, minute and second.
MADE = bytes.fromhex("07b9 000b 001d 0011 0025 003b")
CALIBRATED = bytes.fromhex("07ba 0002 001c 0016 0021 0015")
MODULE, MAKER, MODEL, CREATOR, PLATFORM, FLAGS = b"CNcm", b"CNma", b"CNmo", b"CNcr", b"CNpf", b"CNfl"
ATTRIBUTES = b"CNRYattr"
# Lab of black, blue, green, cyan, red, magenta, yellow and white, a byte for each channel.
GRID = bytes.fromhex("008080 4cc020 b43cb0 c85870 88c8b8 98d850 f078d8 ff8080")


def kept(plants, signature, element):
    """A tag that has to come through as it is."""
    return signature, plants.kept(f"ICC {signature.decode()}", element)


def rendering(plants):
    """All that decides colours; near sRGB, but not so near that a profile of sRGB could replace it."""
    return colors(plants) + curves(plants)


def colors(plants):
    """White, its adaptation, and the primaries."""
    whites = [kept(plants, b"wtpt", icc.xyz(D50)), kept(plants, b"chad", icc.matrix(icc.ADAPTATION))]
    return whites + [kept(plants, signature, icc.xyz(values)) for signature, values in PRIMARIES.items()]


def curves(plants):
    return [kept(plants, signature, icc.curve(gamma)) for signature, gamma in GAMMAS.items()]


def private_header(plants):
    """A header with something in nearly every field that colours don't need.

    Signatures have four bytes only, so their canaries take the bytes beside them along, which are the same in any case.
    """
    plain = Header()
    plants.exact("ICC header preferred module", ICC, MODULE + plain.version.to_bytes(4, "big") + plain.kind)
    plants.exact("ICC header manufacturer", ICC, ICC_SIGNATURE + plain.platform + plain.flags + MAKER)
    plants.exact("ICC header model", ICC, MODEL + plain.attributes + plain.intent.to_bytes(4, "big"))
    plants.exact("ICC header creator", ICC, icc.illuminant() + CREATOR)
    return Header(
        cmm=MODULE,
        manufacturer=MAKER,
        model=MODEL,
        creator=CREATOR,
        date=plants.exact("ICC header date", ICC, MADE),
        identifier=plants.short("ICC header profile id", ICC, 16),
        reserved=plants.short("ICC header reserved bytes", ICC, 28),
    )


def header_profile(plants):
    return profile(rendering(plants), private_header(plants))


def attributes_profile(plants):
    """The fields that stand beside those of the other header."""
    header = Header(platform=PLATFORM, flags=FLAGS, attributes=ATTRIBUTES)
    plants.exact("ICC header platform and flags", ICC, ICC_SIGNATURE + PLATFORM + FLAGS)
    plants.exact("ICC header attributes", ICC, ATTRIBUTES + header.intent.to_bytes(4, "big"))
    return profile(rendering(plants), header)


def texts(plants):
    """Descriptions of profile, maker and model, and the copyright."""
    long_description = icc.description(
        plants.text("ICC desc", ICC),
        plants.text("ICC desc in Unicode", ICC, "utf16be"),
        plants.short("ICC desc for Macintosh", ICC, 20),
    )
    return [
        (b"desc", long_description),
        (b"cprt", icc.text(plants.text("ICC cprt", ICC))),
        (b"dmnd", icc.description(plants.text("ICC dmnd", ICC))),
        (b"dmdd", icc.description(plants.text("ICC dmdd", ICC))),
        (b"vued", icc.description(plants.text("ICC vued", ICC))),
    ]


def private_tags(plants):
    """Calibration, a monitor's serial number, and tags that no standard knows."""
    return [
        (b"vcgt", icc.gamma_table(plants.short("ICC vcgt", ICC, 48))),
        (b"mmod", icc.element(b"mmod", plants.short("ICC mmod", ICC, 32))),
        (b"CNry", icc.text(plants.text("ICC private tag", ICC))),
        (b"CNrz", icc.element(b"data", bytes([0, 0, 0, 1]) + plants.text("ICC private tag deflated", ICC, "deflate"))),
        (b"calt", icc.element(b"dtim", plants.exact("ICC calibration time", ICC, CALIBRATED))),
    ]


def slack_profile(plants):
    """Bytes between the elements and behind the last one that no tag covers."""
    slack = {b"gXYZ": plants.text("ICC slack between tags", ICC)}
    return profile(rendering(plants), slack=slack, tail=plants.text("ICC slack behind the last tag", ICC))


def element_slack_profile(plants):
    """Bytes that belong to an element but not to its value: reserved ones, and what is too much."""
    red = icc.element(b"XYZ ", plants.kept("ICC rXYZ value", icc.xyz(icc.RED)[8:]), reserved=b"CNxy")
    plants.exact("ICC rXYZ reserved bytes", ICC, red)
    signature, green = kept(plants, b"gXYZ", icc.xyz(icc.GREEN))
    longer = signature, green + plants.text("ICC gXYZ behind the value", ICC)
    first, *others = curves(plants)
    longer_curve = first[0], first[1] + plants.text("ICC rTRC behind the curve", ICC)
    return profile([(b"rXYZ", red), longer, kept(plants, b"bXYZ", icc.xyz(icc.BLUE)), longer_curve, *others])


def beyond_profile(plants):
    """Bytes in the segment that the size in the header leaves out."""
    return profile(rendering(plants)) + plants.text("ICC bytes beyond the size", ICC)


def full_profile(plants):
    return profile(texts(plants) + rendering(plants) + private_tags(plants), private_header(plants))


def version_4_profile(plants):
    """Localised texts, a dictionary with a display's serial number, parametric curves that share one element."""
    gamma = plants.kept("ICC shared parametric curve", icc.parametric(2.2))
    serial = icc.dictionary("EDID_serial".encode("utf-16-be"), plants.text("ICC meta dictionary", ICC, "utf16be"))
    tags = [
        (b"desc", icc.localized(plants.text("ICC desc localised", ICC, "utf16be"))),
        (b"cprt", icc.localized(plants.text("ICC cprt localised", ICC, "utf16be"))),
        (b"meta", serial),
    ]
    shared = [(signature, gamma) for signature in GAMMAS]
    return profile(tags + colors(plants) + shared, Header(version=icc.VERSION_4))


def parametric_profile(plants):
    """Two reserved bytes between the kind of a curve and its parameter, and text behind the parameter."""
    green, blue = icc.parametric(GAMMAS[b"gTRC"]), icc.parametric(GAMMAS[b"bTRC"])
    padded = plants.exact("ICC rTRC padding", ICC, icc.parametric(GAMMAS[b"rTRC"], padding=b"CN"))
    longer = plants.kept("ICC gTRC", green) + plants.text("ICC gTRC behind the parameter", ICC)
    shown = [(b"rTRC", padded), (b"gTRC", longer), kept(plants, b"bTRC", blue)]
    return profile(colors(plants) + shown, Header(version=icc.VERSION_4))


def stages_profile(plants):
    """Bytes between the stages of a table, behind them, and in the reserved fields within."""
    straight = icc.parametric(1)
    strange = plants.exact("ICC A2B0 curve reserved bytes", ICC, icc.parametric(1, reserved=b"CNcu"))
    table = icc.stages(
        curves=straight * 3,
        grid=plants.exact("ICC A2B0 grid padding", ICC, icc.grid_header(2, 3, padding=b"CNg")),
        values=plants.kept("ICC A2B0 grid values", GRID),
        input_curves=strange + straight * 2,
        between=plants.text("ICC A2B0 between stages", ICC),
        tail=plants.text("ICC A2B0 behind the stages", ICC),
    )
    header = Header(version=icc.VERSION_4, connection=b"Lab ")
    return profile([kept(plants, b"wtpt", icc.xyz(D50)), (b"A2B0", table)], header)


def grey_profile(plants):
    tags = [
        kept(plants, b"wtpt", icc.xyz(D50)),
        kept(plants, b"kTRC", icc.curve(2.0)),
        (b"cprt", icc.text(plants.text("ICC cprt", ICC))),
    ]
    return profile(tags, Header(space=b"GRAY"))


def cmyk_profile(plants, slack=b""):
    """A table from four inks to Lab."""
    header = Header(kind=icc.PRINTER, space=b"CMYK", connection=b"Lab ")
    table = plants.kept("ICC A2B0", icc.lookup(4))
    named = b"desc", icc.description(plants.text("ICC desc", ICC))
    return profile([named, kept(plants, b"wtpt", icc.xyz(D50)), (b"A2B0", table + slack)], header)


def lookup_slack_profile(plants):
    """Bytes behind the table that its sizes leave out but its length covers."""
    return cmyk_profile(plants, plants.text("ICC A2B0 behind the table", ICC))
