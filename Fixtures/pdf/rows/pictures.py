"""Pictures and profiles inside a document."""

from coded import jpeg2000
from fixture import leaking
from planted import miniature, profiles
from writers import jpeg
from writers.boxes import box
from writers.canary import EXIF, GAP, VENDOR
from writers.deflate import STORED, Block, zlib_stream
from writers.pdf import Name, Stream


def fixtures():
    return [
        leaking("photo.pdf", photo),
        leaking("jpeg2000.pdf", still),
        leaking("slack.pdf", slack),
        leaking("profile.pdf", profile),
        leaking("profile-twice.pdf", packed_twice),
        leaking("photo-packed.pdf", packed_photo),
        leaking("predicted.pdf", predicted),
        leaking("alternates.pdf", alternates),
        leaking("jpeg2000-tiles.pdf", tiles),
        leaking("jbig2.pdf", bilevel),
        leaking("fax.pdf", fax),
        leaking("short-keys.pdf", short),
    ]


def picture(document, data, coding=None, space="DeviceRGB", **about):
    """In place of the usual one."""
    dictionary = {key: value for key, value in document[document.picture].dictionary.items()}
    dictionary |= {"ColorSpace": Name(space)} | about | ({"Filter": Name(coding)} if coding else {})
    document[document.picture] = Stream(dictionary, data)


def photo(document, plants):
    segments = jpeg.app(1, b"Exif\0\0II*\0" + plants.text("Exif of a photo", EXIF))
    segments += jpeg.comment(plants.text("comment of a photo", EXIF)) + jpeg.app(4, plants.text("maker of a photo", EXIF))
    data = miniature.miniature(segments) + plants.text("bytes behind a photo", EXIF)
    start = data.index(b"\xff\xda")
    plants.kept("scan of a photo", data[start : data.index(b"\xff\xd9", start) + 2])
    picture(document, data, "DCTDecode", Width=8, Height=8)


def still(document, plants):
    """JPEG 2000, with the comment that its encoder writes, in a file with a box of XML."""
    stream = jpeg2000("grey").data
    start = stream.index(b"\xff\x64")
    comment = plants.text("comment of a JPEG 2000 encoder", EXIF)
    stream = stream[:start] + b"\xff\x64" + (len(comment) + 4).to_bytes(2, "big") + b"\0\1" + comment + stream[start:]
    plants.kept("JPEG 2000 picture", jpeg2000("grey").data[-40:])
    colors = box(b"colr", b"\1\0\0", (17).to_bytes(4, "big"))
    inside = box(b"xml ", plants.text("XML among the colours of a picture", EXIF))
    header = box(b"jp2h", box(b"ihdr", (64).to_bytes(4, "big") * 2, b"\0\1\7\7\0\0"), colors, inside)
    stream += plants.text("bytes behind a JPEG 2000 picture", EXIF)
    head = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + header
    texts = box(b"xml ", b"<x>" + plants.text("XML of a JPEG 2000 picture", EXIF) + b"</x>")
    maker = box(b"uuid", bytes(16), plants.text("maker's box of a JPEG 2000 picture", EXIF))
    picture(document, head + texts + box(b"jp2c", stream) + maker, "JPXDecode", "DeviceGray", Width=64, Height=64)


def slack(document, plants):
    samples = zlib_stream(Block(bytes(17 * place % 256 for place in range(24)), STORED))
    picture(document, samples + plants.text("bytes behind packed samples", GAP), "FlateDecode")


def profile(document, plants):
    data = profiles.profile(profiles.rendering(plants) + profiles.texts(plants))
    stream = document.add(Stream({"N": 3}, data))
    document[document.picture].dictionary["ColorSpace"] = [Name("ICCBased"), stream]


def packed_twice(document, plants):
    """A profile that is packed in another, and then as digits."""
    texts = plants.text("comment in front of a profile", GAP)
    data = profiles.profile(profiles.rendering(plants))
    packed = zlib_stream(Block(zlib_stream(Block(data, STORED)) + texts, STORED))
    stream = document.add(Stream({"N": 3, "Filter": [Name("FlateDecode"), Name("FlateDecode")]}, packed))
    document[document.picture].dictionary["ColorSpace"] = [Name("ICCBased"), stream]


