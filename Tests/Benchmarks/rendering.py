"""What a person sees of a file: decoded pixels or pages, how they are turned, and what their colours mean."""

import ctypes
import ctypes.util
import hashlib
import json
import os
import subprocess
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

# Colours along each channel that profiles are compared by.
STEPS = range(0, 256, 51)
# What two profiles of the same effect may differ by, of 255.
TOLERANCE = 2
# Of liblcms2: eight bits for each channel, from one to four channels, by the name of the colour space in a profile.
SPACES = {b"GRAY": (1, 3 << 16 | 1 << 3 | 1), b"RGB ": (3, 4 << 16 | 3 << 3 | 1), b"CMYK": (4, 6 << 16 | 4 << 3 | 1)}
ICC = b"ICC_PROFILE\0"
RGB = SPACES[b"RGB "][1]


def seen(paths, suffix):
    """What is seen of each of some files of one folder, by name; nothing of those that can't be decoded."""
    turned = orientations(paths) if suffix in ("jpg", "png") else {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        decoded = list(pool.map(DECODERS[suffix], paths))
    return {path.name: (turned.get(path.name, 1), *found) for path, found in zip(paths, decoded)}


def is_shown(file):
    return file[1] is not None


def same(before, after):
    """Whether what is seen is the same; colours may differ by what nobody sees."""
    return before[:2] == after[:2] and all(map(same_colors, before[2], after[2]))


def same_colors(before, after):
    channels = len(before) or len(after)
    one, other = (colors or PLAIN.get(channels, b"") for colors in (before, after))
    return len(one) == len(other) and all(abs(here - there) <= TOLERANCE for here, there in zip(one, other))


def output(command, status=(0,)):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return result.stdout if result.returncode in status and result.stdout else None


def digest(data):
    return None if data is None else hashlib.sha256(data).hexdigest()


def chunks(data):
    """Of a PNG picture: type and data of each."""
    place = 8
    while place + 12 <= len(data):
        size = int.from_bytes(data[place:place + 4], "big")
        yield data[place + 4:place + 8], data[place + 8:place + 8 + size]
        place += 12 + size


def png_profile(data):
    """The effect of the profile that a viewer uses."""
    for kind, body in chunks(data):
        if kind == b"iCCP":
            with suppress(zlib.error):
                return effect(zlib.decompress(body[body.index(0) + 2:]))
    return b""


def jpeg_profile(data):
    """The parts of the profile in front of the first scan."""
    parts, place = [], 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != 0xDA:
        size = int.from_bytes(data[place + 2:place + 4], "big")
        body = data[place + 4:place + 2 + size]
        if data[place + 1] == 0xE2 and body.startswith(ICC):
            parts.append((body[len(ICC)], body[len(ICC) + 2:]))
        place += 2 + size
    return b"".join(part for _, part in sorted(parts))


# Each returns what tells whether decoded content is the same, and for each picture the effect of its profile.


def jpeg(path):
    # 2: with warnings.
    pixels = output(["djpeg", "-pnm", str(path)], status=(0, 2))
    return digest(pixels), [effect(jpeg_profile(path.read_bytes()))]


def png(path):
    data = path.read_bytes()
    kind = ["-f", "apng"] if b"acTL" in data else []
    frames = output(["ffmpeg", "-v", "quiet", *kind, "-i", str(path), "-pix_fmt", "rgba64be", "-f", "framemd5", "-"])
    return digest(frames and b"".join(line for line in frames.splitlines() if line[:1] != b"#")), [png_profile(data)]


def heif(path):
    """Every picture that is shown, as it stands upright, with the profile that came with it."""
    with tempfile.TemporaryDirectory() as folder:
        output(["heif-convert", str(path), f"{folder}/picture.png"])
        pictures = [picture.read_bytes() for picture in sorted(Path(folder).iterdir())]
    shown = b"".join(body for data in pictures for kind, body in chunks(data) if kind in (b"IHDR", b"IDAT"))
    return digest(shown or None), [png_profile(data) for data in pictures]


def video(path):
    """Every frame and every second of sound, whenever it is played."""
    frames = output(["ffmpeg", "-v", "quiet", "-i", str(path), "-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-"])
    if frames is None:
        return None, []
    lines = [line.split(b",") for line in frames.splitlines() if not line.startswith(b"#")]
    return digest(b"".join(line[0] + line[-1] for line in lines)), []


def document(path):
    return digest(output(["pdftoppm", "-r", "50", str(path)])), []


DECODERS = {"jpg": jpeg, "png": png, "heic": heif, "mp4": video, "pdf": document}


def orientations(paths):
    """How each of some pictures is turned."""
    command = ["exiftool", "-q", "-q", "-m", "-j", "-n", "-EXIF:Orientation", *map(str, paths)]
    listed = json.loads(output(command, status=(0, 1)) or b"[]")
    return {Path(entry["SourceFile"]).name: entry.get("Orientation", 1) for entry in listed}


def effect(profile):
    """What some colours become in sRGB, which is what a profile does to a picture; nothing without a sound one."""
    channels, layout = SPACES.get(profile[16:20], (0, 0))
    library = ctypes.CDLL(ctypes.util.find_library("lcms2") or "liblcms2.so.2")
    for name in ("cmsOpenProfileFromMem", "cmsCreate_sRGBProfile", "cmsCreateTransform"):
        getattr(library, name).restype = ctypes.c_void_p
    source = library.cmsOpenProfileFromMem(profile, len(profile)) if channels else None
    if not source:
        return b""
    target = library.cmsCreate_sRGBProfile()
    transform = library.cmsCreateTransform(ctypes.c_void_p(source), layout, ctypes.c_void_p(target), RGB, 1, 0)
    if not transform:
        return b""
    colors = grid(channels)
    count = len(colors) // channels
    result = ctypes.create_string_buffer(3 * count)
    library.cmsDoTransform(ctypes.c_void_p(transform), colors, result, count)
    return result.raw


def grid(channels):
    """Every mixture of the steps."""
    colors = range(len(STEPS) ** channels)
    return bytes(STEPS[color // len(STEPS) ** channel % len(STEPS)] for color in colors for channel in range(channels))


# What pictures without a profile mean, by how many bytes those with one have here: greys, and colours.
PLAIN = {len(grid(1)) * 3: bytes(step for step in STEPS for _ in range(3)), len(grid(3)): grid(3)}
