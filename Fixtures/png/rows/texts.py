"""Text chunks of all kinds, and the blocks of other formats that hide in them."""

from fixture import Fixture, file, leaking
from planted import exif
from planted.profiles import rendering
from writers import photoshop, tags, texts, xmp
from writers.canary import COMMENT, EXIF, IPTC, XMP, Plants, token
from writers.deflate import STORED, Block, deflate, zlib_stream
from writers.icc import profile
from writers.tiff import exif as exif_block

XMP_KEYWORD = b"XML:com.adobe.xmp"
KEYWORDS = ["Author", "Software", "Creation Time", "Comment", "Title", "Copyright", "Thumb::URI", "date:create"]
TOOL_KEYWORDS = ["parameters", "workflow", "prompt"]


def fixtures():
    return [
        leaking("text.png", plain_texts),
        leaking("text-encodings.png", encoded_texts),
        leaking("text-tools.png", tool_texts),
        leaking("text-compressed.png", compressed_texts),
        leaking("text-stored.png", stored_texts),
        leaking("text-international.png", international_texts),
        leaking("text-international-compressed.png", packed_texts),
        leaking("text-language.png", languages),
        leaking("text-keyword.png", private_keywords),
        behind_picture(),
        leaking("xmp.png", xmp_text),
        leaking("xmp-compressed.png", packed_xmp),
        leaking("xmp-plain-chunk.png", xmp_in_plain_chunk),
        leaking("raw-profile-exif.png", raw_exif),
        leaking("raw-profile-exif-plain.png", plain_raw_exif),
        leaking("raw-profile-iptc.png", raw_iptc),
        leaking("raw-profile-icc.png", raw_icc),
        leaking("raw-profile-xmp.png", raw_xmp),
    ]


def plain_texts(plants):
    return b"".join(texts.plain(word.encode(), plants.text(f"tEXt {word}", COMMENT)) for word in KEYWORDS)


def encoded_texts(plants):
    """Texts that are not what they seem."""
    encodings = "hex", "base64", "utf16be"
    return b"".join(
        texts.plain(b"Comment", plants.text(f"tEXt in {encoding}", COMMENT, encoding)) for encoding in encodings
    )


def tool_texts(plants):
    """What programs that make pictures from words write about the words."""
    chunks = b""
    for word in TOOL_KEYWORDS:
        chunks += texts.plain(word.encode(), b'{"text":"' + plants.text(f"tEXt {word}", COMMENT) + b'"}')
        chunks += texts.international(word.encode(), b'{"text":"' + plants.text(f"iTXt {word}", COMMENT) + b'"}')
    return chunks


def compressed_texts(plants):
    return b"".join(
        texts.compressed(word.encode(), plants.text(f"zTXt {word}", COMMENT, "deflate")) for word in KEYWORDS
    )


def stored_texts(plants):
    """Streams whose blocks are stored, so that the texts can be read as they are, and bytes behind one."""
    first = zlib_stream(Block(plants.text("zTXt stored", COMMENT), STORED))
    second = zlib_stream(Block(plants.text("iTXt stored", COMMENT), STORED))
    tail = plants.text("zTXt behind the stream", COMMENT)
    return texts.compressed(b"Comment", first + tail) + texts.international(b"Comment", second, packed=True)


def international_texts(plants):
    return b"".join(texts.international(word.encode(), plants.text(f"iTXt {word}", COMMENT)) for word in KEYWORDS)


def packed_texts(plants):
    """The same compressed."""
    chunks = b""
    for word in KEYWORDS:
        stream = plants.text(f"iTXt {word} compressed", COMMENT, "deflate")
        chunks += texts.international(word.encode(), stream, packed=True)
    return chunks


def languages(plants):
    """Language tag and translated keyword, which can be anything."""
    language = plants.text("iTXt language tag", COMMENT)
    return texts.international(b"Title", b"a title", language, plants.text("iTXt translated keyword", COMMENT))


def private_keywords(plants):
    """Keywords that tell something on their own, with texts and without."""
    plain = texts.plain(plants.text("tEXt keyword", COMMENT), b"")
    packed = texts.compressed(plants.text("zTXt keyword", COMMENT), deflate(b"a text"))
    return plain + packed + texts.international(plants.text("iTXt keyword", COMMENT), b"a text")


