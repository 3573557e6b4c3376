"""A writer of XMP packets and of the segments that carry them."""

import hashlib

from .jpeg import app

NAMESPACE = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION_NAMESPACE = b"http://ns.adobe.com/xmp/extension/\0"

SCHEMAS = {
    "Container": "http://ns.google.com/photos/1.0/container/",
    "GCamera": "http://ns.google.com/photos/1.0/camera/",
    "GDepth": "http://ns.google.com/photos/1.0/depthmap/",
    "HDRGainMap": "http://ns.apple.com/HDRGainMap/1.0/",
    "Item": "http://ns.google.com/photos/1.0/container/item/",
    "apdi": "http://ns.apple.com/pixeldatainfo/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpGImg": "http://ns.adobe.com/xap/1.0/g/img/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
}


def packet(attributes=None, elements=None, tail=b""):
    """A packet about one resource, with properties as attributes and as elements (name to bytes)."""
    attributes, elements = attributes or {}, elements or {}
    body = b"".join(element(name, value) for name, value in elements.items())
    inside = b"".join(attribute(name, value) for name, value in attributes.items())
    declared = b"".join(
        b' xmlns:%s="%s"' % (prefix.encode(), uri.encode())
        for prefix, uri in SCHEMAS.items()
        if b"%s:" % prefix.encode() in inside + body
    )
    return (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about=""' + declared + inside + b">" + body + b"</rdf:Description></rdf:RDF></x:xmpmeta>"
        b'<?xpacket end="w"?>' + tail
    )


def attribute(name, value):
    return b' %s="%s"' % (name.encode(), value)


def element(name, value, attributes=b""):
    return b"<%s%s>%s</%s>" % (name.encode(), attributes, value, name.encode())


def array(kind, *items):
    """An rdf:Seq, rdf:Bag or rdf:Alt of plain values or of structures."""
    return element(
        "rdf:" + kind, b"".join(item if item.startswith(b"<rdf:li") else element("rdf:li", item) for item in items)
    )


def language(value):
    """A text in its default language."""
    return array("Alt", element("rdf:li", value, b' xml:lang="x-default"'))


def structure(**fields):
    """A list item with fields; `stEvt_when` stands for `stEvt:when`."""
    inside = b"".join(element(name.replace("_", ":"), value) for name, value in fields.items())
    return element("rdf:li", inside, b' rdf:parseType="Resource"')


def segment(content):
    return app(1, NAMESPACE + content)


def identifier(extension):
    """The digest by which the main packet names its extension."""
    return hashlib.md5(extension).hexdigest().upper().encode()


def extension_segments(extension, room):
    """The segments that carry a packet too large for one; each tells the digest, the whole length and its offset."""
    head = EXTENSION_NAMESPACE + identifier(extension) + len(extension).to_bytes(4, "big")
    starts = range(0, len(extension), room)
    return [app(1, head + start.to_bytes(4, "big") + extension[start : start + room]) for start in starts]
