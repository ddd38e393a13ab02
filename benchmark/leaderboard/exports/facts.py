"""What every export says of a system's numbers, whatever form it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.contract import UNKNOWN
from benchmark.contract.metrics import Metric
from benchmark.errors import UsageError
from benchmark.files import JsonObject
from benchmark.leaderboard.ranking import group_rows
from benchmark.leaderboard.rows import Row, rows_of
from benchmark.leaderboard.tiers import tiers_of
from benchmark.machine.distributions import version_of
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.signature import Signature
from benchmark.runs.record import RunRecord, SystemRecord, with_flaws
from benchmark.runs.scores import Cell
from benchmark.stats import LEVEL

_SHOWN_HASH = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one system, as an export says it.

    Attributes:
        metric: which one.
        value: the corpus value, raw (BLEU 0.65, CIDEr-D 0.91).
        low, high: its 95 % interval; None where there is none.
        signature: what it was made with.
        note: why some scored clips have no value of it; None where all have one.
    """

    metric: Metric
    value: float
    low: float | None
    high: float | None
    signature: Signature
    note: str | None

    @staticmethod
    def of(key: str, cell: Cell) -> Figure | None:
        """Take a metric's figure from its cell; None where there is no value, or it only tells."""
        metric = METRICS[key]
        if cell.value is None or metric.higher_is_better is None:
            return None
        signature = cell.signature or Signature(key)
        return Figure(metric, cell.value, cell.low, cell.high, signature, cell.reason)

    def to_json(self) -> JsonObject:
        """Spell what stands beside its value wherever it goes."""
        interval: JsonObject = {}
        if self.low is not None and self.high is not None:
            interval = {"low": self.low, "high": self.high, "level": LEVEL}
        note = {"note": self.note} if self.note else {}
        return {**interval, "signature": str(self.signature), **note}


def figures_of(system: SystemRecord, keys: Sequence[str] = ()) -> list[Figure]:
    """List what a system was measured by, in the order of tables.

    Args:
        system: of a run.
        keys: of the metrics to list; none is all. Those without a value are left out, as those
            that only describe; ``tell_lacking`` names the former.

    Raises:
        UsageError: none is left.
    """
    cells = system.scores.metrics
    wanted = [key for key in METRICS if key in cells and (not keys or key in keys)]
    figures = [figure for key in wanted if (figure := Figure.of(key, cells[key]))]
    if not figures:
        lacking = tell_lacking(system, keys or wanted) or ["no metric that ranks was computed"]
        raise UsageError(
            f"{system.title} has nothing to export: {lacking[0]}. Name other metrics with "
            "--metrics, or compute them with `bench rescore`."
        )
    return figures


def tell_lacking(system: SystemRecord, keys: Sequence[str]) -> list[str]:
    """Say of each metric that a system has no value of why that is; describing ones aside."""
    return [
        f"no {METRICS[key].label} ({system.why_not_resampled(key)})"
        for key in keys
        if METRICS[key].higher_is_better is not None and system.value(key) is None
    ]


def stand_in_run(record: RunRecord) -> dict[str, JsonObject]:
    """Tell how the ranked systems of a run stand to each other: rank and tier, and by what.

    Nothing where there are no two of them.
    """
    found: dict[str, JsonObject] = {}
    for standing in group_rows(rows_of([record])):
        tiers = tiers_of(standing)
        if tiers is None:
            continue
        ranks = standing.ranks()
        for row, rank, tier in zip(standing.rows, ranks, tiers, strict=True):
            if rank is not None:
                found[row.system] = {
                    "ranked_by": standing.ranking.key,
                    "rank": rank,
                    "tier": tier,
                    "n_ranked": sum(each is not None for each in ranks),
                }
    return found


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a system's numbers come from.

    Attributes:
        run: it is of.
        system: itself.
        stands: its rank and tier among the systems of the run; None where it has none.
    """

    run: RunRecord
    system: SystemRecord
    stands: JsonObject | None = None

    @property
    def name_with_flaws(self) -> str:
        """The system's name, with what must be known of its numbers."""
        return with_flaws(self.system.name, self.system.flaws)

    @property
    def benchmark(self) -> str:
        """Name the split: of a folder its captions, wherever it lies."""
        return self.system.plan.references_name

    def data(self) -> JsonObject:
        """Spell which clips and which references the numbers are over."""
        plan, scores = self.system.plan, self.system.scores
        return {
            "split": self.benchmark,
            "n_clips": scores.n_scored,
            "n_expected": plan.n_expected,
            "clip_ids_sha256": scores.clips_sha256,
            "references_sha256": plan.references_sha256,
        }

    def making(self) -> JsonObject:
        """Spell what made the captions and the numbers, and what must be known of them."""
        plan, planned, row = self.system.plan, self.system.planned, Row.of(self.system)
        return {
            "system": self.system.name,
            "distribution": f"{planned.distribution} {planned.version}",
            "makeup": planned.makeup_id,
            # What made a file of captions nobody knows: an empty list would be a claim.
            "trained_on": [UNKNOWN] if plan.command == "score" else list(row.trained_on),
            "saw_data": row.saw_data,
            "aac_bench": version_of("aac-bench"),
            "run": self.run.content_id,
            "made": plan.created_at,
            "seal": self.run.integrity.state,
            "flaws": list(self.system.flaws),
        }

    def note(self, figure: Figure) -> str:
        """Say in one line what a bare number is to be taken with."""
        plan, scores = self.system.plan, self.system.scores
        interval = ""
        if figure.low is not None and figure.high is not None:
            interval = f" [{figure.low:.4f}, {figure.high:.4f}] ({LEVEL:.0%} interval)"
        flaws = f"{', '.join(self.system.flaws)}; " if self.system.flaws else ""
        partly = f" ({figure.note})" if figure.note else ""
        return (
            f"{flaws}{figure.metric.label} of {self.benchmark}, raw{interval}{partly}; "
            f"{scores.n_scored:,} of {plan.n_expected:,} clips, ids "
            f"{scores.clips_sha256[:_SHOWN_HASH]}, references "
            f"{plan.references_sha256[:_SHOWN_HASH]}; {figure.signature}; aac-bench "
            f"{version_of('aac-bench')}, run {self.run.content_id}"
        )
