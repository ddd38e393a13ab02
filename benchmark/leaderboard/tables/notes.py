"""What must be known of the rows of a table, in notes below it: each reason once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmark.datasets.mirrors import name_mirror
from benchmark.display.numbers import show_x100
from benchmark.errors import listed
from benchmark.leaderboard.clusters import count_clusters, describe_clusters, drawn_from
from benchmark.leaderboard.human_scale import HumanScale
from benchmark.leaderboard.likeness import describe_files, describe_marks
from benchmark.leaderboard.published import BestSupervised
from benchmark.leaderboard.ranking import Standing
from benchmark.leaderboard.rows import (
    Row,
    describe_integrity,
    differing_signatures,
    table_columns,
)
from benchmark.leaderboard.tiers import RankedPairs
from benchmark.metrics.absent import name_absent
from benchmark.metrics.catalogue import METRICS
from benchmark.stats.deciding import units_needed
from benchmark.stats.intervals import FEW_UNITS, N_FOR_PERCENTILES
from benchmark.systems.roster import describe_left_out

PARTIAL_MARK = "†"
"""Stands behind a value that lacks clips."""


def notes_on(
    standing: Standing,
    best: BestSupervised | None,
    compared: RankedPairs | None,
    scale: HumanScale | None = None,
    *,
    tells_absent: bool = True,
) -> list[str]:
    """List what must be known of the rows of a table.

    Args:
        standing: the rows.
        best: the row in print that they are held against.
        compared: the ranked rows held against each other.
        scale: from the best floor to human captions.
        tells_absent: whether to say which metrics no row has; else another place does.
    """
    group, ranking = standing
    lines = [
        f"Values x100; in brackets the 95 % {_name_interval(_count_units(group))}. "
        + ranking.describe(group),
        *_notes_on_few(group[0].n_scored),
        *_notes_on_mirror(group[0]),
        *filter(None, [describe_clusters(*drawn_from(group))]),
        *_notes_on_tiers(compared, ranking.label),
        *_notes_on_scale(scale, ranking.label),
        *_notes_on_seeds(group),
        *_notes_on_people(group),
        *_notes_on_best(best),
        *_notes_on_partial(group),
        *_notes_on_lacking(group),
        *(name_absent_metrics(standing) if tells_absent else []),
    ]
    lines += [
        f"{label}: the rows were not all computed the same way; compare their signatures (json)"
        for label in differing_signatures(group)
    ]
    lines += [*_notes_on_called(group), *describe_marks(group), *describe_files(group)]
    lines += describe_integrity(group)
    lines += [*_notes_on_left_out(group), *_notes_on_failures(group)]
    for row in group:
        if row.n_failed:
            several = f"{row.n_failed} clips failed and are"
            clips = "1 clip failed and is" if row.n_failed == 1 else several
            lines.append(f"{row.name}: {clips} not scored{_name_failed(row)}")
        if row.n_missing and not row.failure:
            lines.append(f"{row.name}: {row.n_missing} planned clips are not in the ledger")
        if row.n_empty:
            lines.append(f"{row.name}: {row.n_empty} captions are empty and scored as they stand")
    return lines


def _name_interval(n_clips: int) -> str:
    return "bootstrap interval" if n_clips >= N_FOR_PERCENTILES else "interval by Student's t"


def _count_units(group: Sequence[Row]) -> int:
    """Count what intervals draw: clusters where they are known, else clips."""
    n_clusters = count_clusters(*drawn_from(group))
    return group[0].n_scored if n_clusters is None else n_clusters


def _notes_on_few(n_clips: int) -> list[str]:
    if not 1 < n_clips < FEW_UNITS:
        return []
    return [f"Few clips: {n_clips}; what lies outside of an interval is unlikely, little else is."]


def name_absent_metrics(standing: Standing) -> list[str]:
    """Say which metrics no row of a table has, and why: a line a reason."""
    return name_absent("Unavailable", table_columns(standing.rows)[1])


def _notes_on_called(group: Sequence[Row]) -> list[str]:
    """Say what stands behind names that users chose."""
    return list(
        dict.fromkeys(
            f"{row.name}: {configuration}"
            for row in group
            if (configuration := row.record.planned.configuration)
        )
    )


def _notes_on_lacking(group: Sequence[Row]) -> list[str]:
    """Say why some rows lack metrics that others have."""
    held = {column.key for column in table_columns(group)[0]}
    lacking = (
        (row.name, METRICS[key].label, cell.reason)
        for row in group
        for key, cell in row.metrics.items()
        if key in held and not cell.is_available and METRICS[key].in_table and cell.reason
    )
    return [f"No {labels} of {names}: {reason}" for names, labels, reason in _gather(lacking)]


def _notes_on_partial(group: Sequence[Row]) -> list[str]:
    """Say of which clips marked values are."""
    partial = (
        (row.name, METRICS[key].label, f"{_count_valued(row, key)}: {cell.reason or ''}")
        for row in group
        for key, cell in row.metrics.items()
        if cell.is_partial
    )
    return [f"{PARTIAL_MARK} {labels} of {names}: {why}" for names, labels, why in _gather(partial)]


def _gather(told: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Join the metrics of a row that share a reason, then the rows that share both."""
    labels: dict[tuple[str, str], list[str]] = {}
    for name, label, reason in told:
        labels.setdefault((name, reason), []).append(label)
    names: dict[tuple[str, str], list[str]] = {}
    for (name, reason), of_row in labels.items():
        names.setdefault((", ".join(of_row), reason), []).append(name)
    return [(", ".join(alike), spelt, reason) for (spelt, reason), alike in names.items()]


