"""Line-ups: the systems of one paper, run together beside what the paper prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

CORE = "aac-bench"
"""The distribution whose systems are always installed."""


class Member(NamedTuple):
    """A system of a line-up.

    Attributes:
        name: without options.
        distribution: what brings it.
        without_sound: the option, and its value, with which it can do where no sound is given.
    """

    name: str
    distribution: str = CORE
    without_sound: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Lineup:
    """The systems of one paper; once released, a line-up never changes.

    Attributes:
        name: lower case, first author or system and year.
        summary: one line for ``bench systems``.
        members: its systems, in the order of the rows.
        published: the rows of the paper's tables, as the numbers in print call their systems, and
            re-runs of its systems by others.
    """

    name: str
    summary: str
    members: tuple[Member, ...]
    published: tuple[str, ...] = ()
