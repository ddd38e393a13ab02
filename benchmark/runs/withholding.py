"""A run's scores without its captions: what may be passed on where captions may not."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from benchmark.metrics.contributions import Contributions
from benchmark.runs.record import RunRecord, SystemRecord


def withhold_captions(record: RunRecord, statistics: Collection[str]) -> RunRecord:
    """Leave out of a record what people wrote, and the statistics that nobody asked for.

    Captions, what they leaned on and the timed calls of single clips go; plan, seal, scores,
    intervals and signatures stay, so that tables come out as they did. Rows can be ranked and
    tested again by the metrics whose statistics stay.

    Args:
        record: of a run.
        statistics: keys of metrics whose contributions stay, of systems that can have a rank.
            Ceilings and floors are never tested, so theirs go.
    """
    systems = {
        name: dataclasses.replace(
            system,
            captions={},
            calls={},
            explained={},
            contributions=_keep(system, statistics),
        )
        for name, system in record.systems.items()
    }
    return dataclasses.replace(record, systems=systems, acceptance=None, former_id=None)


def _keep(system: SystemRecord, keys: Collection[str]) -> Contributions:
    kept = keys if system.planned.kind == "system" else ()
    return system.contributions.only(kept)
