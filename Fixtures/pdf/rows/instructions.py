"""What stands among the instructions that paint a page."""

import base64

from fixture import leaking
from planted import miniature
from writers import jpeg
from writers.canary import EXIF
from writers.pdf import Stream


def fixtures():
    return [leaking("inline.pdf", inline), leaking("remarks.pdf", remarks)]


def photo(plants, row):
    return miniature.miniature(jpeg.comment(plants.text(row, EXIF)))


def painted(coding, data, more=b"", space=b" "):
    start = b"q 40 0 0 40 200 100 cm BI /W 8 /H 8 /BPC 8 /CS /RGB /F " + coding + more
    return start + b" ID" + space + data + b"\nEI Q\n"


def inline(document, plants):
    """Photos among the instructions: as they are, with their length, in digits, and behind two bytes that end a line."""
    words = document[document.contents[0]]
    first, second = photo(plants, "comment of a photo among instructions"), photo(plants, "comment of a photo with a length")
    words.data += painted(b"/DCT", first) + painted(b"[/DCTDecode]", second, b" /L %d" % len(second))
    third = plants.exact("comment of a photo in digits", EXIF, jpeg.comment(b"CNRY-in-digits-of-a-photo").hex().upper().encode())
    digits = miniature.miniature(b"").hex().encode()
    words.data += painted(b"[/AHx % of digits\n /DCT]", digits[:4] + third + digits[4:] + b">")
    words.data += painted(b"/DCT", photo(plants, "comment of a photo on a line of its own"), space=b"\r\n")


def remarks(document, plants):
    """Comments stay unless the policy is strict, and nothing else that looks like one goes at all."""
    words = document[document.contents[0]]
    words.data = b"%CNRY-remark-of-a-program\n" + words.data + b"% CNRY-second-remark\rq Q"
    samples = b" EI %CNRY-no-remark EI\n\x80\x81\n"
    words.data += b"\nq 9 0 0 9 250 100 cm BI /W %d /H 1 /BPC 8 /CS /G ID " % len(samples)
    words.data += plants.kept("samples that look like instructions", samples) + b"\nEI Q"
    words.data += b"\nBT /Text 9 Tf 50 300 Td (" + plants.kept("words that look like a comment", b"100 %CNRY-words") + b") Tj ET"
    packed = base64.a85encode(bytes(range(12)), adobe=False) + b"~>"
    words.data += b"\nq 9 0 0 9 250 120 cm BI /W 2 /H 2 /BPC 8 /CS /RGB /F /A85 ID " + packed + b" EI Q"
    form = document[document.form]
    document[document.form] = Stream(form.dictionary, form.data + b"\n% CNRY-remark-in-a-form")