def _count_valued(row: Row, key: str) -> str:
    """Say of how many clips a value is; a record without statistics does not know."""
    if row.contributions is None or not row.contributions.has(key):
        return "not of all clips"
    return f"{row.contributions.n_valued(key):,} of {row.n_scored:,} clips"


def _name_failed(row: Row) -> str:
    """Name the first failed clips; earlier versions did not note which they were."""
    clips = dict.fromkeys(c for record in row.records for c in record.sealed.failed_clips)
    return f": {listed([*clips], 3)}" if clips else ""


def _notes_on_failures(group: Sequence[Row]) -> list[str]:
    """Say why systems stopped, once for those that stopped alike: for the same weights, say."""
    names: dict[str, list[str]] = {}
    for row in group:
        if row.failure:
            names.setdefault(row.failure, []).append(row.name)
    return [f"{', '.join(of_failure)} stopped {failure}" for failure, of_failure in names.items()]


def _notes_on_left_out(group: Sequence[Row]) -> list[str]:
    """Say which members of line-ups the runs of these rows went without."""
    plans = (record.plan for row in group for record in row.records)
    shown = {row.system for row in group}
    left_out = dict.fromkeys(each for plan in plans for each in plan.left_out)
    return describe_left_out(each for each in left_out if each.system_name not in shown)


def _notes_on_best(best: BestSupervised | None) -> list[str]:
    if best is None:
        return []
    spelt, label = best.row.spelt[best.key], METRICS[best.key].label
    return [
        f"Of best supervised: {label} as a share of the {spelt} in print of {best.row.title}, of "
        "the supervised rows shown the one with the highest CIDEr-D."
    ]


def _show_gap(gap: float) -> str:
    text = show_x100(gap)
    return "less than 0.1" if text == "0.0" else text


def _notes_on_mirror(row: Row) -> list[str]:
    """Name the known copy of a split that has the clips of a table, or as many."""
    mirror = name_mirror(row.label, row.clips_sha256, row.n_scored)
    return [] if mirror is None else [mirror]


def _notes_on_people(group: Sequence[Row]) -> list[str]:
    rows = [row.name for row in group if row.record.planned.leave_one_out]
    systems = any(not row.record.planned.leave_one_out for row in group)
    if not (rows and systems):
        return []
    return [
        f"{', '.join(rows)}: each reference against the clip's others, one fewer than the other "
        "rows have: BLEU, METEOR, ROUGE-L and BERTScore are lower for it, CIDEr-D is not."
    ]


_SCOPES = {
    "captions": "Tiers are of these captions, one run a row: other seeds may stand otherwise.",
    "systems": "Tiers are of systems: clips and seeds both count as chance.",
    "both": "Tiers are of systems where a row has several seeds, else of its one run's captions.",
}


def _notes_on_tiers(compared: RankedPairs | None, label: str) -> list[str]:
    if compared is None:
        return []
    if (tiers := compared.tiers) is None:
        n_clips, needed = compared.pairs.n_units, units_needed(level=compared.pairs.level)
        clips = "1 clip is" if n_clips == 1 else f"{n_clips} clips are"
        return [
            f"{clips} too few to tell rows apart: a test at 5 % needs {needed}, and more to tell "
            "what is not plain."
        ]
    lines = [
        "Each row of a tier differs from each row of the others (paired tests of "
        f"{label}, all pairs as one family, 5 %)."
    ]
    if len({tier for tier in tiers if tier is not None}) > 1:
        lines.append(_SCOPES[compared.scope])
    if (gap := compared.resolved_gap) is not None:
        lines.append(
            f"These clips resolve {label} gaps of {_show_gap(gap)} between ranked rows "
            "(power 80 %, all pairs as one family)."
        )
    return lines


def _notes_on_scale(scale: HumanScale | None, label: str) -> list[str]:
    if scale is None:
        return []
    floor, human = scale.floor.name, scale.human.name
    line = f"Way to human: {label} of {floor} is 0, that of {human} 100"
    if scale.is_bounded:
        return [f"{line}."]
    return [f"{line}. It has no bounds: these clips do not tell {human} from {floor}."]


def _notes_on_seeds(group: Sequence[Row]) -> list[str]:
    return [
        f"Means over the seeds {', '.join(map(str, seeds))}; ± is the standard deviation "
        "over seeds, which brackets count as chance as they do clips. Latency is that of the first."
        for seeds in dict.fromkeys(row.seeds for row in group if row.seeds)
    ]
