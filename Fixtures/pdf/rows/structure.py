"""The structure that a screen reader follows (14.7)."""

from fixture import leaking
from writers.canary import COMMENT, VENDOR, XMP
from writers.pdf import Name, Stream


def fixtures():
    return [leaking("structure.pdf", structure)]


def structure(document, plants):
    packet = document.add(Stream({"Type": Name("Metadata"), "Subtype": Name("XML")}, plants.text("XMP of a section", XMP)))
    root = document.add({"Type": Name("StructTreeRoot")})
    figure = {
        "Type": Name("StructElem"),
        "S": Name("Figure"),
        "P": root,
        "Pg": document.pages[0],
        "K": 0,
        "Alt": plants.kept("what a picture shows", b"Four stripes of colour"),
        "ActualText": plants.kept("text in place of a picture", b"colours of the house"),
        "T": plants.text("working title of a figure", COMMENT),
        "ID": plants.text("identifier of a figure", VENDOR),
        "CNRYEntry": plants.text("unknown entry of a section", VENDOR),
        "Metadata": packet,
    }
    element = document.add(figure)
    names = {"Names": [figure["ID"], element]}
    parents = {"Nums": [0, [element]]}
    document[root] |= {"K": [element], "IDTree": names, "ParentTree": parents, "RoleMap": {"Chart": Name("Figure")}}
    properties = {"O": Name("UserProperties"), "P": [{"N": b"author", "V": plants.text("property of a user", COMMENT)}]}
    figure["A"] = [{"O": Name("Table"), "Headers": [figure["ID"]], "Summary": b"What the table tells"}, properties]
    document[document.pages[0]]["StructParents"] = 0
    document[document.catalog] |= {"StructTreeRoot": root, "MarkInfo": {"Marked": True}, "Lang": b"en-GB"}
    contents = document[document.contents[0]]
    contents.data = b"/Figure <</MCID 0>> BDC " + contents.data + b" EMC"
