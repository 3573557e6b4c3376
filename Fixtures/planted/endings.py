"""What stands behind the end of a picture, whatever its format."""

from planted.miniature import miniature
from writers import boxes, tags, trailers
from writers.canary import EXTRA_PICTURE, MOTION_VIDEO, TRAILER, token
from writers.deflate import raw_deflate
from writers.jpeg import app, comment
from writers.tiff import Directory, exif


def video(plants):
    name = plants.text("MP4 title behind the end", MOTION_VIDEO)
    return boxes.video(name, plants.text("MP4 media data behind the end", MOTION_VIDEO))


def second_picture(plants):
    """A picture that nothing refers to."""
    block = Directory().ascii(tags.MAKE, plants.text("Exif in a picture behind the end", EXTRA_PICTURE))
    note = comment(plants.text("COM in a picture behind the end", EXTRA_PICTURE))
    return miniature(app(1, exif(block, "II")) + note, second=(100, 160, 240))


def archive(plants):
    """A file whose name is plain and whose content is deflated."""
    row = "ZIP member content"
    data = plants.exact(row, TRAILER, raw_deflate(token(row)), "deflate")
    return trailers.zip_archive(plants.text("ZIP member name", TRAILER), token(row), data)
