"""``compare``: systems, tested on the clips that they captioned; two, or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

from benchmark.api.given import gather_metrics
from benchmark.api.matrices import MatrixResult
from benchmark.api.results import WHOLE_TABLE, Printer, Result, SystemResult
from benchmark.display.layout import Format
from benchmark.display.view import USUAL_WIDTH, View
from benchmark.errors import UnknownNameError, UsageError, shown
from benchmark.leaderboard.clusters import AskedClusters
from benchmark.leaderboard.comparison import ComparedMetric, Comparison, compare_systems
from benchmark.leaderboard.matrix import compare_rows
from benchmark.leaderboard.rows import Row
from benchmark.leaderboard.tables.comparison import render_comparison
from benchmark.metrics.catalogue import require_rankable
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
        view = View(width, cure=WHOLE_TABLE)
        return render_comparison(self.comparison, form, view, tells_looks=True)

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
    metric: str | None = None,
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
    metric: str | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters: str | Path | None = None,
) -> ComparisonResult: ...


@overload
def compare(
    first: Result,
    /,
    *,
    metric: str | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters: str | Path | None = None,
) -> MatrixResult: ...


@overload
def compare(
    first: SystemResult,
    second: SystemResult,
    third: SystemResult,
    /,
    *others: SystemResult,
    metric: str | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters: str | Path | None = None,
) -> MatrixResult: ...


@overload
def compare(
    first: Result,
    second: str,
    third: str,
    fourth: str,
    /,
    *others: str,
    metric: str | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters: str | Path | None = None,
) -> MatrixResult: ...


def compare(
    first: Result | SystemResult,
    /,
    *others: str | SystemResult,
    metrics: str | Iterable[str] | None = None,
    metric: str | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters: str | Path | None = None,
) -> ComparisonResult | MatrixResult:
    """Tell which of two or more systems differ, as ``bench compare`` does.

    Two by every metric: ``compare(result, "a", "b")``, or of two results ``compare(mine["a"],
    theirs["b"])``. More by one metric, each against each other as one family:
    ``compare(result)``, ``compare(result, "a", "b", "c")``, ``compare(one["a"], two["b"],
    three["c"])``.

    Args:
        first: a result, followed by the names of some of its systems, or by nothing for all of
            them; or a system, followed by others.
        others: see there.
        metrics: of two systems, as of ``score``; None means all that both have.
        metric: of two, the one to test alone; of more, the one to hold them by. None is what a
            table of them would rank by.
        n_draws: rounds of swaps, and bootstrap draws.
        clusters: a csv of clips that belong together, see ``read_clusters``; ``"none"`` for each
            clip alone; None for what the data set knows.

    Raises:
        UsageError: they were scored against different references, or so few draws can never call
            a difference.
        UnknownNameError: there is no such system or metric.
        DataError: they share fewer than two clips, or no metric that can be tested.
    """
    systems = _choose(first, others)
    if n_draws < _FEWEST_DRAWS:
        raise UsageError(f"n_draws is {n_draws}; expected {_FEWEST_DRAWS} or more.")
    if metric is not None:
        require_rankable(metric)
    asked: AskedClusters = None if clusters is None else Path(clusters)
    if clusters == "none":
        asked = "none"
    if len(systems) == 2 and others:
        pair = SystemPair.match(*(system.record for system in systems))
        keys = None if metrics is None else gather_metrics(metrics)
        return ComparisonResult(
            compare_systems(pair, keys, primary=metric, n_draws=n_draws, clusters_file=asked)
        )
    if metrics is not None:
        raise UsageError("metrics go with two systems; more are held by one: name it as metric.")
    rows = [Row.of(system.record) for system in systems]
    return MatrixResult(compare_rows(rows, metric, n_draws=n_draws, clusters_file=asked))


def _choose(first: object, others: Sequence[object]) -> list[SystemResult]:
    if isinstance(first, Result) and len(others) != 1:
        names = [name for name in others if isinstance(name, str)]
        if len(names) == len(others):
            return [first[name] for name in names or first.systems]
    systems = [each for each in (first, *others) if isinstance(each, SystemResult)]
    if len(systems) == len(others) + 1 > 1:
        return systems
    raise UsageError(
        f"cannot compare {', '.join(map(shown, (first, *others)))}; expected a result and two "
        "names or more, compare(result, 'a', 'b'), a result alone, or two systems or more, "
        "compare(one['a'], other['b'])."
    )
