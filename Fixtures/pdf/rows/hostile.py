"""Documents that are refused with a reason, or damaged beyond repair."""

from fixture import Pages, hostile
from writers.pdf import Name, Stream


def fixtures():
    return [
        changed("signed.pdf", "a signature", signed),
        changed("signed-unseen.pdf", "a signature that no page shows", signed_unseen),
        changed("dynamic.pdf", "a form of another kind", dynamic),
        changed("film.pdf", "a film", film),
        changed("elsewhere.pdf", "data in another file", elsewhere),
        changed("filter.pdf", "data packed in an unknown way", unknown_filter),
        changed("picture.pdf", "a picture that is none", no_picture),
        hostile("no-pages.pdf", "no pages", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n"),
        hostile("empty.pdf", "nothing but a header", b"%PDF-1.7\n"),
        changed("page-with-data.pdf", "data among the pages", page_with_data),
        changed("box-of-words.pdf", "a page with a box that is none", box_of_words),
        changed("chapter-of-a-name.pdf", "a chapter below a name", chapter_of_a_name),
        changed("painted-by-a-list.pdf", "a page painted by no stream, which leads to a link", painted_by_a_list),
        hostile("deep.pdf", "arrays in arrays", deep()),
    ]


def changed(name, why, change):
    document = Pages()
    change(document)
    return hostile(name, why, document.bytes())


def signed(document):
    signed_unseen(document)
    document[document.pages[0]]["Annots"] += document[document.catalog]["AcroForm"]["Fields"]


def signed_unseen(document):
    signature = {"Type": Name("Sig"), "Filter": Name("Adobe.PPKLite"), "ByteRange": [0, 1, 2, 3], "Contents": bytes(20)}
    field = {"FT": Name("Sig"), "T": b"signature", "V": document.add(signature), "Subtype": Name("Widget")}
    widget = document.add(field | {"Type": Name("Annot"), "Rect": [0, 0, 0, 0]})
    document[document.catalog]["AcroForm"] = {"Fields": [widget], "SigFlags": 3}


def dynamic(document):
    document[document.catalog] |= {"NeedsRendering": True, "AcroForm": {"Fields": [], "XFA": b"<xfa/>"}}


def film(document):
    annotation = {"Type": Name("Annot"), "Subtype": Name("RichMedia"), "Rect": [0, 0, 9, 9], "RichMediaContent": {}}
    document[document.pages[0]]["Annots"].append(document.add(annotation))


def elsewhere(document):
    document[document.picture].dictionary["F"] = b"/home/somebody/picture.raw"


def unknown_filter(document):
    document[document.picture].dictionary["Filter"] = Name("CNRYDecode")


def no_picture(document):
    document[document.picture].dictionary["Filter"] = Name("DCTDecode")


def page_with_data(document):
    page = document.page(document.contents[0])
    document[document.tree]["Kids"] = [*document.pages, document.add(Stream(page, b"no page"))]


def chapter_of_a_name(document):
    chapter = document[document.outline]
    del chapter["Title"]
    chapter["Parent"] = Name("Chapter")


def painted_by_a_list(document):
    page = document[document.pages[0]]
    page["Contents"] = document.add({"Length": 96, "Annots": page.pop("Annots")})
    document[document.link]["StructParent"] = 0
    root = document.add({"Type": Name("StructTreeRoot")})
    part = {"Type": Name("StructElem"), "S": Name("Link"), "P": root, "Pg": document.pages[0]}
    element = document.add(part | {"K": [{"Type": Name("OBJR"), "Obj": document.link}]})
    document[root] |= {"K": [element], "ParentTree": {"Nums": [0, element]}}
    document[document.catalog] |= {"StructTreeRoot": root, "MarkInfo": {"Marked": True}}


def box_of_words(document):
    document[document.tree]["MediaBox"] = document[document.pages[0]]["MediaBox"]
    document[document.pages[0]] |= {"MediaBox": [b"CNRY"], "Rotate": {}}


def deep():
    document = Pages()
    document[document.pages[0]]["PieceInfo"] = document.add(0)
    data = document.bytes()
    return data.replace(b"\n0\nendobj", b"\n" + b"[" * 3000 + b"]" * 3000 + b"\nendobj")
