"""Colours: numbers that a standard gives to them, and profiles with all that can hide within."""

from coded import AV1
from fixture import ANEW, DEFAULT, made, picture, property_of
from planted import profiles, standards
from planted.profiles import private_tags, rendering, texts
from writers import boxes, properties
from writers.canary import VENDOR, Plants
from writers.icc import profile

RESTRICTED = b"rICC"


def fixtures():
    return [
        profiled("profile-rendering.heic", lambda plants: profile(rendering(plants))),
        profiled("profile-header.heic", profiles.header_profile),
        profiled("profile-texts.heic", lambda plants: profile(texts(plants) + rendering(plants))),
        profiled("profile-private-tags.heic", lambda plants: profile(rendering(plants) + private_tags(plants))),
        profiled("profile-slack.heic", profiles.slack_profile),
        profiled("profile-beyond-size.heic", profiles.beyond_profile),
        profiled("profile-full.heic", profiles.full_profile),
        profiled("profile-full.avif", profiles.full_profile, coding=AV1),
        profiled("profile-version-4.heic", profiles.version_4_profile),
        profiled("profile-restricted.heic", profiles.full_profile, kind=RESTRICTED),
        profiled("profile-grey.heic", profiles.grey_profile, name="grey"),
        *(standard(*like) for like in standards.all_profiles()),
        with_numbers(),
        two_pictures(),
        numbers("colors-display-p3.heic", (12, 13, 6)),
        numbers("colors-bt2020-pq.heic", (9, 16, 9), is_full=False),
        numbers("colors-unspecified.heic", (2, 2, 2)),
        quicktime("colors-quicktime.heic", b"nclx"),
        quicktime("colors-quicktime-nclc.heic", b"nclc"),
        no_colors(),
        unknown_kind(),
    ]


def profiled(file, make, name="main", coding="hevc", kind=b"prof", **about):
    """A picture with the profile that `make(plants)` returns, and without numbers."""
    plants = Plants()
    own = property_of(properties.profile(make(plants), kind), stays=ANEW)
    return made(file, plants, [picture(name, own, coding=coding, colors=False)], icc=True, **about)


def standard(name, meaning, make):
    """A profile that means what a standard says."""
    picture_name = "grey" if meaning == standards.GREY else "main"
    return profiled(f"profile-like-{name}.heic", make, picture_name, icc_standard=meaning)


def with_numbers():
    """A profile, and numbers for whoever can't read it."""
    plants = Plants()
    own = property_of(properties.profile(profiles.full_profile(plants)), stays=ANEW)
    return made("profile-and-numbers.heic", plants, [picture("main", own)], icc=True)


def two_pictures():
    """The same profile for two pictures."""
    plants = Plants()
    shared = property_of(properties.profile(profile(rendering(plants) + private_tags(plants))), stays=ANEW)
    items = [picture("main", shared, colors=False), picture("second", shared, colors=False, stays=DEFAULT)]
    return made("profile-shared.heic", plants, items, icc=True)


def numbers(file, points, is_full=True):
    own = property_of(properties.code_points(*points, is_full))
    return made(file, Plants(), [picture("main", own, colors=False)])


def quicktime(file, kind):
    """Numbers as QuickTime has them, without the byte behind them that tells the range."""
    found = boxes.box(b"colr", kind, properties.code_points(*properties.SRGB)[12:18])
    own = property_of(found, stays=ANEW)
    return made(file, Plants(), [picture("main", own, colors=False)], readers=())


def no_colors():
    return made("colors-none.heic", Plants(), [picture("main", colors=False)])


def unknown_kind():
    """Colours of a kind that no standard knows, beside others."""
    plants = Plants()
    box = boxes.box(b"colr", b"CNRY", plants.text("colr of unknown kind", VENDOR))
    return made("colors-unknown-kind.heic", plants, [picture("main", property_of(box, stays=None))], readers=())
