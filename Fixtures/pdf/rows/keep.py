"""What has to come through as it is."""

from fixture import leaking
from writers.pdf import PACKED, STREAM, Name, Stream


def fixtures():
    return [
        leaking("plain.pdf", nothing),
        leaking("plain-stream.pdf", nothing, version="1.5", layout=STREAM),
        leaking("plain-packed.pdf", nothing, version="2.0", layout=PACKED),
        leaking("labels.pdf", labels),
        leaking("address.pdf", address),
        leaking("shades.pdf", shades),
        leaking("boxes.pdf", boxes),
        leaking("text-rare.pdf", rare),
        leaking("loops.pdf", loops),
        leaking("hidden.pdf", hidden),
    ]


def nothing(document, plants):
    """Not a thing that has to go."""


def labels(document, plants):
    prefix = plants.kept("prefix of page numbers", b"Appendix-number-")
    document[document.catalog]["PageLabels"] = {"Nums": [0, {"S": Name("D"), "P": prefix}]}
    document[document.catalog]["ViewerPreferences"] = {"Direction": Name("R2L"), "DisplayDocTitle": False}
    document[document.catalog] |= {"PageMode": Name("UseOutlines"), "PageLayout": Name("TwoColumnLeft")}


def address(document, plants):
    del document[document.link]["Dest"]
    target = plants.kept("address of a link", b"https://example.org/a/page")
    document[document.link]["A"] = {"S": Name("URI"), "URI": target}


def shades(document, plants):
    function = {"FunctionType": 2, "Domain": [0, 1], "C0": [1, 0, 0], "C1": [0, 0, 1], "N": 1}
    shading = {"ShadingType": 2, "ColorSpace": Name("DeviceRGB"), "Coords": [0, 0, 300, 0], "Function": function}
    tile = {"PatternType": 1, "PaintType": 1, "TilingType": 1, "BBox": [0, 0, 10, 10], "XStep": 10, "YStep": 10}
    pattern = document.add(Stream(tile | {"Resources": {}}, b"0 1 0 rg 0 0 5 5 re f"))
    tint = {"FunctionType": 2, "Domain": [0, 1], "C0": [0, 0, 0, 0], "C1": [0, 1, 0, 0], "N": 1}
    spaces = {"Spot": [Name("Separation"), Name("Orange"), Name("DeviceCMYK"), tint]}
    spaces["Table"] = [Name("Indexed"), Name("DeviceRGB"), 3, plants.kept("colours of a table", b"abcdefghijkl")]
    document[document.resources] |= {"Shading": {"Shade": shading}, "Pattern": {"Tile": pattern}, "ColorSpace": spaces}
    document[document.resources]["ExtGState"] = {"State": {"Type": Name("ExtGState"), "ca": 0.5, "BM": Name("Multiply")}}
    words = b" q 0 0 100 100 re W n /Shade sh Q /Pattern cs /Tile scn 100 0 50 50 re f /Spot cs 0.5 scn /State gs 200 0 50 50 re f"
    document[document.contents[0]].data += words


def boxes(document, plants):
    document[document.pages[0]] |= {"CropBox": [10, 10, 290, 700], "Rotate": 90, "UserUnit": 2}
    document[document.tree] |= {"Rotate": 180}


def loops(document, plants):
    """Arrays, trees and lists that hold themselves, and arrays that would become very many."""
    widths = document.add([])
    document[widths] = [500, widths]
    deep = document.add([1, 2])
    for _ in range(60):
        deep = document.add([deep, deep, deep])
    document[document.font] |= {"FirstChar": 32, "LastChar": 33, "Widths": widths}
    document[document.link]["C"] = deep
    names = document.add({})
    document[names] = {"Kids": [names]}
    document[document.catalog]["Names"] = {"Dests": names}
    document[document.outline]["SE"] = section = document.add({"Type": Name("StructElem"), "S": Name("P")})
    document[section] |= {"P": section, "K": [section]}


def rare(document, plants):
    """Words in a coding that hardly anything writes."""
    words = document[document.contents[0]].data
    document[document.contents[0]] = Stream({"Filter": Name("ASCIIHexDecode")}, words.hex().encode() + b">")


def hidden(document, plants):
    """What stays and few would notice: a layer that is off, a page that is cut, a link that tells who follows it."""
    shown, off = (document.add({"Type": Name("OCG"), "Name": name}) for name in (b"Streets", b"Names of owners"))
    document[document.catalog]["OCProperties"] = {"OCGs": [shown, off], "D": {"Order": [shown, off], "OFF": [off]}}
    document[document.form].dictionary["OC"] = off
    document[document.pages[1]]["CropBox"] = [0, 0, 300, 500]
    del document[document.link]["Dest"]
    address = plants.kept("address that tells who follows it", b"https://example.org/?id=7&utm_campaign=spring")
    document[document.link]["A"] = {"S": Name("URI"), "URI": address}
