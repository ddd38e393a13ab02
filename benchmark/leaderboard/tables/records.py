"""Rows for programs: one flat record each, as csv holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.files import spell_json
from benchmark.leaderboard.rows import Row


def flatten_rows(rows: Sequence[Row]) -> Iterator[dict[str, object]]:
    """Spell rows with a name for each figure of each metric; what is nested is JSON.

    Where a value is missing, or lacks clips, ``KEY.reason`` says why.
    """
    for row in rows:
        record: dict[str, object] = {**row.to_json()}
        del record["metrics"]
        record["latency"] = spell_json(record["latency"]) if row.latency else ""
        record |= {"trained_on": " ".join(row.trained_on), "facts": spell_json(record["facts"])}
        for key, cell in row.metrics.items():
            record |= {key: cell.value, f"{key}.low": cell.low, f"{key}.high": cell.high}
            record[f"{key}.signature"] = cell.signature
            if cell.reason is not None:
                record[f"{key}.reason"] = cell.reason
        yield record
