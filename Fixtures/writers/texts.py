"""Writers of PNG's three kinds of text chunks."""

from .deflate import deflate
from .png import chunk

DEFLATE = b"\0"
LINE = 72


def plain(keyword, text):
    return chunk(b"tEXt", keyword + b"\0" + text)


def compressed(keyword, stream):
    """A zTXt chunk of a zlib stream."""
    return chunk(b"zTXt", keyword + b"\0" + DEFLATE + stream)


def international(keyword, text, language=b"", translated=b"", packed=False):
    """An iTXt chunk; where it is `packed` the text is a zlib stream."""
    return chunk(b"iTXt", b"\0".join([keyword, bytes([packed]) + DEFLATE + language, translated, text]))


def raw_profile(name, data):
    """The text by which ImageMagick keeps blocks of other formats: a name, a length and hexadecimal digits."""
    digits = data.hex().encode()
    lines = [digits[start : start + LINE] for start in range(0, len(digits), LINE)]
    return b"\n%s\n%8d\n" % (name, len(data)) + b"\n".join(lines) + b"\n"


def deflated_profile(keyword, name, data):
    """The same compressed, and the zlib stream alone."""
    stream = deflate(raw_profile(name, data))
    return compressed(keyword, stream), stream
