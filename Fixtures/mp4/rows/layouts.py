"""Where things lie: tables in front and behind, offsets of both sizes, data between the samples."""

from fixture import QUICKTIME, made, pictures, sound
from writers.boxes import box, full_box
from writers.canary import GAP, VENDOR, Plants

PATH = b"/Volumes/CNRY-a-disk/CNRY-a-path-9d20/clip.mov"


def fixtures():
    return [
        made("plain.mp4", Plants(), [pictures(), sound()]),
        made("plain.mov", Plants(), [pictures(), sound()]),
        made("tables-last.mp4", Plants(), [pictures(), sound()], tables_first=False),
        made("co64.mp4", Plants(), [pictures(offsets=b"co64")]),
        made("large-media.mp4", Plants(), [pictures()], is_large=True),
        made("no-file-type.mov", Plants(), [pictures()], brands=()),
        made("wide.mov", Plants(), [pictures()], brands=QUICKTIME, middle=(box(b"wide"),), tables_first=False),
        brands(),
        between(),
        two_media(),
        own_path(),
        shared(),
    ]


def brands():
    plants = Plants()
    text = plants.short("unknown brands", VENDOR, 12)
    return made("brands.mp4", plants, [pictures()], brands=(b"isom", b"mp42", text))


def between():
    plants = Plants()
    return made("slack.mp4", plants, [pictures(), sound()], between=plants.text("data between samples", GAP))


def two_media():
    """Data that no track uses, in a box of their own."""
    plants = Plants()
    other = box(b"mdat", plants.text("data of no track", GAP))
    return made("media-unused.mp4", plants, [pictures()], front=(other,))


def own_path():
    """QuickTime's alias of the file itself."""
    plants = Plants()
    alias = full_box(b"alis", plants.exact("path of the file", VENDOR, PATH), flags=1)
    return made("alias.mov", plants, [pictures(data_references=(alias,))])


def shared():
    """Two tracks of the same samples; a scrub keeps them once for each chunk that lies apart."""
    first = pictures()
    return made("twice.mp4", Plants(), [first, pictures()])


