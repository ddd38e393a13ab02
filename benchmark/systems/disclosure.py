"""What a captioner says about itself: read, checked, and held against a data set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from benchmark.contract import UNKNOWN, Captioner, Fact, SplitLabel
from benchmark.errors import PluginError, shown, why_unwritable
from benchmark.systems.calling import stay_within

MOST_CHARACTERS = 10_000
"""Of a fact, its name, or the name of a data set."""
_MOST_BITS = 256  # a hash, and far below what Python spells in decimals

SawData = Literal["yes", "no", "unknown"]


def read_trained_on(text: str | None) -> tuple[str, ...] | None:
    """Read an option that names data sets, separated by blanks.

    Returns:
        None where it is not given; none of them where it is the word ``nothing``.
    """
    if text is None:
        return None
    return () if text.strip() == "nothing" else tuple(text.replace(",", " ").split())


class Disclosure(NamedTuple):
    """What a captioner says about itself.

    Attributes:
        trained_on: data sets that its weights have seen; None where it says nothing.
        facts: of how it was prepared.
    """

    trained_on: tuple[str, ...] | None
    facts: dict[str, Fact]


def read_disclosure(captioner: Captioner, limit_s: float | None = None) -> Disclosure:
    """Read the attributes ``trained_on`` and ``facts`` of a captioner, if it has them.

    Args:
        captioner: ready.
        limit_s: seconds that may take, for they may be computed; None waits for ever.

    Raises:
        CallTimeoutError: it took longer.
        PluginError: one of them is not what the contract asks for.
        Exception: whatever else reading them raises.
    """

    def read() -> Disclosure:
        trained_on: object = getattr(captioner, "trained_on", None)
        facts: object = getattr(captioner, "facts", {})
        return Disclosure(_check_trained_on(trained_on), _check_facts(facts))

    return stay_within(read, limit_s, "reading trained_on and facts")


def saw_data(trained_on: Sequence[str], label: SplitLabel) -> SawData:
    """Tell whether weights have seen a data set, by the names of what they were trained on.

    Args:
        trained_on: data sets, with or without a split (``"clotho:development"``).
        label: its data set counts, not its split nor its version, for versions share clips. A
            folder may hold any data set's clips: weights that saw other data have seen it or not,
            nobody knows.
    """
    name = label.family.casefold()
    seen = [entry.casefold() for entry in trained_on]
    if any(name in (entry, SplitLabel.parse(entry).family) for entry in seen):
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
        _require_told("an entry of the captioner's trained_on", entry)
    return trained_on


def _check_facts(facts: object) -> dict[str, Fact]:
    if not isinstance(facts, Mapping):
        raise PluginError(f"the captioner's facts are {_spell(facts)}; expected a mapping.")
    for name, value in facts.items():
        if not isinstance(name, str):
            raise PluginError(f"the captioner's facts name one {_spell(name)}; expected a str.")
        _require_told("the name of a fact of the captioner", name)
        is_number = isinstance(value, float) and math.isfinite(value)
        if not is_number and not isinstance(value, str | int | None):
            raise PluginError(
                f"the captioner's fact {shown(name)} is {_spell(value)}; expected a str, int, "
                "bool, finite float or None."
            )
        if isinstance(value, str):
            _require_told(f"the captioner's fact {shown(name)}", value)
        elif isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise PluginError(
                f"the captioner's fact {shown(name)} is a number of {value.bit_length():,} bits; "
                f"expected at most {_MOST_BITS}. Write it as a str."
            )
    return dict(facts)


def _require_told(what: str, text: str) -> None:
    """Refuse a text that no file holds, or that no person reads to its end."""
    if reason := why_unwritable(text):
        raise PluginError(f"{what} {reason}; expected text that a file can hold.")
    if len(text) > MOST_CHARACTERS:
        raise PluginError(
            f"{what} is {len(text):,} characters long; expected at most {MOST_CHARACTERS:,}."
        )


def _spell(value: object) -> str:
    return f"{shown(value)} ({type(value).__name__})"
