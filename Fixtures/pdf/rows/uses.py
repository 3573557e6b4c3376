"""What has to come through although it is said in a way that is easily overlooked."""

from fixture import leaking
from writers.pdf import Name, Stream


def fixtures():
    return [
        leaking("targets.pdf", targets),
        leaking("two-uses.pdf", two_uses),
        leaking("layers-nested.pdf", nested_layers),
        leaking("tags.pdf", tags),
        leaking("halftones.pdf", halftones),
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
    several = {"Type": Name("Halftone"), "HalftoneType": 5, "Default": screen, "Cyan": screen | {"Angle": 15}}
    document[document.resources]["ExtGState"] = {"Screen": {"Type": Name("ExtGState"), "HT": several}}
