#!/usr/bin/env python3
"""Writes the PDF fixtures and their manifest beside this file.

    make.py            writes every file
    make.py --check    makes them in memory and compares; exits 1 where a file differs, is missing or is not ours

The same bytes come out on every machine: no clock, no randomness, no library that compresses.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(1, str(HERE.parent))

from making import Collection  # noqa: E402
from rows import (  # noqa: E402
    documents,
    hostile,
    instructions,
    interaction,
    keep,
    pictures,
    standards,
    structure,
    uses,
)

PARTS = (documents, interaction, pictures, instructions, structure, standards, keep, uses, hostile)

if __name__ == "__main__":
    Collection(HERE, (".pdf",)).make(PARTS, __doc__)
