"""Sketches of the published captions: ``python tests/helpers/caption_sketches.py`` writes them.

From the official files in the shared folder to ``benchmark/datasets/known_captions.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

from shared_data import shared_path

from benchmark.datasets.audiocaps import load_audiocaps
from benchmark.datasets.clotho import load_clotho
from benchmark.datasets.wording import Sketch

PATH = Path(__file__).parents[2] / "benchmark" / "datasets" / "known_captions.json"


def spell_sketches() -> str:
    root = shared_path("data")
    splits = [load_audiocaps(split, root) for split in ("test", "val", "train")]
    splits += [load_clotho(split, root) for split in ("evaluation", "validation", "development")]
    spelt = {}
    for split in splits:
        captions = (text for texts in split.references.values() for text in texts)
        hashes = sorted(Sketch.of(captions).hashes)
        spelt[str(split.label)] = " ".join(f"{hashed:x}" for hashed in hashes)
    return json.dumps(spelt, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(spell_sketches(), encoding="utf-8")
