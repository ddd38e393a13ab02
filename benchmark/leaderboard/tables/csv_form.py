"""Rows for programs: csv. The only user of pandas."""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmark.leaderboard.rows import Row


def render_csv(rows: Sequence[Row]) -> str:
    import pandas

    records = []
    for row in rows:
        record = {key: value for key, value in row.to_json().items() if key != "metrics"}
        record["latency"] = json.dumps(record["latency"]) if row.latency else ""
        record |= {"trained_on": " ".join(row.trained_on), "facts": json.dumps(row.facts)}
        for key, cell in row.metrics.items():
            record |= {key: cell.value, f"{key}.low": cell.low, f"{key}.high": cell.high}
            record[f"{key}.signature"] = cell.signature
        records.append(record)
    return str(pandas.DataFrame.from_records(records).to_csv(index=False))
