"""How numbers are spelt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.display.tables import NO_VALUE


def show_percentile(latency: Mapping[str, Any], name: str) -> str:
    """Spell a percentile in milliseconds: ``12.3 [11.9, 12.8]``."""
    value, low, high = (latency.get(f"{name}{part}_s") for part in ("", "_low", "_high"))
    if value is None:
        return NO_VALUE
    if low is None or high is None:  # a run of before there were bounds
        return f"{value * 1000:.3f}"
    return f"{value * 1000:.3f} [{low * 1000:.3f}, {high * 1000:.3f}]"


def show_stages(stages: Mapping[str, Mapping[str, Any]]) -> str:
    """Spell the shares of a call's stages: ``encode 85 %, generate 12 %``."""
    shares = [(name, stage["share"]) for name, stage in stages.items() if stage["share"]]
    return ", ".join(f"{name} {share:.0%}".replace("%", " %") for name, share in shares) or NO_VALUE