def packed_photo(document, plants):
    """A photo that is packed once more, behind a line end."""
    segments = jpeg.comment(plants.text("comment of a packed photo", EXIF))
    data = b"\n" + miniature.miniature(segments)
    picture(document, zlib_stream(Block(data, STORED)), "FlateDecode", Width=8, Height=8)
    document[document.picture].dictionary["Filter"] = [Name("FlateDecode"), Name("DCTDecode")]


def predicted(document, plants):
    """Lines as differences, where the numbers that tell how are objects of their own."""
    lines = b"".join(bytes([1]) + bytes([9] * 12) for _ in range(2))
    predictor, columns, colors = (document.add(number) for number in (15, 4, 3))
    parameters = {"Predictor": predictor, "Columns": columns, "Colors": colors}
    packed = plants.kept("lines as differences", zlib_stream(Block(lines, STORED)))
    picture(document, packed, "FlateDecode", DecodeParms=parameters)


def alternates(document, plants):
    other = dict(document[document.picture].dictionary)
    samples = plants.short("another form of a picture", VENDOR, 24)
    alternate = document.add(Stream(other, samples))
    document[document.picture].dictionary["Alternates"] = [{"Image": alternate, "DefaultForPrinting": True}]
    document[document.form].dictionary["Ref"] = {"F": plants.text("path of another document", VENDOR), "Page": 0}


def marker(kind, content):
    return b"\xff" + bytes([kind]) + (len(content) + 2).to_bytes(2, "big") + content


def tiles(document, plants):
    """JPEG 2000 with comments in a tile, a profile, and a marker that nobody knows."""
    stream = jpeg2000("grey").data
    start = stream.index(b"\xff\x90")
    size = int.from_bytes(stream[start + 6 : start + 10], "big")
    comment = marker(0x64, b"\0\1" + plants.text("comment in a tile", EXIF))
    tile = stream[start : start + 6] + (size + len(comment)).to_bytes(4, "big") + stream[start + 10 : start + 12] + comment
    maker = marker(0x7F, plants.text("marker that nobody knows", EXIF))
    # Where tiles are, for readers who jump: true no longer.
    lengths = marker(0x55, b"\0\x40" + (size + len(comment)).to_bytes(4, "big"))
    stream = stream[:start] + maker + lengths + tile + stream[start + 12 :]
    data = profiles.grey_profile(plants)
    header = box(b"ihdr", (64).to_bytes(4, "big") * 2, b"\0\1\7\7\0\0") + box(b"colr", b"\2\0\0", data)
    head = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    picture(document, head + box(b"jp2h", header) + box(b"jp2c", stream), "JPXDecode", "DeviceGray", Width=64, Height=64)


def stripe():
    """Eight times "as above", then sixteen black dots behind no white one, then the end (ITU-T T.6)."""
    bits = "1" * 8 + "001" + "00110101" + "0000010111" + "000000000001" * 2
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def fax(document, plants):
    parameters = {"K": -1, "Columns": 16, "Rows": 9}
    data = stripe() + plants.text("bytes behind a fax", GAP)
    about = {"Width": 16, "Height": 9, "BitsPerComponent": 1, "DecodeParms": parameters}
    picture(document, data, "CCITTFaxDecode", "DeviceGray", **about)


def short(document, plants):
    """Keys of pictures among instructions, for one that stands alone."""
    samples = bytes(31 * place % 256 for place in range(24))
    about = {"W": 4, "H": 2, "BPC": 8, "CS": Name("DeviceRGB"), "D": [1, 0, 1, 0, 1, 0], "F": [Name("AHx")]}
    common = {"Type": Name("XObject"), "Subtype": Name("Image")}
    document[document.picture] = Stream(common | about, samples.hex().encode() + b">")


def segment(number, kind, data):
    return number.to_bytes(4, "big") + bytes([kind, 0, 1]) + len(data).to_bytes(4, "big") + data


def bilevel(document, plants):
    """JBIG2: a page of eight white lines and one black one, with a note between its parts."""
    size = (16).to_bytes(4, "big") + (9).to_bytes(4, "big")
    page = segment(0, 48, size + bytes(8) + b"\0" + bytes(2))
    note = segment(1, 62, (0x20000000).to_bytes(4, "big") + b"maker\0" + plants.text("note of a JBIG2 encoder", EXIF) + b"\0\0")
    region = segment(2, 38, size + bytes(8) + b"\0" + b"\1" + stripe())
    picture(document, page + note + region, "JBIG2Decode", "DeviceGray", Width=16, Height=9, BitsPerComponent=1)
