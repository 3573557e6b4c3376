"""A small JPEG file, for thumbnails and for what hides in other files."""

from writers import picture
from writers.jpeg import END, START, Settings, encode, ids


def miniature(head=b"", second=picture.YELLOW):
    """8 by 8 pixels, with segments at the head."""
    coded = encode(picture.ycc(picture.stripes(8, 8, second=second)), Settings(ids(1, 2, 3)))
    return START + head + coded.bytes() + END
