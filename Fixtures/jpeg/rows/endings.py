"""Bytes behind the end of the picture: texts, videos, pictures, archives, and the records of makers and programs."""

from fixture import Fixture, jfif, jpeg
from planted.endings import archive, second_picture, video
from planted.miniature import miniature
from writers import boxes, trailers, xmp
from writers.canary import MOTION_VIDEO, TRAILER, XMP, Plants
from writers.jpeg import comment

UTC_DATA, MOTION_PHOTO, COUNTRY_CODE = 0x0A01, 0x0A30, 0x0AA1


def fixtures():
    return [
        trailed("trailer-text.jpg", lambda plants: plants.text("trailer text", TRAILER)),
        trailed("trailer-text-utf16.jpg", lambda plants: plants.text("trailer text in UTF-16", TRAILER, "utf16le")),
        trailed("trailer-padding.jpg", lambda plants: bytes(512) + plants.text("trailer behind padding", TRAILER)),
        trailed("trailer-mp4.jpg", video),
        trailed("trailer-jpeg.jpg", second_picture),
        trailed("trailer-old-tail.jpg", old_tail),
        trailed("trailer-zip.jpg", archive),
        trailed("trailer-samsung-sef.jpg", samsung_records),
        trailed("trailer-samsung-motion.jpg", samsung_video),
        trailed("trailer-mie.jpg", lambda plants: trailers.mie(plants.text("trailer MIE", TRAILER))),
        trailed("trailer-canon-vrd.jpg", canon_recipe),
        trailed("trailer-photo-mechanic.jpg", photo_mechanic),
        trailed("trailer-vivo.jpg", lambda plants: b'vivo{"camera":"' + plants.text("trailer vivo", TRAILER) + b'"}'),
        concatenated(),
        motion_photo(),
    ]


def trailed(file, tail):
    plants = Plants()
    return Fixture(file, jpeg(plants, jfif(), trailer=tail(plants)), plants)


def old_tail(plants):
    """What an editor leaves that writes a shorter picture over a longer one without cutting the file."""
    whole = miniature(jfif() + comment(plants.text("COM in the old tail", TRAILER)), second=(160, 240, 100))
    return whole[9:]


def samsung_records(plants):
    """A time record and one that holds a text."""
    time = plants.exact("SEF Image_UTC_Data", TRAILER, b"1577934245678", "ascii")
    text = plants.text("SEF text record", TRAILER)
    return trailers.samsung([(UTC_DATA, b"Image_UTC_Data", time), (COUNTRY_CODE, b"MCC_Data", text)])


def samsung_video(plants):
    """A motion photo inside the records."""
    content = boxes.video(b"motion", plants.text("SEF motion video", MOTION_VIDEO))
    return trailers.samsung([(MOTION_PHOTO, b"MotionPhoto_Data", content)])


def canon_recipe(plants):
    return trailers.canon(xmp.packet({"xmp:CreatorTool": plants.text("trailer Canon VRD", TRAILER)}))


def photo_mechanic(plants):
    """Records like IPTC's, and a footer with their length."""
    text = plants.text("trailer PhotoMechanic", TRAILER)
    records = bytes([0x1C, 2, 216]) + len(text).to_bytes(2, "big") + text
    return records + len(records).to_bytes(4, "big") + b"cbipcbbl"


def concatenated():
    """AFCP; its offsets count from the start of the file."""
    plants = Plants()
    picture = jpeg(plants, jfif())
    records = trailers.afcp(plants.text("trailer AFCP", TRAILER), len(picture))
    return Fixture("trailer-afcp.jpg", picture + records, plants)


def motion_photo():
    """A video that XMP in the head announces."""
    plants = Plants()
    content = video(plants)
    attributes = {
        "GCamera:MicroVideo": b"1",
        "GCamera:MicroVideoOffset": b"%d" % len(content),
        "GCamera:MicroVideoPresentationTimestampUs": b"500000",
        "xmp:Label": plants.text("XMP of a motion photo", XMP),
    }
    head = jfif() + xmp.segment(xmp.packet(attributes))
    return Fixture("motion-photo.jpg", jpeg(plants, head, trailer=content), plants)
