#!/usr/bin/env python3
"""Codes the small pictures of the HEIF fixtures again, with ffmpeg and its libx265, libaom, libx264 and libopenjpeg.

Encoders give other bytes from version to version, so what they gave once is kept beside this file, and the fixtures
are made from that. Nobody needs to run this unless there is to be another picture: it codes only what is missing.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(1, str(HERE.parent))

from writers import picture  # noqa: E402

FULL, SMALL, SMALLEST = 64, 32, 16
CODINGS = {
    "hevc": "-c:v libx265 -preset veryslow {profile} -x265-params info=0:log-level=error:crf=37:ctu=16:"
    "min-cu-size=8:pools=none:frame-threads=1:wpp=0:repeat-headers=1:aud=0:annexb=1 -f hevc",
    "obu": "-c:v libaom-av1 -still-picture 1 -cpu-used 4 -crf 37 -threads 1 -f obu",
    "avc": "-c:v libx264 -preset veryslow -crf 37 -threads 1 -bsf:v filter_units=remove_types=6 -f h264",
    "j2k": "-c:v libopenjpeg -compression_level 30 -format j2k -f image2 -update 1",
}
MAIN = "-profile:v main"


def colored():
    """Name and picture of those with colours."""
    whole = picture.quarters(2 * FULL, 2 * FULL)
    yield "main", picture.quarters(FULL, FULL)
    yield "second", picture.stripes(FULL, FULL)
    yield "third", picture.stripes(FULL, FULL, second=picture.BLUE)
    yield "hidden", picture.stripes(FULL, FULL, picture.RED, picture.GREEN)
    yield "thumbnail", picture.quarters(SMALLEST, SMALLEST)
    yield "other-thumbnail", picture.stripes(SMALLEST, SMALLEST, second=picture.GREEN)
    for number in range(4):
        top, left = FULL * (number // 2), FULL * (number % 2)
        yield f"tile-{number + 1}", [row[left : left + FULL] for row in whole[top : top + FULL]]


def grey():
    """The same without."""
    yield "grey", picture.quarters(FULL, FULL)
    yield "alpha", shade(FULL, lambda x, y: 255 if (2 * x - 63) ** 2 + (2 * y - 63) ** 2 < 3600 else 40)
    yield "gain", shade(SMALL, lambda x, y: 8 * min(x, y))
    yield "depth", shade(SMALL, lambda x, y: 4 * (x + y))
    yield "disparity", shade(SMALL, lambda x, y: 255 - 4 * (x + y))
    yield "matte", shade(SMALL, lambda x, y: 255 if abs(x - 16) + abs(y - 16) < 12 else 0)
    yield "skin", shade(SMALL, lambda x, y: 255 if abs(x - 16) < 6 and y > 10 else 0)
    yield "hidden-alpha", shade(SMALLEST, lambda x, y: 16 * x)
    yield "thumbnail-alpha", shade(SMALLEST, lambda x, y: 16 * y)
    yield "unknown", shade(SMALL, lambda x, y: 255 * ((x // 4 + y // 4) % 2))


def shade(size, value):
    return picture.draw(size, size, lambda x, y: (value(x, y),) * 3)


WANTED = {
    "hevc": None,
    "obu": ("main", "second", "third", "hidden", "thumbnail", "tile-1", "tile-2", "alpha", "grey", "gain", "depth"),
    "avc": ("main",),
    "j2k": ("main", "grey"),
}


def halved(plane):
    """Each value stands for four."""
    rows = range(0, len(plane), 2)
    return [[(sum(plane[y][x : x + 2]) + sum(plane[y + 1][x : x + 2]) + 2) // 4 for x in rows] for y in rows]


def planes(rows, has_colors):
    if not has_colors:
        return picture.grey(rows)
    luminance, *differences = picture.ycc(rows)
    return [luminance, *map(halved, differences)]


def code(rows, has_colors, coding):
    """The stream; full range, as the planes of JFIF are."""
    size = f"{len(rows[0])}x{len(rows)}"
    form = "yuv420p" if has_colors else "gray"
    raw = b"".join(bytes(value for row in plane for value in row) for plane in planes(rows, has_colors))
    options = CODINGS[coding].format(profile=MAIN if has_colors else "").split()
    source = ["-f", "rawvideo", "-pix_fmt", form, "-s", size, "-i", "-", "-color_range", "pc", "-frames:v", "1"]
    return subprocess.run(["ffmpeg", "-v", "error", *source, *options, "-"], input=raw, capture_output=True, check=True)


def main():
    pictures = [(*entry, True) for entry in colored()] + [(*entry, False) for entry in grey()]
    for coding, names in WANTED.items():
        for name, rows, has_colors in pictures:
            path = HERE / f"{name}.{coding}"
            if (names is None or name in names) and not path.exists():
                path.write_bytes(code(rows, has_colors, coding).stdout)
                print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
