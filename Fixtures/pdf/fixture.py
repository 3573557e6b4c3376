"""What a fixture is, and the document that the others are made around."""

from dataclasses import dataclass

import making
from writers.canary import Plants
from writers.pdf import Document, Name, Stream


@dataclass
class Fixture(making.Fixture):
    """A document. Unless it is refused, poppler shows the same before and after."""

    pages: int = 2

    def entry(self):
        return super().entry() | {"pages": self.pages}


CONTENT = b"q 200 0 0 100 50 600 cm /Picture Do Q\nBT /Text 24 Tf 50 500 Td (%s) Tj ET\n/Form Do\n"
BOX = [0, 0, 300, 720]


class Pages(Document):
    """Two pages with a picture, words, a form of graphics, a link and an outline."""

    def __init__(self, **about):
        super().__init__(**about)
        self.catalog = self.add({"Type": Name("Catalog")})
        self.tree = self.add({"Type": Name("Pages"), "Count": 2})
        self.font = self.add({"Type": Name("Font"), "Subtype": Name("Type1"), "BaseFont": Name("Helvetica")})
        picture = {"Type": Name("XObject"), "Subtype": Name("Image"), "Width": 4, "Height": 2, "BitsPerComponent": 8}
        samples = bytes(17 * place % 256 for place in range(24))
        self.picture = self.add(Stream(picture | {"ColorSpace": Name("DeviceRGB")}, samples))
        form = {"Type": Name("XObject"), "Subtype": Name("Form"), "BBox": [0, 0, 300, 100]}
        self.form = self.add(Stream(form, b"0.9 0.2 0.1 rg 20 20 200 40 re f"))
        resources = {"Font": {"Text": self.font}, "XObject": {"Picture": self.picture, "Form": self.form}}
        self.resources = self.add(resources)
        self.contents = [self.add(Stream({}, CONTENT % words)) for words in (b"The first page", b"The second page")]
        self.pages = [self.add(self.page(contents)) for contents in self.contents]
        self[self.tree]["Kids"] = self.pages
        self.link = self.add(
            {
                "Type": Name("Annot"),
                "Subtype": Name("Link"),
                "Rect": [50, 490, 250, 530],
                "Dest": [self.pages[1], Name("Fit")],
            }
        )
        self[self.pages[0]]["Annots"] = [self.link]
        self.outlines = self.add({"Type": Name("Outlines"), "Count": 1})
        title = {"Title": b"A chapter of this document", "Parent": self.outlines, "Dest": [self.pages[1], Name("Fit")]}
        self.outline = self.add(title)
        self[self.outlines] |= {"First": self.outline, "Last": self.outline}
        self[self.catalog] |= {"Pages": self.tree, "Outlines": self.outlines}
        self.trailer = {"Root": self.catalog}

    def page(self, contents):
        common = {"Type": Name("Page"), "Parent": self.tree, "MediaBox": BOX}
        return common | {"Resources": self.resources, "Contents": contents}


def leaking(name, plant, **about):
    """The usual document, in which `plant(document, plants)` has put something; it may return what stands around."""
    document, plants = Pages(**about), Plants()
    data = plant(document, plants)
    plants.kept("words of a page", b"(The second page) Tj")
    plants.kept("title of a chapter", b"(A chapter of this document)")
    return Fixture(name, document.bytes() if data is None else data, plants)


def hostile(name, why, data):
    return Fixture("hostile/" + name, data, Plants(), decodable=False, why=why)
