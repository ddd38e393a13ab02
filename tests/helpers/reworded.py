"""AudioCaps' captions as version 2.0 words them: made from version 1, for nobody may ship either.

Version 2.0 begins nearly all captions in lower case, rewords some, and has its rows in another
order.
"""

from __future__ import annotations

import csv
from pathlib import Path

from shared_data import shared_path


def write_reworded(path: Path, split: str, n_reworded: int) -> None:
    """Write a split's captions file, its first captions with one word more."""
    with shared_path(f"data/audiocaps/{split}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    for number, row in enumerate(rows):
        row[3] = row[3][:1].lower() + row[3][1:] + (" again" if number < n_reworded else "")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *reversed(rows)])
