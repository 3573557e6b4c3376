"""Annotations, forms and layers."""

from fixture import leaking
from writers.canary import AUXILIARY, COMMENT, TIME, VENDOR
from writers.pdf import Name, Stream


def fixtures():
    return [
        leaking("remark.pdf", remark),
        leaking("fields.pdf", fields),
        leaking("layers.pdf", layers),
    ]


def shown(document, words):
    form = {"Type": Name("XObject"), "Subtype": Name("Form"), "BBox": [0, 0, 100, 20]}
    return document.add(Stream(form, words))


def remark(document, plants):
    note = {
        "Type": Name("Annot"),
        "Subtype": Name("Text"),
        "Rect": [20, 20, 40, 40],
        "Contents": plants.kept("words of a remark", b"What a reviewer wrote"),
        "T": plants.text("name of a reviewer", COMMENT),
        "NM": plants.text("name of an annotation", TIME),
        "M": plants.exact("date of a change", TIME, b"D:20010203CNRY040510"),
        "CreationDate": plants.exact("date of an annotation", TIME, b"D:20010203CNRY040511"),
        "Subj": plants.text("subject of a remark", COMMENT),
        "RC": b"<body>" + plants.text("rich words of a remark", COMMENT) + b"</body>",
        "AP": {"N": shown(document, b"0 0 1 rg 0 0 20 20 re f")},
    }
    note |= {"FT": Name("Tx"), "V": plants.text("value of a field on a remark", COMMENT)}
    note |= {"TU": plants.text("description of a field on a remark", COMMENT)}
    annotation = document.add(note)
    window = {"Type": Name("Annot"), "Subtype": Name("Popup"), "Rect": [60, 20, 160, 90], "Parent": annotation}
    window["M"] = plants.exact("date of a window", TIME, b"D:20010203CNRY040512")
    note["Popup"] = document.add(window)
    document[document.pages[0]]["Annots"] += [annotation, note["Popup"]]


def fields(document, plants):
    action = {"S": Name("JavaScript"), "JS": plants.text("script of a field", AUXILIARY)}
    field = {
        "Type": Name("Annot"),
        "Subtype": Name("Widget"),
        "FT": Name("Tx"),
        "T": plants.kept("name of a field", b"family-name-of-applicant"),
        "V": plants.kept("value of a field", b"a value that was typed in"),
        "DA": b"/Text 12 Tf 0 g",
        "Rect": [50, 300, 250, 330],
        "AA": {"K": action},
        "AP": {"N": shown(document, b"0.9 g 0 0 100 20 re f")},
    }
    widget = document.add(field)
    document[document.pages[0]]["Annots"] += [widget]
    form = {"Fields": [widget], "DA": b"/Text 12 Tf 0 g", "CO": [widget], "DR": {"Font": {"Text": document.font}}}
    form["XFA"] = [b"template", document.add(Stream({}, b"<xfa>" + plants.text("form in XML", AUXILIARY) + b"</xfa>"))]
    document[document.catalog]["AcroForm"] = form


def layers(document, plants):
    usage = {
        "CreatorInfo": {"Creator": plants.text("program that made a layer", VENDOR), "Subtype": Name("Artwork")},
        "User": {"Type": Name("Ind"), "Name": plants.text("person whom a layer is for", COMMENT)},
        "View": {"ViewState": Name("ON")},
    }
    layer = document.add({"Type": Name("OCG"), "Name": plants.kept("name of a layer", b"The layer of the map"), "Usage": usage})
    configuration = {"Order": [layer], "ON": [layer], "Creator": plants.text("program of the layers", VENDOR)}
    configuration["Name"] = plants.text("name of a configuration", VENDOR)
    document[document.catalog]["OCProperties"] = {"OCGs": [layer], "D": configuration}
    document[document.form].dictionary["OC"] = layer
