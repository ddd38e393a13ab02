"""How numbers are spelt."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.display.tables import NO_VALUE
from benchmark.stats.percentiles import Percentile


def show(percentile: Percentile | None) -> str:
    """Spell a percentile of seconds in milliseconds, with its bounds: ``12.3 [11.9, 12.8]``."""
    if percentile is None:
        return NO_VALUE
    value, low, high = map(show_milliseconds, percentile)
    return f"{value} [{low}, {high}]" if percentile.is_bounded else value


def show_shares(shares: Mapping[str, float | None]) -> str:
    """Spell the shares of a whole, by name: ``encode 85 %, generate 12 %``."""
    parts = (f"{name} {show_percent(share)}" for name, share in shares.items() if share)
    return ", ".join(parts) or NO_VALUE


def show_number(value: float | None, spec: str) -> str:
    """Spell a number as a format specification says, if there is one."""
    return NO_VALUE if value is None else format(value, spec)


def show_x100(
    value: float | None, low: float | None = None, high: float | None = None, *, spec: str = ".1f"
) -> str:
    """Spell a score, or a share in %, as papers print them: times 100, ``48.1 [47.1, 49.1]``.

    Args:
        value: raw.
        low: its lower bound, raw.
        high: its upper bound; both or neither are shown.
        spec: how each of the three is spelt.
    """
    if value is None:
        return NO_VALUE
    text = format(100 * value, spec)
    if low is None or high is None:
        return text
    return f"{text} [{100 * low:{spec}}, {100 * high:{spec}}]"


def show_percent(share: float | None) -> str:
    """Spell a share with its unit: ``85 %``."""
    return NO_VALUE if share is None else f"{100 * share:.0f} %"


def show_p_value(p: float) -> str:
    """Spell the result of a test, however small: ``0.0312``, ``2e-05``."""
    return f"{p:.4f}" if p >= 5e-5 else f"{p:.0e}"


def show_briefly(value: float) -> str:
    """Spell a number of any size in about three digits: ``148``, ``8.9``, ``0.008``."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.3f}"


def show_milliseconds(seconds: float | None) -> str:
    """Spell seconds in milliseconds."""
    return NO_VALUE if seconds is None else f"{1000 * seconds:.3f}"
