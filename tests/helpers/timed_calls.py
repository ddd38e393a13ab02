"""Timed calls of a system, as a ledger holds them."""

from __future__ import annotations

import dataclasses

from benchmark.runs.ledger import ProfileRow

ROW = ProfileRow("toy", "a", 0.5, 1.0, True)


def calls(*seconds, **changes):
    return [
        dataclasses.replace(ROW, clip_id=f"{i:03d}", caption_s=s, **changes)
        for i, s in enumerate(seconds)
    ]
