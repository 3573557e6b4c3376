"""What stands around the objects of a document, and entries of the catalog and of pages."""

from fixture import leaking
from writers.canary import AUXILIARY, COMMENT, GAP, THUMBNAIL, TIME, VENDOR, XMP
from writers.deflate import STORED, Block, zlib_stream
from writers.pdf import PACKED, STREAM, Name, Stream


def fixtures():
    return [
        leaking("information.pdf", information),
        leaking("information-stream.pdf", information_again, version="1.5", layout=STREAM),
        leaking("information-packed.pdf", information_packed, version="1.7", layout=PACKED),
        leaking("metadata.pdf", metadata),
        leaking("private.pdf", private),
        leaking("thumbnail.pdf", thumbnail),
        leaking("gaps.pdf", gaps),
        leaking("revisions.pdf", revisions),
        leaking("unknown.pdf", unknown),
        leaking("capture.pdf", capture),
        leaking("printing.pdf", printing),
        leaking("scripts.pdf", scripts),
        leaking("attachment.pdf", attachment),
        leaking("other-page.pdf", other_page),
        leaking("deleted-page.pdf", what_was_on_it),
        leaking("attachment-slack.pdf", attachment_slack),
    ]


def information(document, plants):
    texts = {key: plants.text(f"Info {key}", COMMENT) for key in ("Title", "Author", "Subject", "Keywords", "Creator")}
    texts |= {"Producer": plants.text("Info Producer", COMMENT), "PTEX.Fullbanner": plants.text("Info of TeX", COMMENT)}
    texts |= {"CreationDate": plants.exact("Info date", TIME, b"D:20010203CNRY040506")}
    texts |= {"Company": plants.text("Info of one's own", COMMENT)}
    document.trailer["Info"] = document.add(texts)
    document.trailer["ID"] = [plants.text("identifier of the first revision", VENDOR), b"0123456789abcdef"]


def information_again(document, plants):
    document.trailer["Info"] = document.add({"Author": plants.text("Info in a stream of references", COMMENT)})


def information_packed(document, plants):
    document.trailer["Info"] = document.add({"Author": plants.text("Info in a stream of objects", COMMENT)})


def packet(document, plants, row):
    return document.add(Stream({"Type": Name("Metadata"), "Subtype": Name("XML")}, plants.text(row, XMP)))


def metadata(document, plants):
    profile = document.add(Stream({"N": 3}, b"no profile"))
    places = {
        "catalog": document[document.catalog],
        "page": document[document.pages[0]],
        "picture": document[document.picture].dictionary,
        "form": document[document.form].dictionary,
        "font": document[document.font],
        "profile": document[profile].dictionary,
    }
    for place, dictionary in places.items():
        dictionary["Metadata"] = packet(document, plants, f"XMP of a {place}")
    document[document.resources]["ColorSpace"] = {"Space": [Name("ICCBased"), profile]}


def private(document, plants):
    def piece(row):
        inner = {"LastModified": b"D:20010203", "Private": {"Text": plants.text(row, VENDOR)}}
        return {"CNRYProgram": inner}

    document[document.catalog]["PieceInfo"] = piece("private data of a program")
    document[document.pages[0]]["PieceInfo"] = piece("private data on a page")
    document[document.form].dictionary["PieceInfo"] = piece("private data on a form")
    document[document.pages[0]]["LastModified"] = plants.exact("date of a page", TIME, b"D:20010203CNRY040507")
    document[document.form].dictionary["LastModified"] = plants.exact("date of a form", TIME, b"D:20010203CNRY040508")


def thumbnail(document, plants):
    picture = {"Width": 4, "Height": 2, "BitsPerComponent": 8, "ColorSpace": Name("DeviceRGB")}
    samples = plants.short("thumbnail of the page", THUMBNAIL, 24)
    document[document.pages[0]]["Thumb"] = document.add(Stream(picture, samples))


def gaps(document, plants):
    document.header += b"%" + plants.text("comment of the header", GAP) + b"\n"
    document.between[3] = b"% " + plants.text("comment between objects", GAP) + b"\n"
    document.between[4] = plants.text("bytes between objects", GAP) + b"\n"
    document[document.form].behind = b"\n% " + plants.text("comment behind data", GAP)
    document.end = plants.text("bytes behind the end", GAP) + b"\n"
    document.trailer["CNRY"] = plants.text("entry of the trailer", VENDOR)
    # Nothing leads there.
    document.add({"Text": plants.text("object that nothing means", GAP)})
    document.add(Stream({}, plants.text("data that nothing means", GAP)))


