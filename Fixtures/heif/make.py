#!/usr/bin/env python3
"""Writes the HEIF fixtures and their manifest beside this file.

    make.py            writes every file
    make.py --check    makes them in memory and compares; exits 1 where a file differs, is missing or is not ours

The same bytes come out on every machine: no clock, no randomness, no library that compresses. What encoders have made
of the pictures stands in streams/.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(1, str(HERE.parent))

from making import Collection  # noqa: E402
from rows import (  # noqa: E402
    auxiliary,
    characteristics,
    codings,
    damaged,
    derived,
    everything,
    hostile,
    metadata,
    others,
    places,
    profiles,
    sequences,
    structure,
    tonemaps,
)

PARTS = (
    metadata,
    auxiliary,
    tonemaps,
    others,
    derived,
    characteristics,
    profiles,
    codings,
    places,
    structure,
    everything,
    sequences,
    hostile,
    damaged,
)
EXCEPTIONS = {
    "hostile/many-boxes.heic": 200_000,
    "hostile/many-boxes-inside.heic": 200_000,
    "hostile/many-properties.heic": 200_000,
    "hostile/many-items.heic": 200_000,
    "hostile/chain-500.heic": 60_000,
}

if __name__ == "__main__":
    Collection(HERE, (".heic", ".heif", ".avif"), EXCEPTIONS).make(PARTS, __doc__)
