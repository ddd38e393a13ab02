"""What programs and files hold, as records of systems: captioners, functions, classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from benchmark.contract import Captioner, Clip, SystemSpec

SAMPLE_RATE_HZ = 16_000
"""Of the sounds that a function gets where it does not say another."""


def spell_as_name(written: str) -> str:
    """Spell what people call something as systems are named: ``My_Model 2`` as ``my-model-2``.

    Returns:
        Lower-case words with hyphens; nothing where no letter or digit of ASCII's is in it.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", written)
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def spec_of(
    name: str, summary: str, make: Callable[[], Captioner], *, needs_audio: bool = True
) -> SystemSpec:
    """Make the record of a system that is an object, or is made without being told anything.

    Args:
        name: of its row.
        summary: one line.
        make: gives the captioner once it is to get ready.
        needs_audio: see ``SystemSpec``.
    """
    return SystemSpec(name, summary, lambda resources, options: make(), needs_audio=needs_audio)


def captioner_of(thing: object) -> Captioner | None:
    """Take something for a captioner: it has ``caption(clips)``, or is a function of one clip.

    Returns:
        None where it is neither.
    """
    if callable(getattr(thing, "caption", None)):
        return cast(Captioner, thing)
    if not isinstance(thing, str) and callable(thing):
        return _OfFunction(thing, getattr(thing, "sample_rate_hz", SAMPLE_RATE_HZ))
    return None


@dataclass(frozen=True, slots=True)
class _OfFunction:
    """A captioner that asks a function, clip by clip."""

    function: Callable[[Clip], str]
    sample_rate_hz: int

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [self.function(clip) for clip in clips]
