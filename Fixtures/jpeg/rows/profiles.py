"""Colour profiles: private bytes in the header, in texts, private tags and gaps; the tags that decide colours stay."""

from fixture import Fixture, jfif, jpeg
from planted import standards
from planted.profiles import (
    attributes_profile,
    beyond_profile,
    cmyk_profile,
    element_slack_profile,
    full_profile,
    grey_profile,
    header_profile,
    lookup_slack_profile,
    parametric_profile,
    private_tags,
    rendering,
    slack_profile,
    stages_profile,
    texts,
    version_4_profile,
)
from writers import icc, picture
from writers.canary import Plants
from writers.icc import profile
from writers.jpeg import Settings, encode, ids

# Cuts a profile so that no canary is cut.
CHUNK_ROOM = 580


def fixtures():
    return [
        profiled("icc-rendering.jpg", lambda plants: profile(rendering(plants))),
        profiled("icc-header.jpg", header_profile),
        profiled("icc-header-attributes.jpg", attributes_profile),
        profiled("icc-texts.jpg", lambda plants: profile(texts(plants) + rendering(plants))),
        profiled("icc-private-tags.jpg", lambda plants: profile(rendering(plants) + private_tags(plants))),
        profiled("icc-slack.jpg", slack_profile),
        profiled("icc-element-slack.jpg", element_slack_profile),
        profiled("icc-beyond-size.jpg", beyond_profile),
        profiled("icc-split.jpg", full_profile, room=CHUNK_ROOM),
        profiled("icc-split-reversed.jpg", full_profile, room=CHUNK_ROOM, reverse=True),
        profiled("icc-version-4.jpg", version_4_profile),
        profiled("icc-version-4-parametric.jpg", parametric_profile),
        profiled("icc-version-4-lookup.jpg", stages_profile),
        profiled("icc-grey.jpg", grey_profile, coded=grey_picture(), components=1),
        profiled("icc-cmyk.jpg", cmyk_profile, coded=cmyk_picture(), components=4, jfif=False),
        profiled("icc-cmyk-lookup-slack.jpg", lookup_slack_profile, coded=cmyk_picture(), components=4, jfif=False),
        *(standard(*like) for like in standards.all_profiles()),
    ]


def profiled(file, make, room=icc.CHUNK_ROOM, reverse=False, coded=None, **about):
    """A picture with the profile that `make(plants)` returns, in segments of `room` bytes."""
    plants = Plants()
    segments = icc.chunks(make(plants), room)
    head = b"".join(reversed(segments) if reverse else segments)
    start = jfif() if about.get("jfif", True) else b""
    return Fixture(file, jpeg(plants, start + head, coded), plants, icc=True, **about)


def standard(name, meaning, make):
    """A profile that means what a standard says."""
    about = {"coded": grey_picture(), "components": 1} if meaning == standards.GREY else {}
    return profiled(f"icc-like-{name}.jpg", make, icc_standard=meaning, **about)


def grey_picture():
    return encode(picture.grey(picture.quarters(24, 16)), Settings(ids(1)))


def cmyk_picture():
    return encode(picture.cmyk(picture.quarters(24, 16)), Settings(ids(1, 2, 3, 4)))
