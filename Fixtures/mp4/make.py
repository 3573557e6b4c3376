#!/usr/bin/env python3
"""Writes the MP4 and QuickTime fixtures and their manifest beside this file.

    make.py            writes every file
    make.py --check    makes them in memory and compares; exits 1 where a file differs, is missing or is not ours

The same bytes come out on every machine: no clock, no randomness, no library that compresses. The coded pictures are
those of ../streams.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(1, str(HERE.parent))

from making import Collection  # noqa: E402
from rows import boxes, codings, fragments, hostile, layouts, protected, streams, tables, texts, tracks  # noqa: E402

PARTS = (texts, tracks, codings, tables, layouts, boxes, fragments, streams, protected, hostile)

if __name__ == "__main__":
    Collection(HERE, (".mp4", ".mov", ".m4a", ".3gp")).make(PARTS, __doc__)
