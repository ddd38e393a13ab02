"""Everything that is on its way out: what, since when, until when, and what to use instead.

A deprecated thing works for one release with one warning, which is worded here and nowhere else,
and is gone with the next. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Deprecation:
    """A thing that still works and will not for long.

    Attributes:
        what: the thing, as people write it.
        since: the release that warns first.
        until: the release that no longer has it.
        instead: what to do, as an imperative.
    """

    what: str
    since: str
    until: str
    instead: str

    @property
    def warning(self) -> str:
        """The one line that users of it read."""
        span = f"since {self.since} and gone with {self.until}"
        return f"{self.what} is deprecated {span}: {self.instead}"


SUITE_OPTION = Deprecation("--suite", since="0.1", until="0.2", instead="write --lineup.")
"""``bench run --suite NAME``: a paper's list of systems is a line-up; a suite is of metrics."""

BENCH_HUB = Deprecation(
    "BENCH_HUB",
    since="0.1",
    until="0.2",
    instead="the hub is asked without it; HF_HUB_OFFLINE=1 or `bench --offline` forbids that.",
)
"""The variable of the environment without which the hub was not asked: 1 allowed it."""


def outdated_plugin(name: str, api: int, current: int) -> Deprecation:
    """Describe a plugin that was written for the API before the current one."""
    return Deprecation(
        f"the plugin {name}, which was written for API {api},",
        since="0.1",
        until="0.2",
        instead=f"upgrade it, or move it to API {current} "
        "(`bench plugins doctor` says what moved).",
    )


MOVED_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "benchmark.audio": "benchmark.datasets",
        "benchmark.bertscore": "benchmark.metrics.bertscore",
        "benchmark.embedded_clips": "benchmark.embeddings",
        "benchmark.embedding_files": "benchmark.embeddings",
        "benchmark.embedding_writer": "benchmark.embeddings",
        "benchmark.memory": "benchmark.embeddings",
        "benchmark.options": "benchmark.systems",
        "benchmark.places": "benchmark (Resources.load_split, for what plugins used it for)",
        "benchmark.progress": "benchmark.models.training",
        "benchmark.projection": "benchmark.embeddings",
        "benchmark.training": "benchmark.models.training",
    }
)
"""Modules that plugins of API 1 imported, and the rooms that have their names since API 2."""


MOVED_NAMES: Mapping[str, str] = MappingProxyType({"EMBEDDED_DATASET": "benchmark.datasets"})
"""Names that plugins of API 1 found in ``benchmark`` itself, and their rooms since API 2."""


def moved_name(name: str) -> Deprecation:
    """Describe a name of ``benchmark`` that plugins of the API before this one may still import."""
    home = MOVED_NAMES[name]
    return Deprecation(f"benchmark.{name}", "0.1", "0.2", f"import it from {home}.")


def find_new_home(error: BaseException) -> str | None:
    """Tell where a module that could not be imported has gone; None: it has not moved."""
    if not isinstance(error, ImportError) or error.name is None:
        return None
    # `from benchmark import training` names both halves apart (Python 3.12 and later).
    parts = (error.name, getattr(error, "name_from", None))
    names = (error.name, ".".join(part for part in parts if part))
    return next((MOVED_MODULES[name] for name in names if name in MOVED_MODULES), None)
