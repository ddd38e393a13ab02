"""What a table ranks by, and how its rows stand for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmark.contract import SplitLabel
from benchmark.errors import UsageError
from benchmark.leaderboard.rows import RUNGS, Row
from benchmark.metrics.catalogue import METRICS, require_rankable

USUAL = "spider"
"""What the field ranks by; a table does where every ranked row has it."""

FALLBACK = "cider_d"
"""What a table ranks by where one of them lacks that."""

_ROUNDING = 1e-12  # sums in another order


@dataclass(frozen=True, slots=True)
class Ranking:
    """The metric that a table ranks by.

    Attributes:
        key: of the metric.
        why_not: why it is not the one that was asked for, or the field's; empty where it is.
    """

    key: str = FALLBACK
    why_not: str = ""

    @staticmethod
    def choose(rows: Sequence[Row], asked: str | None = None) -> Ranking:
        """Choose what the rows of one table are ranked by.

        Args:
            rows: of the table; those that can have a rank decide, if there are any.
            asked: key of a metric; None is the field's.

        Raises:
            UsageError: the rows have the metric that was asked for from several models, or there
                is no such metric.
        """
        if asked is not None:
            require_rankable(asked)
        rivals = [row for row in rows if row.rung == "system" and row.complete] or list(rows)
        lacking = [row for row in rivals if row.value(asked or USUAL) is None]
        if asked is None:
            return Ranking(FALLBACK, _tell_lack(USUAL, rivals, lacking)) if lacking else _USUALLY
        if len(lacking) == len(rivals):
            return Ranking(FALLBACK, _tell_lack(asked, rivals, lacking))
        _require_one_model(rivals, asked)
        return Ranking(asked)

    @property
    def label(self) -> str:
        return METRICS[self.key].label

    @property
    def is_higher_better(self) -> bool:
        return METRICS[self.key].higher_is_better is True

    def has_rank(self, row: Row) -> bool:
        """Tell whether a row has a rank: complete ones with a value on the system rung have."""
        return row.rung == "system" and row.complete and row.value(self.key) is not None

    def worth(self, row: Row) -> float | None:
        """Turn a row's value so that more is better; None where there is none."""
        value = row.value(self.key)
        return value if value is None or self.is_higher_better else -value

    def describe(self, rows: Sequence[Row]) -> str:
        """Say in a sentence what the rows of a table are ranked by, and why by that."""
        why_not = f", as {self.why_not}" if self.why_not else ""
        if all(row.value(self.key) is None for row in rows):
            return f"Not ranked: no row has {self.label}{why_not}."
        direction = "" if self.is_higher_better else " (less is better)"
        return f"Ranked by {self.label}{direction}{why_not}."


class Standing(NamedTuple):
    """The rows of one table, rung by rung from best to worst, and what that goes by."""

    rows: list[Row]
    ranking: Ranking

    def ranks(self) -> list[int | None]:
        """Give each row its rank, None for one without; rows of equal values share the best."""
        ranks: list[int | None] = []
        worths: list[float] = []
        for row in self.rows:
            worth = self.ranking.worth(row)
            if worth is None or not self.ranking.has_rank(row):
                ranks.append(None)
                continue
            above = sum(not math.isclose(worth, other, rel_tol=_ROUNDING) for other in worths)
            worths.append(worth)
            ranks.append(above + 1)
        return ranks


def group_rows(rows: Iterable[Row], rank_by: str | None = None) -> list[Standing]:
    """Gather the rows that may be compared: a table for each split and set of scored clips.

    Args:
        rows: of any runs.
        rank_by: key of a metric; None is the field's, table by table.

    Raises:
        UsageError: rows of one table have the metric from several models.
    """
    groups: dict[tuple[SplitLabel, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault(row.table_key, []).append(row)
    return [rank_rows(group, rank_by) for group in groups.values()]


def rank_rows(rows: Sequence[Row], rank_by: str | None = None) -> Standing:
    """Order the rows of one table.

    Raises:
        UsageError: they have the metric from several models.
    """
    ranking = Ranking.choose(rows, rank_by)

    def order(row: Row) -> tuple[int, float, str]:
        worth = ranking.worth(row)
        return (RUNGS.index(row.rung), math.inf if worth is None else -worth, row.system)

    return Standing(sorted(rows, key=order), ranking)


_USUALLY = Ranking(USUAL)


def _tell_lack(key: str, rows: Sequence[Row], lacking: Sequence[Row]) -> str:
    """Say that rows lack a metric; the reason is spelt where no list below the table has it."""
    label = METRICS[key].label
    cells = [row.metrics[key] for row in lacking if key in row.metrics]
    if not cells:
        return f"{label} was not computed" + (f" for {lacking[0].system}" * (lacking != rows))
    if len(lacking) == len(rows):
        return f"{label} is unavailable"
    reason = next((cell.reason for cell in cells if cell.reason), "for a reason not known")
    return f"{lacking[0].system} has no {label} ({reason})"


def _require_one_model(rows: Sequence[Row], key: str) -> None:
    cells = [row.metrics[key] for row in rows if row.value(key) is not None]
    models = dict.fromkeys(" with ".join(cell.models) for cell in cells if cell.models)
    if len(models) > 1:
        raise UsageError(
            f"{METRICS[key].label} of {rows[0].label} comes from several models "
            f"({', '.join(models)}), whose values cannot be ranked together. Score the runs with "
            "one of them, with `bench rescore`, or rank by another metric."
        )
