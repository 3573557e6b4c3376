"""The file that has nearly everything at once, and still has to come out with its orientation and colours."""

from fixture import END, START, Fixture, exif_segment, keep_scan, small
from planted.endings import archive, second_picture, video
from planted.exif import apple_texts, gps, photo, primary, thumbnail_directory
from planted.profiles import full_profile
from rows import endings, exif, photoshop, pictures, structure, vendors, xmp
from writers import icc, multipicture, tags
from writers.canary import EXIF, GAP, TRAILER, Plants

TURNED = 8


def fixtures():
    return [everything()]


def everything():
    """All rows that can stand side by side, but for reserved markers, which would stop decoders."""
    plants = Plants()
    coded = small()
    keep_scan(plants, coded)
    before = START + head(plants)
    after = (
        structure.fill_bytes(plants) + coded.bytes() + exif.late_segment(plants) + structure.late_table(plants) + END
    )
    second = pictures.preview_picture(plants)
    rest = {
        "between": plants.text("bytes between the pictures", TRAILER) + archive(plants),
        "unique_ids": pictures.unique_ids(plants),
    }
    data = multipicture.join(before, after, multipicture.PREVIEW, second, **rest) + trailer(plants)
    about = {"orientation": TURNED, "adobe": 1, "aspect": [2, 1], "icc": True}
    return Fixture("everything.jpg", data, plants, **about)


def head(plants):
    parts = (
        structure.detailed_jfif,
        structure.extension_segments,
        camera_segment,
        exif.other_segments,
        xmp.main_segment,
        xmp.extended_segments,
        xmp.bare_segment,
        profile_segments,
        structure.detailed_adobe,
        photoshop.resources_segment,
        photoshop.old_thumbnail_segment,
        photoshop.oldest_segment,
        vendors.all_segments,
        structure.comments,
    )
    return b"".join(part(plants) for part in parts) + plants.text("bytes between segments", GAP)


def camera_segment(plants):
    """One Exif block with every directory."""
    first = primary(plants).short(tags.ORIENTATION, TURNED)
    details = photo(plants, "II").undefined(tags.MAKER_NOTE, apple_texts(plants))
    first.directory(tags.EXIF_IFD, details).directory(tags.GPS_IFD, gps(plants, "II"))
    first.with_gap(plants.text("Exif gap behind IFD0", EXIF))
    tail = plants.text("Exif bytes past the last IFD", EXIF)
    return exif_segment(first, "II", thumbnail_directory(plants), tail=tail)


def profile_segments(plants):
    return b"".join(icc.chunks(full_profile(plants)))


def trailer(plants):
    """Samsung's records come last, for readers look for them from the end."""
    parts = (
        video,
        second_picture,
        endings.old_tail,
        endings.canon_recipe,
        endings.photo_mechanic,
        endings.samsung_records,
    )
    return b"".join(part(plants) for part in parts)
