"""Named sets of systems: the rows of one paper, run together beside what the paper prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from benchmark.errors import UnknownNameError, UsageError
from benchmark.systems.registry import Registry, System

_CORE = "aac-bench"


@dataclass(frozen=True, slots=True)
class Lineup:
    """The systems of one paper; once released, a line-up never changes.

    Attributes:
        name: lower case, first author or system and year.
        summary: one line for ``bench systems``.
        systems: pairs of a system and the distribution that brings it, in the order of the rows.
        published_source: a row in print belongs to the line-up if its source begins so.
        published_system: and if its system's name holds this.
    """

    name: str
    summary: str
    systems: tuple[tuple[str, str], ...]
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
            ("nn-vggish", "aac-bench-retrieval"),
            ("triplet-retrieval", "aac-bench-gpt2-guidance"),
            ("top1-bertscore", "aac-bench-oracle"),
            ("gpt2-guid", "aac-bench-gpt2-guidance"),
            ("gpt2-guid-gt", "aac-bench-gpt2-guidance"),
            ("human", _CORE),
        ),
        published_source="Koizumi et al. arXiv 2012.07331 Table 1",
    ),
    Lineup(
        "wsac2023",
        "weakly supervised audio captioning via text only (arXiv 2309.12242)",
        (
            ("wsac", "aac-bench-wsac"),
            ("wsac-ni", "aac-bench-wsac"),
            ("wsac-es", "aac-bench-wsac"),
            ("wsac-nnd", "aac-bench-wsac"),
            ("wsac-pd", "aac-bench-wsac"),
            ("human", _CORE),
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


def join_systems(
    lineups: Sequence[Lineup], named: Sequence[str], registry: Registry
) -> tuple[System, ...]:
    """Find the systems of some line-ups and those named besides, each configuration once.

    Args:
        lineups: their systems come first.
        named: as a user writes them, options included. One that is repeated among these stays
            repeated, for the plan to refuse.
        registry: what is installed.

    Raises:
        UsageError: a line-up's system is not installed; the message says what to install.
        UnknownNameError: one of ``named`` is not installed.
    """
    joined: dict[str, System] = {}
    for lineup in lineups:
        _require_installed(lineup, registry)
        for name, _ in lineup.systems:
            system = registry.system(name)
            joined[system.name] = system
    others = [registry.system(text) for text in named]
    return (*joined.values(), *(system for system in others if system.name not in joined))


def _require_installed(lineup: Lineup, registry: Registry) -> None:
    absent = [(name, origin) for name, origin in lineup.systems if name not in registry.claims]
    if not absent:
        return
    names = ", ".join(name for name, _ in absent)
    origins = ", ".join(dict.fromkeys(origin for _, origin in absent))
    broken = ""
    if registry.broken:
        failed = ", ".join(sorted(plugin.entry_point for plugin in registry.broken))
        broken = f" Failed to load: {failed} (see `bench plugins doctor`)."
    raise UsageError(
        f"the line-up {lineup.name} runs {names}, which {'is' if len(absent) == 1 else 'are'} not "
        f"installed; install {origins}.{broken}"
    )