def revisions(document, plants):
    """A page whose words, and an outline whose title, were other ones before."""
    document.trailer["Info"] = document.add({"Author": plants.text("author of an earlier revision", COMMENT)})
    contents = document[document.contents[0]]
    document[document.contents[0]] = Stream({}, b"BT (" + plants.text("earlier words", GAP) + b") Tj ET")
    title = document[document.outline]
    document[document.outline] = title | {"Title": plants.text("earlier title", GAP)}
    data = document.bytes()
    first = document.start
    changed = {document.contents[0].number: contents, document.outline.number: title}
    changed[document.trailer["Info"].number] = {"Title": plants.text("Info of a later revision", COMMENT)}
    return document.revision(data, changed, previous=first)


def unknown(document, plants):
    places = {
        "catalog": document[document.catalog],
        "tree of pages": document[document.tree],
        "page": document[document.pages[0]],
        "font": document[document.font],
        "picture": document[document.picture].dictionary,
        "form": document[document.form].dictionary,
        "outline": document[document.outline],
        "annotation": document[document.link],
        "resources": document[document.resources],
    }
    for place, dictionary in places.items():
        dictionary["CNRYEntry"] = plants.text(f"unknown entry of a {place}", VENDOR)
    state = {"Type": Name("ExtGState"), "LW": 1, "CNRYEntry": plants.text("unknown entry of a graphics state", VENDOR)}
    document[document.resources]["ExtGState"] = {"State": state}
    # A string where only numbers have a meaning.
    document[document.pages[1]]["Rotate"] = plants.text("text in place of a number", VENDOR)


def capture(document, plants):
    document[document.catalog]["SpiderInfo"] = {"V": 1, "C": [{"URL": plants.text("captured address", VENDOR)}]}
    document[document.catalog]["Names"] = {"URLS": {"Names": [plants.text("name of a captured address", VENDOR), {}]}}
    document[document.pages[0]]["ID"] = plants.text("identifier of a captured page", VENDOR)
    document[document.link]["PA"] = {"S": Name("URI"), "URI": plants.text("address of a captured link", VENDOR)}


def printing(document, plants):
    document[document.pages[0]]["SeparationInfo"] = {"DeviceColorant": plants.text("colorant of a page", VENDOR)}
    document[document.form].dictionary["OPI"] = {"2.0": {"F": plants.text("file of a printing server", VENDOR)}}
    intent = {"Type": Name("OutputIntent"), "S": Name("GTS_PDFX"), "OutputConditionIdentifier": b"CGATS TR 001"}
    intent["Info"] = plants.text("notes of an intent", VENDOR)
    document[document.catalog]["OutputIntents"] = [intent]
    document[document.catalog]["Legal"] = {"Attestation": plants.text("attestation", VENDOR)}


def script(plants, row):
    return {"S": Name("JavaScript"), "JS": b"app.alert('" + plants.text(row, AUXILIARY) + b"')"}


def scripts(document, plants):
    catalog = document[document.catalog]
    catalog["OpenAction"] = script(plants, "script when it opens")
    catalog["AA"] = {"WC": script(plants, "script when it closes")}
    catalog["Names"] = {"JavaScript": {"Names": [b"script", script(plants, "script by its name")]}}
    document[document.pages[0]]["AA"] = {"O": script(plants, "script of a page")}
    action = {"S": Name("GoTo"), "D": [document.pages[0], Name("Fit")], "Next": script(plants, "script behind a jump")}
    document[document.outline] |= {"A": action}
    del document[document.outline]["Dest"]
    del document[document.link]["Dest"]
    document[document.link]["A"] = {"S": Name("Launch"), "F": plants.text("program that is started", AUXILIARY)}


