"""PDF documents of any size, as printing to a file makes them: pages of words and pictures, with links and author."""

import os
import zlib

WORDS = b"BT /F 9 Tf 60 %d Td (Line %d of page %d, which nobody reads to its end, %d) Tj ET\n"
LINES, PICTURES = 60, 8
# Of four megabytes, about a half are pictures.
PAGE_SIZE = 4_000


def stream(dictionary, data):
    return b"<<%s/Length %d>>stream\n" % (dictionary, len(data)) + data + b"\nendstream"


def write(path, size):
    """A document of roughly `size` bytes."""
    count = size // 2 // PAGE_SIZE
    first = 5 + PICTURES
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, b" ".join(b"%d 0 R" % (first + 3 * n) for n in range(count))),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        4: b"<</Author(Somebody)/Producer(A printer)/CreationDate(D:20260718140322)>>",
    }
    picture = b"/Type/XObject/Subtype/Image/Width 500/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode"
    for number in range(PICTURES):
        rows = size // 2 // PICTURES // 500
        bodies[5 + number] = stream(picture % rows, zlib.compress(os.urandom(500 * rows)))
    for page in range(count):
        number = first + 3 * page
        words = b"".join(WORDS % (800 - 12 * line, line, page, page * line * 7919 % 99991) for line in range(LINES))
        resources = b"<</Font<</F 3 0 R>>/XObject<</P %d 0 R>>>>" % (5 + page % PICTURES)
        parts = (b"/Parent 2 0 R/MediaBox[0 0 595 842]/Resources", resources, b"/Contents %d 0 R/Annots[%d 0 R]" % (number + 1, number + 2))
        bodies[number] = b"<</Type/Page" + b"".join(parts) + b">>"
        noise = b"%" + os.urandom(PAGE_SIZE // 2).hex().encode() + b"\n"
        bodies[number + 1] = stream(b"/Filter/FlateDecode", zlib.compress(words + noise))
        target = b"<</S/URI/URI(https://example.org/page/%d)>>" % page
        bodies[number + 2] = b"<</Type/Annot/Subtype/Link/Rect[60 60 200 80]/M(D:20260718)/A" + target + b">>"
    write_objects(path, bodies)


def write_objects(path, bodies):
    data, places = bytearray(b"%PDF-1.4\n"), []
    for number in sorted(bodies):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + bodies[number] + b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<</Size %d/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    with open(path, "wb") as file:
        file.write(data)