def behind_picture():
    """Texts between the picture and the end."""
    plants = Plants()
    return Fixture("text-behind-picture.png", file(plants, behind=late_texts(plants)), plants)


def late_texts(plants):
    chunks = texts.plain(b"Comment", plants.text("tEXt behind IDAT", COMMENT))
    chunks += texts.compressed(b"Comment", plants.text("zTXt behind IDAT", COMMENT, "deflate"))
    return chunks + texts.international(b"Comment", plants.text("iTXt behind IDAT", COMMENT))


def packet(plants, where):
    attributes = {
        "xmp:CreatorTool": plants.text(f"XMP CreatorTool in {where}", XMP),
        "exif:GPSLatitude": plants.text(f"XMP GPSLatitude in {where}", XMP),
    }
    elements = {"dc:creator": xmp.array("Seq", plants.text(f"XMP creator in {where}", XMP))}
    return xmp.packet(attributes, elements, plants.text(f"XMP behind the packet in {where}", XMP))


def xmp_text(plants):
    return texts.international(XMP_KEYWORD, packet(plants, "iTXt"))


def packed_xmp(plants):
    """Compressed, once so that it can't be found as a text and once stored."""
    stream = deflate(packet(Plants(), "compressed iTXt"))
    plants.exact("XMP in compressed iTXt", XMP, stream, "deflate")
    stored = zlib_stream(Block(packet(plants, "stored iTXt"), STORED))
    return texts.international(XMP_KEYWORD, stream, packed=True) + texts.international(XMP_KEYWORD, stored, packed=True)


def xmp_in_plain_chunk(plants):
    """Older programs put the packet into tEXt."""
    return texts.plain(XMP_KEYWORD, packet(plants, "tEXt"))


def raw_exif(plants):
    """Exif under two keywords; the header of APP1 leads."""
    chunks = b""
    for keyword, name in [(b"Raw profile type exif", b"exif"), (b"Raw profile type APP1", b"APP1")]:
        row = keyword.decode()
        block = exif_block(exif.harmless().ascii(tags.MAKE, token(row)), "II")
        chunks += profile_chunk(plants, keyword, name, block, EXIF)
    return chunks


def profile_chunk(plants, keyword, name, data, kind):
    whole, stream = texts.deflated_profile(keyword, name, data)
    plants.exact(keyword.decode(), kind, stream, "deflate")
    return whole


def plain_raw_exif(plants):
    """Uncompressed, and all digits in one line."""
    block = exif_block(exif.harmless().ascii(tags.MAKE, token("Raw profile in tEXt")), "MM")
    plants.text("Raw profile in tEXt", EXIF, "hex")
    digits = b"\nexif\n%8d\n" % len(block) + block.hex().encode() + b"\n"
    return texts.plain(b"Raw profile type exif", digits)


def raw_iptc(plants):
    """Records alone, and within Photoshop's resources."""
    chunks = b""
    for keyword, name in [(b"Raw profile type iptc", b"iptc"), (b"Raw profile type 8bim", b"8bim")]:
        records = photoshop.dataset(2, 80, token(keyword.decode()))
        chunks += profile_chunk(plants, keyword, name, photoshop.resource(photoshop.IPTC, records), IPTC)
    return chunks


def raw_icc(plants):
    """A profile that no decoder takes from there."""
    return profile_chunk(plants, b"Raw profile type icc", b"icc", profile(rendering(Plants())), COMMENT)


def raw_xmp(plants):
    return profile_chunk(plants, b"Raw profile type xmp", b"xmp", packet(Plants(), "raw profile"), XMP)


def all_chunks(plants):
    """For the file that has everything."""
    parts = (
        plain_texts,
        encoded_texts,
        tool_texts,
        compressed_texts,
        stored_texts,
        international_texts,
        packed_texts,
        languages,
        private_keywords,
        xmp_text,
        raw_exif,
        raw_iptc,
        raw_icc,
        raw_xmp,
    )
    return b"".join(part(plants) for part in parts)