def attachment(document, plants):
    parameters = {"CreationDate": plants.exact("date of an attachment", TIME, b"D:20010203CNRY040509"), "Size": 4}
    file = document.add(Stream({"Type": Name("EmbeddedFile"), "Params": parameters}, plants.kept("attached", b"an attachment, as it was")))
    path = b"/home/" + plants.text("folder of an attachment", AUXILIARY) + b"/figures.txt"
    specification = {"Type": Name("Filespec"), "F": path, "UF": path, "EF": {"F": file}}
    specification["Desc"] = plants.text("description of an attachment", AUXILIARY)
    specification["Mac"] = plants.text("file of another system", AUXILIARY)
    key = plants.text("name of an attachment in a list", AUXILIARY)
    tree = {"Names": [key, document.add(specification)]}
    document[document.catalog]["Names"] = {"EmbeddedFiles": tree}


def attachment_slack(document, plants):
    packed = zlib_stream(Block(b"an attachment that nobody knows", STORED)) + plants.text("bytes behind an attachment", GAP)
    about = {"Type": Name("EmbeddedFile"), "Filter": Name("FlateDecode")}
    specification = {"Type": Name("Filespec"), "F": b"figures.txt", "EF": {"F": document.add(Stream(about, packed))}}
    tree = {"Names": [b"0000001", document.add(specification)]}
    document[document.catalog]["Names"] = {"EmbeddedFiles": tree}


def other_page(document, plants):
    """A page that is in no tree, but that a link leads to."""
    contents = document.add(Stream({}, b"BT (" + plants.text("words of a deleted page", GAP) + b") Tj ET"))
    page = document.add(document.page(contents))
    document[document.link]["Dest"] = [page, Name("Fit")]
    # Names that lead nowhere, and a node that tells them.
    names = [plants.text("name of a deleted place", GAP), None]
    leaf = document.add({"Names": names, "Limits": [names[0], names[0]]})
    limits = [names[0], plants.text("limit of names", GAP)]
    node = document.add({"Kids": [leaf], "Limits": limits})
    document[document.catalog]["Names"] = {"Dests": {"Kids": [node]}}


def what_was_on_it(document, plants):
    """What belongs to a page that was taken out: a part of the structure, a field, and what a remark answers."""
    page = document.add(document.page(document.contents[1]))
    widget = {"Type": Name("Annot"), "Subtype": Name("Widget"), "Rect": [10, 10, 60, 30], "P": page, "FT": Name("Tx")}
    field = document.add(widget | {"T": b"field", "V": plants.text("value of a field of a deleted page", COMMENT)})
    several = document.add({"FT": Name("Tx"), "T": b"fields", "V": plants.text("value of fields of a deleted page", COMMENT)})
    document[several]["Kids"] = [document.add(widget | {"Parent": several})]
    document[document.catalog]["AcroForm"] = {"Fields": [field, several]}
    remark = {"Type": Name("Annot"), "Subtype": Name("Text"), "Rect": [20, 20, 40, 40]}
    gone = document.add(remark | {"Contents": plants.text("words of a deleted remark", COMMENT)})
    document[document.pages[0]]["Annots"].append(document.add(remark | {"Contents": b"An answer", "IRT": gone, "F": 2}))
    root = document.add({"Type": Name("StructTreeRoot")})
    element = {"Type": Name("StructElem"), "S": Name("P"), "P": root}
    shown = document.add(element | {"Pg": document.pages[0], "K": 0, "Alt": plants.kept("words of a page that is there", b"What is there")})
    part = document.add(element | {"S": Name("Sect")})
    inner = element | {"P": part, "Pg": page, "K": [0], "ActualText": plants.text("words of the structure of a deleted page", GAP)}
    document[part] |= {"K": [document.add(inner)], "Alt": plants.text("words above the structure of a deleted page", GAP)}
    form = dict(document[document.form].dictionary)
    painted = document.add(Stream(form, b"% " + plants.text("form of a deleted page", GAP)))
    reference = {"Type": Name("MCR"), "Pg": page, "Stm": painted, "MCID": 1}
    both = document.add(element | {"K": [reference, {"Type": Name("MCR"), "Pg": document.pages[0], "MCID": 1}]})
    document[root] |= {"K": [shown, part, both], "ParentTree": {"Nums": [0, [shown, both]]}}
    document[document.pages[0]]["StructParents"] = 0
    document[document.catalog]["StructTreeRoot"] = root


