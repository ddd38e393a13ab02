"""Records as pandas data frames, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.runs.record import RunRecord, SystemRecord

if TYPE_CHECKING:
    import pandas as pd


def scores_frame(record: RunRecord) -> pd.DataFrame:
    """Lay a run's corpus values out: a row a system, a column a metric.

    Values are raw (CIDEr-D 0.48), NaN where a metric is unavailable; ``KEY.low`` and ``KEY.high``
    bound the 95 % interval of those that have one.
    """
    import pandas as pd

    rows = {}
    for name, system in record.systems.items():
        row: dict[str, float | None] = {}
        for key, cell in system.scores.metrics.items():
            row[key] = cell.value
            if cell.low is not None:
                row |= {f"{key}.low": cell.low, f"{key}.high": cell.high}
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index", dtype=float).rename_axis("system")


def clips_frame(system: SystemRecord) -> pd.DataFrame:
    """Lay a system's clips out: a row a clip, its caption and a column a metric.

    Only metrics whose corpus value is made of what clips add are there; a clip without a caption
    has no row.
    """
    import pandas as pd

    contributions = system.contributions
    columns: dict[str, object] = {
        "caption": [system.captions.get(clip_id) for clip_id in contributions.clip_ids]
    }
    for key in system.scores.metrics:
        if contributions.has(key):
            columns[key] = contributions.per_clip(key)
    index = pd.Index(contributions.clip_ids, name="clip_id")
    return pd.DataFrame(columns, index=index)
