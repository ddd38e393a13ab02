"""Which clips belong together, such as those that were cut from one recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from benchmark.contract import ClipClusters
from benchmark.datasets.captions_csv import read_csv
from benchmark.errors import DataError, listed
from benchmark.leaderboard.rows import Row
from benchmark.runs.plan import Plan
from benchmark.stats.samples import Clusters

AskedClusters = Path | Literal["none"] | None
"""A file that ``read_clusters`` reads, ``"none"`` for each clip alone, None for what runs know."""

_CLUSTER = "cluster"
_CLIP_COLUMNS = ("clip_id", "file_name")


def known_clusters(plans: Iterable[Plan], clip_ids: Sequence[str]) -> Clusters | None:
    """Tell the cluster of each clip as the data set knew it when one of several runs began.

    Returns:
        None where no run knows, and where each clip stands alone.
    """
    known = _find(plans)
    if known is None:
        return None
    clusters = known.of(clip_ids)
    return clusters if len(np.unique(clusters)) < len(clip_ids) else None


def drawn_from(rows: Sequence[Row]) -> tuple[list[Plan], tuple[str, ...]]:
    """Give the plans of the rows of a table, and the clips that draws are from."""
    plans = [record.plan for row in rows for record in row.records]
    scored = next((row.contributions for row in rows if row.contributions), None)
    return plans, scored.clip_ids if scored else ()


def count_clusters(plans: Iterable[Plan], clip_ids: Sequence[str]) -> int | None:
    """Count the clusters that clips fall into, those that stand alone too; None: nobody knows."""
    known = _find(plans)
    return None if known is None else len(np.unique(known.of(clip_ids)))


def describe_clusters(plans: Sequence[Plan], clip_ids: Sequence[str]) -> str:
    """Say which clips are drawn and swapped together; nothing where each is known to be alone."""
    known = _find(plans)
    if len(clip_ids) < 2:
        return ""
    if known is None:
        return "Which clips share a recording is not known here: each counts as independent."
    if known_clusters(plans, clip_ids) is None:
        return ""
    return f"Clusters: {known.describe(clip_ids)}; whole ones are drawn and swapped."


def _find(plans: Iterable[Plan]) -> ClipClusters | None:
    return next((each for plan in plans if (each := plan.header.clusters) is not None), None)


def choose_clusters(
    asked: AskedClusters, plans: Iterable[Plan], clip_ids: Sequence[str]
) -> Clusters | None:
    """Tell the cluster of each clip as somebody asked for it; see ``AskedClusters``.

    Returns:
        None where each clip stands alone.

    Raises:
        DataError: as ``read_clusters``.
    """
    if asked == "none":
        return None
    return known_clusters(plans, clip_ids) if asked is None else read_clusters(asked, clip_ids)


def read_clusters(path: Path, clip_ids: Sequence[str]) -> tuple[str, ...]:
    """Read the cluster of each clip from a CSV file.

    Args:
        path: has the columns ``clip_id`` (or ``file_name``) and ``cluster``, each clip once;
            clips that were not asked for are passed over.
        clip_ids: the clips asked for.

    Returns:
        The cluster of each of ``clip_ids``, in their order.

    Raises:
        DataError: the file cannot be read as such, lacks a clip, or leaves a cluster empty.
    """
    rows = read_csv(path, (_CLUSTER,))
    clip_column = next((name for name in _CLIP_COLUMNS if name in rows.columns), _CLIP_COLUMNS[0])
    rows.require_columns((clip_column,))
    rows.require_unique(clip_column)
    clips = rows.column(clip_column)
    cluster_of = dict(zip(clips, rows.column(_CLUSTER), strict=True))
    if missing := [clip_id for clip_id in clip_ids if clip_id not in cluster_of]:
        raise DataError(
            f"{path} names no cluster for {len(missing):,} of {len(clip_ids):,} clips: "
            f"{listed(missing)}. Expected every clip; give one that stands alone a cluster of "
            "its own."
        )
    if empty := [clip_id for clip_id in clip_ids if not cluster_of[clip_id].strip()]:
        raise DataError(f"{path} has an empty cluster for {listed(empty)}; expected a name.")
    return tuple(cluster_of[clip_id] for clip_id in clip_ids)
