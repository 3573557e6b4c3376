"""Content credentials."""

from writers import boxes
from writers.canary import C2PA


def credentials(plants, where):
    """A manifest store, cut down to one assertion."""
    content = b'{"author":"' + plants.text(f"{where} assertion", C2PA) + b'"}'
    assertion = boxes.jumbf(boxes.JSON_TYPE, b"stds.exif", boxes.box(b"json", content))
    name = b"urn:uuid:" + plants.text(f"{where} manifest label", C2PA)
    manifest = boxes.jumbf(boxes.MANIFEST_TYPE, name, assertion)
    return boxes.jumbf(boxes.STORE_TYPE, b"c2pa", manifest)
