"""Named sets of systems: the rows of one paper, run together beside what the paper prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from benchmark.errors import UnknownNameError

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
        published_source: a row in print belongs to the line-up if its source begins so.
        published_system: and if its system's name holds this.
    """

    name: str
    summary: str
    members: tuple[Member, ...]
    published_source: str = ""
    published_system: str = ""

    def has_published(self, system_name: str, sources: Sequence[str]) -> bool:
        """Tell whether a row in print is one of this line-up's paper."""
        is_source = any(source.startswith(self.published_source) for source in sources)
        return is_source and self.published_system in system_name


_IN_ORDER = (
    Lineup(
        "koizumi2020",
        "audio captioning with GPT-2 and guidance captions (arXiv 2012.07331)",
        (
            Member("nn-vggish", "aac-bench-retrieval"),
            Member("triplet-retrieval", "aac-bench-gpt2-guidance"),
            Member("top1-bertscore", "aac-bench-oracle"),
            Member("gpt2-guid", "aac-bench-gpt2-guidance"),
            Member("gpt2-guid-gt", "aac-bench-gpt2-guidance", ("uses_audio", "false")),
            Member("human"),
        ),
        published_source="Koizumi et al. arXiv 2012.07331 Table 1",
    ),
    Lineup(
        "wsac2023",
        "weakly supervised audio captioning via text only (arXiv 2309.12242)",
        (
            Member("wsac", "aac-bench-wsac"),
            Member("wsac-ni", "aac-bench-wsac"),
            Member("wsac-es", "aac-bench-wsac"),
            Member("wsac-nnd", "aac-bench-wsac"),
            Member("wsac-pd", "aac-bench-wsac"),
            Member("human"),
        ),
        published_system="WSAC",
    ),
)

LINEUPS: Mapping[str, Lineup] = MappingProxyType({lineup.name: lineup for lineup in _IN_ORDER})


def find_lineup(name: str) -> Lineup:
    """Return a line-up.

    Raises:
        UnknownNameError: there is none of this name.
    """
    if name not in LINEUPS:
        raise UnknownNameError("line-up", name, LINEUPS)
    return LINEUPS[name]
