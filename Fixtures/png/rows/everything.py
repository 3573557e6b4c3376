"""The file that has nearly everything at once, and still has to come out with its orientation and colours."""

from fixture import Fixture, file, small
from rows import animations, ancillary, colors, exif, profiles, streams, texts
from writers import png
from writers.canary import TRAILER, Plants
from writers.png import Form, chunk

FORM = Form(png.PALETTE, 4)


def fixtures():
    return [everything()]


def everything():
    """All rows that can stand side by side; the picture is the first frame of an animation with texts in between."""
    plants = Plants()
    coded = small(FORM)
    frame = animations.indexed(FORM)
    sequence = animations.Sequence(plants, animations.note, tail=True)
    head = profiles.full_chunk(plants) + colors.beside_profile(plants) + early_chunks(plants)
    late = ancillary.histogram_chunk(plants, len(coded.colors))
    late += animations.kept_whole(plants, "acTL", png.animation_control(2)) + sequence.control(animations.WHOLE)
    data = streams.tail(plants, coded) + chunk(b"IDAT") + chunk(b"IDAT", plants.text("late IDAT", TRAILER))
    behind = sequence.frame(animations.WHOLE, frame, last=True) + texts.late_texts(plants)
    end = chunk(b"IEND", plants.text("data in IEND", TRAILER))
    whole = file(plants, head, coded, data, late, behind, end, streams.trailers(plants))
    about = {"orientation": 8, "aspect": [2, 1], "icc": True, "frames": 2, "form": FORM}
    return Fixture("everything.png", whole, plants, **about)


def early_chunks(plants):
    parts = (
        texts.all_chunks,
        exif.camera_chunk,
        exif.zipped_chunk,
        ancillary.time_chunk,
        lambda plants: ancillary.density_chunk(plants, 5670, 2835, ancillary.METRE),
        ancillary.credentials_chunk,
        ancillary.all_chunks,
    )
    return b"".join(part(plants) for part in parts)
