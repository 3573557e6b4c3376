"""The coded pictures that stand in streams/, ready to be put into files."""

from functools import cache
from pathlib import Path

from writers import codecs
from writers.codecs import Coded

STREAMS = Path(__file__).resolve().parent / "streams"
AUXILIARIES = ["gain", "depth", "disparity", "matte", "skin", "unknown"]
GREY = {"grey", "alpha", "hidden-alpha", "thumbnail-alpha", *AUXILIARIES}
SIZES = {
    **dict.fromkeys(["thumbnail", "other-thumbnail", "hidden-alpha", "thumbnail-alpha"], 16),
    **dict.fromkeys(AUXILIARIES, 32),
}
READERS = {"hevc": codecs.hevc, "obu": codecs.av1, "avc": codecs.avc}
HEVC, AV1, AVC = READERS


@cache
def coded(name, coding=HEVC):
    """The picture of this name."""
    size = SIZES.get(name, 64)
    about = {"size": (size, size), "channels": 1 if name in GREY else 3}
    return READERS[coding]((STREAMS / f"{name}.{coding}").read_bytes(), **about)


@cache
def jpeg2000(name="main"):
    """The codestream that a picture is in JPEG 2000, with a comment of its encoder."""
    return Coded(b"j2k1", (STREAMS / f"{name}.j2k").read_bytes())
