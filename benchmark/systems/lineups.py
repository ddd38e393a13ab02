"""Named sets of systems: the rows of one paper, run together beside what the paper prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from benchmark.errors import UnknownNameError, UsageError
from benchmark.systems.registry import Registry

_CORE = "aac-bench"


@dataclass(frozen=True, slots=True)
class Suite:
    """The systems of one paper; once released, a suite never changes.

    Attributes:
        name: lower case, first author or system and year.
        summary: one line for ``bench systems``.
        systems: pairs of a system and the distribution that brings it, in the order of the rows.
        published_source: a row in print belongs to the suite if its source begins so.
        published_system: and if its system's name holds this.
    """

    name: str
    summary: str
    systems: tuple[tuple[str, str], ...]
    published_source: str = ""
    published_system: str = ""

    def has_published(self, system: str, sources: Sequence[str]) -> bool:
        """Tell whether a row in print is one of this suite's paper."""
        is_source = any(source.startswith(self.published_source) for source in sources)
        return is_source and self.published_system in system


_RECORDS = (
    Suite(
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
    Suite(
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

SUITES: Mapping[str, Suite] = MappingProxyType({suite.name: suite for suite in _RECORDS})


def find_suite(name: str) -> Suite:
    """Return a suite.

    Raises:
        UnknownNameError: there is none of this name.
    """
    if name not in SUITES:
        raise UnknownNameError("suite", name, SUITES)
    return SUITES[name]


def join_systems(
    suites: Sequence[Suite], systems: Sequence[str], registry: Registry
) -> tuple[str, ...]:
    """List the systems of some suites and those named besides, each configuration once.

    Args:
        suites: their systems come first.
        systems: as a user writes them, options included. One that is repeated among these stays
            repeated, for the plan to refuse.
        registry: what is installed.

    Raises:
        UsageError: a suite's system is not installed; the message says what to install.
        UnknownNameError: one of ``systems`` is not installed.
    """
    joined: dict[str, str] = {}
    for suite in suites:
        _require_installed(suite, registry)
        joined |= {registry.system(name).name: name for name, _ in suite.systems}
    return (
        *joined.values(),
        *(text for text in systems if registry.system(text).name not in joined),
    )


def _require_installed(suite: Suite, registry: Registry) -> None:
    absent = [(name, origin) for name, origin in suite.systems if name not in registry.claims]
    if not absent:
        return
    names = ", ".join(name for name, _ in absent)
    origins = ", ".join(dict.fromkeys(origin for _, origin in absent))
    broken = ""
    if registry.broken:
        failed = ", ".join(sorted(plugin.entry_point for plugin in registry.broken))
        broken = f" Failed to load: {failed} (see `bench plugins doctor`)."
    raise UsageError(
        f"the suite {suite.name} runs {names}, which {'is' if len(absent) == 1 else 'are'} not "
        f"installed; install {origins}.{broken}"
    )
