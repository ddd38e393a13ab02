"""What a captioner says about itself: read, checked, and held against a data set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from benchmark.contract import UNKNOWN, Captioner, Fact, SplitLabel
from benchmark.errors import PluginError

SawData = Literal["yes", "no", "unknown"]


class Disclosure(NamedTuple):
    """What a captioner says about itself.

    Attributes:
        trained_on: data sets that its weights have seen; None where it says nothing.
        facts: of how it was prepared.
    """

    trained_on: tuple[str, ...] | None
    facts: dict[str, Fact]


def read_disclosure(captioner: Captioner) -> Disclosure:
    """Read the attributes ``trained_on`` and ``facts`` of a captioner, if it has them.

    Raises:
        PluginError: one of them is not what the contract asks for.
    """
    trained_on: object = getattr(captioner, "trained_on", None)
    facts: object = getattr(captioner, "facts", {})
    return Disclosure(_check_trained_on(trained_on), _check_facts(facts))


def saw_data(trained_on: Sequence[str], label: SplitLabel) -> SawData:
    """Tell whether weights have seen a data set, by the names of what they were trained on.

    Args:
        trained_on: data sets, with or without a split (``"clotho:development"``).
        label: its data set counts, not its split. A folder may hold any data set's clips: weights
            that saw other data have seen it or not, nobody knows.
    """
    name = label.dataset.casefold()
    seen = [entry.casefold() for entry in trained_on]
    if any(name in (entry, SplitLabel.parse(entry).dataset) for entry in seen):
        return "yes"
    if UNKNOWN in seen or (seen and not label.is_public):
        return "unknown"
    return "no"


def _check_trained_on(trained_on: object) -> tuple[str, ...] | None:
    if trained_on is None:
        return None
    if not isinstance(trained_on, tuple):
        raise PluginError(
            f"the captioner's trained_on is {_spell(trained_on)}; expected a tuple of str, "
            "such as ('audiocaps:train',)."
        )
    for entry in trained_on:
        if not isinstance(entry, str):
            raise PluginError(
                f"the captioner's trained_on holds {_spell(entry)}; expected names of data sets."
            )
    return trained_on


def _check_facts(facts: object) -> dict[str, Fact]:
    if not isinstance(facts, Mapping):
        raise PluginError(f"the captioner's facts are {_spell(facts)}; expected a mapping.")
    for name, value in facts.items():
        if not isinstance(name, str):
            raise PluginError(f"the captioner's facts name one {_spell(name)}; expected a str.")
        is_number = isinstance(value, float) and math.isfinite(value)
        if not is_number and not isinstance(value, str | int | None):
            raise PluginError(
                f"the captioner's fact {name!r} is {_spell(value)}; expected a str, int, bool, "
                "finite float or None."
            )
    return dict(facts)


def _spell(value: object) -> str:
    return f"{value!r:.80} ({type(value).__name__})"
