"""Colour profiles: the name, what stands behind the stream, and all that can hide within."""

from fixture import Fixture, file, leaking, small
from planted import profiles, standards
from planted.profiles import private_tags, rendering, texts
from writers import png
from writers.canary import ICC, Plants
from writers.deflate import STORED, Block, deflate, zlib_stream
from writers.icc import profile
from writers.png import Form, chunk

NAME = b"ICC profile"
GREY = Form(png.GREY)


def fixtures():
    return [
        profiled("iccp-rendering.png", lambda plants: profile(rendering(plants))),
        profiled("iccp-header.png", profiles.header_profile),
        profiled("iccp-header-attributes.png", profiles.attributes_profile),
        profiled("iccp-texts.png", lambda plants: profile(texts(plants) + rendering(plants))),
        profiled("iccp-private-tags.png", lambda plants: profile(rendering(plants) + private_tags(plants))),
        profiled("iccp-slack.png", profiles.slack_profile),
        profiled("iccp-element-slack.png", profiles.element_slack_profile),
        profiled("iccp-beyond-size.png", profiles.beyond_profile),
        profiled("iccp-full.png", profiles.full_profile),
        profiled("iccp-version-4.png", profiles.version_4_profile),
        profiled("iccp-version-4-parametric.png", profiles.parametric_profile),
        profiled("iccp-version-4-lookup.png", profiles.stages_profile),
        profiled("iccp-grey.png", profiles.grey_profile, GREY),
        *(standard(*like) for like in standards.all_profiles()),
        leaking("iccp-compressed.png", compressed_chunk, icc=True),
        leaking("iccp-name.png", named_chunk, icc=True),
        leaking("iccp-tail.png", tailed_chunk, icc=True),
    ]


def profiled(name, make, form=Form(), **about):
    """A picture with the profile that `make(plants)` returns."""
    plants = Plants()
    data = file(plants, profile_chunk(make(plants)), small(form))
    return Fixture(name, data, plants, icc=True, form=form, **about)


def standard(name, meaning, make):
    """A profile that means what a standard says."""
    form = GREY if meaning == standards.GREY else Form()
    return profiled(f"iccp-like-{name}.png", make, form, icc_standard=meaning)


def profile_chunk(data, name=NAME, tail=b""):
    """The profile in a stored block, so that what it holds can be found."""
    return chunk(b"iCCP", name + bytes(2) + zlib_stream(Block(data, STORED)) + tail)


def compressed_chunk(plants):
    """As programs write it; nothing can be found within but the whole stream, which no scrub has to repeat."""
    stream = deflate(profiles.full_profile(Plants()))
    return chunk(b"iCCP", NAME + bytes(2) + plants.exact("iCCP stream", ICC, stream, "deflate"))


def named_chunk(plants):
    return profile_chunk(profile(rendering(plants)), plants.text("iCCP name", ICC))


def tailed_chunk(plants):
    return profile_chunk(profile(rendering(plants)), tail=plants.text("iCCP behind the stream", ICC))


def full_chunk(plants):
    """For the file that has everything."""
    name, tail = plants.text("iCCP name", ICC), plants.text("iCCP behind the stream", ICC)
    return profile_chunk(profiles.full_profile(plants), name, tail)
