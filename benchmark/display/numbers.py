"""How numbers are spelt."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.display.tables import NO_VALUE
from benchmark.stats.percentiles import Percentile


def show(percentile: Percentile | None) -> str:
    """Spell a percentile of seconds in milliseconds, with its bounds: ``12.3 [11.9, 12.8]``."""
    if percentile is None:
        return NO_VALUE
    value, low, high = (f"{seconds * 1000:.3f}" for seconds in percentile)
    return f"{value} [{low}, {high}]" if percentile.is_bounded else value


def show_shares(shares: Mapping[str, float | None]) -> str:
    """Spell the shares of a whole, by name: ``encode 85 %, generate 12 %``."""
    parts = (f"{name} {share:.0%}".replace("%", " %") for name, share in shares.items() if share)
    return ", ".join(parts) or NO_VALUE
