"""``compare``: two systems, tested on the clips that both captioned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

from benchmark.api.given import gather_metrics
from benchmark.api.results import WHOLE_TABLE, Printer, Result, SystemResult
from benchmark.display.layout import Format
from benchmark.display.view import USUAL_WIDTH, View
from benchmark.errors import UnknownNameError, UsageError, shown
from benchmark.leaderboard.comparison import ComparedMetric, Comparison, compare_systems
from benchmark.leaderboard.tables.comparison import render_comparison
from benchmark.runs.pairs import SystemPair
from benchmark.stats import N_TEST_DRAWS

if TYPE_CHECKING:
    import pandas as pd

_FEWEST_DRAWS = 100


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ComparisonResult:
    """Two systems, A and B, by several metrics; ``print`` shows the table of ``bench compare``.

    Attributes:
        comparison: what was tested, and on which clips.
    """

    comparison: Comparison

    @property
    def metrics(self) -> dict[str, ComparedMetric]:
        """By key: both values, the difference with its interval, p-values and the verdict."""
        return {metric.key: metric for metric in self.comparison.metrics}

    @property
    def absent(self) -> Mapping[str, str]:
        """Metrics that cannot be compared, each with the reason."""
        return self.comparison.absent

    def __getitem__(self, metric: str) -> ComparedMetric:
        """Look up a metric by its key.

        Raises:
            UnknownNameError: it was not compared.
        """
        if metric not in self.metrics:
            raise UnknownNameError("metric of this comparison", metric, self.metrics)
        return self.metrics[metric]

    def to_pandas(self) -> pd.DataFrame:
        """Lay it out: a row a metric, a column a figure, raw values."""
        import pandas as pd

        rows = {key: dict(metric.figures) for key, metric in self.metrics.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("metric")

    def table(self, form: Format = "text", *, width: int | None = None) -> str:
        """Set the table that ``bench compare`` prints.

        Args:
            form: text, md, csv, json, latex or html.
            width: characters that a line of text may take; None shows all columns.
        """
        return render_comparison(self.comparison, form, View(width, cure=WHOLE_TABLE))

    def __str__(self) -> str:
        return self.table(width=USUAL_WIDTH)

    def __repr__(self) -> str:
        titles = " and ".join(system.title for system in self.comparison.pair.systems)
        return f"<{titles}: {len(self.metrics)} metrics; print() shows them>"

    def _repr_html_(self) -> str:
        return self.table("html")

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        printer.text(str(self))


@overload
def compare(
    first: Result,
    second: str,
    third: str,
    /,
    *,
    metrics: str | Iterable[str] | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters: str | Path | None = None,
) -> ComparisonResult: ...


@overload
def compare(
    first: SystemResult,
    second: SystemResult,
    /,
    *,
    metrics: str | Iterable[str] | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters: str | Path | None = None,
) -> ComparisonResult: ...


def compare(
    first: Result | SystemResult,
    second: str | SystemResult,
    third: str | None = None,
    /,
    *,
    metrics: str | Iterable[str] | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters: str | Path | None = None,
) -> ComparisonResult:
    """Tell whether system A or B is better.

    ``compare(result, "a", "b")``, or of two results ``compare(mine["a"], theirs["b"])``.

    Args:
        first: a result, followed by the names of two of its systems; or a system, followed by
            another.
        second: see there.
        third: see there.
        metrics: as of ``score``; None means all that both have.
        n_draws: bootstrap draws, and rounds of swaps.
        clusters: a csv of clips that belong together; see ``read_clusters``.

    Raises:
        UsageError: they were scored against different references.
        UnknownNameError: there is no such system or metric.
        DataError: they share fewer than two clips, or no metric that can be tested.
    """
    pair = SystemPair.match(*(system.record for system in _choose(first, second, third)))
    if n_draws < _FEWEST_DRAWS:
        raise UsageError(f"n_draws is {n_draws}; expected {_FEWEST_DRAWS} or more.")
    keys = None if metrics is None else gather_metrics(metrics)
    path = None if clusters is None else Path(clusters)
    return ComparisonResult(compare_systems(pair, keys, n_draws=n_draws, clusters_file=path))


def _choose(first: object, second: object, third: object) -> tuple[SystemResult, SystemResult]:
    if isinstance(first, Result) and isinstance(second, str) and isinstance(third, str):
        return first[second], first[third]
    if isinstance(first, SystemResult) and isinstance(second, SystemResult) and third is None:
        return first, second
    raise UsageError(
        f"cannot compare {shown(first)}, {shown(second)} and {shown(third)}; expected a result and "
        "two names, compare(result, 'a', 'b'), or two systems, compare(one['a'], other['b'])."
    )
