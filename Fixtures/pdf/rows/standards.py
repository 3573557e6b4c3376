"""Documents that say which standard they keep, and forms that wait for a signature."""

from fixture import leaking
from writers.canary import COMMENT, TIME, VENDOR, XMP
from writers.pdf import Name, Stream


def fixtures():
    return [
        leaking("claim.pdf", claim, version="1.7"),
        leaking("claim-archive.pdf", archive, version="1.5"),
        leaking("awaits-signature.pdf", awaits),
    ]


SPACES = {
    "pdfaid": b"http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": b"http://www.aiim.org/pdfua/ns/id/",
    "dc": b"http://purl.org/dc/elements/1.1/",
    "xmp": b"http://ns.adobe.com/xap/1.0/",
    "pdfaExtension": b"http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": b"http://www.aiim.org/pdfa/ns/schema#",
}


def packet(content):
    spaces = b"".join(b' xmlns:%s="%s"' % (name.encode(), space) for name, space in SPACES.items())
    begin = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    description = b'<rdf:Description rdf:about=""' + spaces + b">" + content + b"</rdf:Description></rdf:RDF>"
    return begin + b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + rdf + description + b"</x:xmpmeta>" + b" " * 40 + b'<?xpacket end="w"?>'


def metadata(document, content):
    about = {"Type": Name("Metadata"), "Subtype": Name("XML")}
    document[document.catalog]["Metadata"] = document.add(Stream(about, packet(content)))


def title(words):
    return b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">' + words + b"</rdf:li></rdf:Alt></dc:title>"


def claim(document, plants):
    """PDF/A-2 and PDF/UA at once: the title stays, and a list of layers has to have a name."""
    about = b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>"
    schema = b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    about = b"<pdfaExtension:schemas>" + schema + b"</pdfaExtension:schemas>" + about
    about += title(plants.kept("title of a document", b"Findings &amp; methods &lt;2026&gt;"))
    about += b"<dc:creator>" + plants.text("author of a claim", XMP) + b"</dc:creator>"
    about += b"<xmp:CreateDate>" + plants.exact("date of a claim", TIME, b"2001-02-03T04:05:06+CNRY") + b"</xmp:CreateDate>"
    metadata(document, about)
    layer = document.add({"Type": Name("OCG"), "Name": b"The layer of the claim"})
    configuration = {"Order": [layer], "ON": [layer], "Name": plants.text("name of a configuration", VENDOR)}
    document[document.catalog]["OCProperties"] = {"OCGs": [layer], "D": configuration}
    document[document.catalog] |= {"MarkInfo": {"Marked": True}, "Lang": b"en-GB"}
    document[document.catalog]["ViewerPreferences"] = {"DisplayDocTitle": True}
    document[document.form].dictionary["OC"] = layer


def archive(document, plants):
    """PDF/A-1, which has no use for a title, and no object streams."""
    about = b"<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
    metadata(document, about + title(plants.text("title that no standard wants", XMP)))


def awaits(document, plants):
    """A field for a signature, with what it says of whoever is to sign."""
    seed = {"Type": Name("SV"), "Reasons": [plants.text("reason to sign", COMMENT)]}
    field = {"FT": Name("Sig"), "T": plants.kept("name of a field to sign", b"place for a name"), "SV": seed}
    widget = field | {"Type": Name("Annot"), "Subtype": Name("Widget"), "Rect": [10, 10, 60, 30]}
    reference = document.add(widget)
    document[document.pages[0]]["Annots"].append(reference)
    document[document.catalog]["AcroForm"] = {"Fields": [reference]}
