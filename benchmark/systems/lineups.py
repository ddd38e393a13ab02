"""Line-ups by name."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.contract import Lineup
from benchmark.errors import UnknownNameError
from benchmark.plugins.views import SpecsOf

LINEUPS: Mapping[str, Lineup] = SpecsOf("lineup")


def find_lineup(name: str) -> Lineup:
    """Return a line-up.

    Raises:
        UnknownNameError: there is none of this name.
    """
    if name not in LINEUPS:
        raise UnknownNameError("line-up", name, LINEUPS)
    return LINEUPS[name]
