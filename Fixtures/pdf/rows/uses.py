"""What has to come through although it is said in a way that is easily overlooked."""

from fixture import leaking
from writers.canary import AUXILIARY, VENDOR, XMP
from writers.pdf import Name, Stream


def fixtures():
    return [
        leaking("targets.pdf", targets),
        leaking("two-uses.pdf", two_uses),
        leaking("layers-nested.pdf", nested_layers),
        leaking("tags.pdf", tags),
        leaking("halftones.pdf", halftones),
        leaking("next.pdf", following),
        leaking("layer-untyped.pdf", untyped),
        leaking("glyphs.pdf", glyphs),
        leaking("count.pdf", count),
        leaking("fields-twice.pdf", twice),
    ]


def link(document, action):
    annotation = {"Type": Name("Annot"), "Subtype": Name("Link"), "Rect": [10, 10, 60, 30], "A": action}
    reference = document.add(annotation)
    document[document.pages[0]]["Annots"].append(reference)
    return reference


def targets(document, plants):
    """Jumps to names, as strings and as names, in this document and in another."""
    name = plants.kept("name of a place", b"section-of-the-method")
    document[document.catalog]["Names"] = {"Dests": {"Names": [name, [document.pages[1], Name("Fit")]]}}
    document[document.catalog]["Dests"] = {"place-in-the-old-way": [document.pages[1], Name("Fit")]}
    link(document, {"S": Name("GoTo"), "D": name})
    link(document, {"S": Name("GoTo"), "D": Name("place-in-the-old-way")})
    link(document, {"S": Name("GoToR"), "F": b"other.pdf", "D": plants.kept("place in another file", b"chapter-of-another")})


def two_uses(document, plants):
    """One stream that paints a page and is a form on the other, and one jump that is an action and a destination."""
    form = {"Type": Name("XObject"), "Subtype": Name("Form"), "BBox": [0, 0, 100, 100]}
    both = document.add(Stream(form, b"0 0 1 rg 10 10 80 80 re f"))
    document[document.pages[0]]["Contents"] = [document.contents[0], both]
    document[document.resources]["XObject"]["Both"] = both
    document[document.contents[1]].data += b"\n/Both Do"
    jump = document.add({"S": Name("GoTo"), "D": [document.pages[1], Name("Fit")]})
    document[document.catalog]["Names"] = {"Dests": {"Names": [b"somewhere", jump]}}
    link(document, jump)


def nested_layers(document, plants):
    """Labels of layers in each other, layers of which one is shown, and one that is shown where another is not."""
    first, second = (document.add({"Type": Name("OCG"), "Name": name}) for name in (b"First layer", b"Second layer"))
    label = plants.kept("label of layers", b"Layers of the map")
    configuration = {"Order": [[label, first, [second]]], "OFF": [second], "RBGroups": [[first, second]]}
    document[document.catalog]["OCProperties"] = {"OCGs": [first, second], "D": configuration}
    shown = document.add({"Type": Name("OCMD"), "VE": [Name("And"), first, [Name("Not"), second]]})
    document[document.form].dictionary["OC"] = shown


def tags(document, plants):
    """A link in the structure, found from its number, and an outline that leads to a part of it."""
    root = document.add({"Type": Name("StructTreeRoot")})
    element = document.add({"Type": Name("StructElem"), "S": Name("Link"), "P": root, "Pg": document.pages[0]})
    document[element]["K"] = [{"Type": Name("OBJR"), "Obj": document.link}]
    document[element]["Alt"] = plants.kept("what a link says", b"To the second page")
    document[document.link]["StructParent"] = 0
    document[root] |= {"K": [element], "ParentTree": {"Nums": [0, element]}}
    document[document.catalog] |= {"StructTreeRoot": root, "MarkInfo": {"Marked": True}}
    action = {"S": Name("GoTo"), "D": [document.pages[1], Name("Fit")], "SD": [element, Name("XYZ"), None, 700, None]}
    document[document.outline]["A"] = action
    del document[document.outline]["Dest"]


def halftones(document, plants):
    """Of several colorants, each with a screen of its own."""
    screen = {"Type": Name("Halftone"), "HalftoneType": 1, "Frequency": 60, "Angle": 45, "SpotFunction": Name("Round")}
    screen["CNRYScreen"] = {"Author": plants.text("unknown entry of a halftone", VENDOR)}
    screen["Metadata"] = document.add(Stream({"Type": Name("Metadata")}, plants.text("XMP of a halftone", XMP)))
    several = {"Type": Name("Halftone"), "HalftoneType": 5, "Default": screen, "Cyan": screen | {"Angle": 15}}
    document[document.resources]["ExtGState"] = {"Screen": {"Type": Name("ExtGState"), "HT": several}}


def following(document, plants):
    """Actions that follow one that goes, an address that is a program, and a file of a whole disk."""
    address = plants.kept("address behind a script", b"https://example.org/behind")
    script = {"S": Name("JavaScript"), "JS": plants.text("script in front of an address", AUXILIARY)}
    link(document, script | {"Next": [script, {"S": Name("URI"), "URI": address}]})
    link(document, {"S": Name("URI"), "URI": b" javascript:" + plants.text("script in an address", AUXILIARY)})
    path = b"/C/Users/" + plants.text("folder of another document", AUXILIARY) + b"/" + plants.kept("file of a jump", b"other-volume.pdf")
    link(document, {"S": Name("GoToR"), "F": path, "D": [0, Name("Fit")]})
    link(document, {"S": Name("GoToR"), "F": {"Type": Name("Filespec"), "F": plants.kept("path within a folder", b"part/two.pdf")}, "D": [0]})
    document[document.catalog]["Names"] = {"AP": {"Names": [b"x", document.form]}}


def untyped(document, plants):
    """A layer that does not say that it is one, and is off."""
    layer = document.add({"Name": plants.kept("name of a hidden layer", b"Hidden words")})
    document[document.catalog]["OCProperties"] = {"OCGs": [layer], "D": {"OFF": [layer]}}
    document[document.resources]["Properties"] = {"Layer": layer}
    words = document[document.contents[0]]
    words.data = b"/OC /Layer BDC 0 0 200 200 re f EMC " + words.data


def glyphs(document, plants):
    """A font whose only glyph is painted with what the glyph itself brings along."""
    inner = {"XObject": {"Inner": document.form}}
    glyph = document.add(Stream({"Resources": inner}, b"1000 0 0 0 300 100 d1 /Inner Do"))
    font = {"Type": Name("Font"), "Subtype": Name("Type3"), "FontBBox": [0, 0, 300, 100], "FontMatrix": [0.01, 0, 0, 0.01, 0, 0]}
    font |= {"CharProcs": {"a": glyph}, "Encoding": {"Differences": [97, Name("a")]}, "FirstChar": 97, "LastChar": 97}
    document[document.resources]["Font"]["Own"] = document.add(font | {"Widths": [1000]})
    document[document.contents[0]].data += b"\nBT /Own 20 Tf 100 300 Td (a) Tj ET"


def count(document, plants):
    """More pages than there are, which some readers believe."""
    document[document.tree]["Count"] = 5


def twice(document, plants):
    """Fields in fields, each of which is there twice, down to a widget of a page that is gone."""
    widget = {"Type": Name("Annot"), "Subtype": Name("Widget"), "Rect": [0, 0, 9, 9], "FT": Name("Tx")}
    inner = document.add(widget | {"V": plants.text("value of the innermost field", VENDOR)})
    for _ in range(50):
        inner = document.add({"Kids": [inner, inner]})
    document[document.catalog]["AcroForm"] = {"Fields": [inner]}
