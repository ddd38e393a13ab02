"""SPICE as metrics: F1, and by option precision, recall and each kind of proposition."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from benchmark.contract.metrics import MetricValues
from benchmark.metrics.corpus import TokenisedTask
from benchmark.metrics.java import java_major
from benchmark.metrics.signature import Part
from benchmark.metrics.spice.engine import SpiceScores, score_spice
from benchmark.metrics.spice.limits import SpiceLimits
from benchmark.metrics.spice.parser_files import ParserFiles, find_parser_files

_PRECISION, _RECALL, _F1 = range(3)
_COLUMNS = {
    "spice": ("all", _F1),
    "spice.precision": ("all", _PRECISION),
    "spice.recall": ("all", _RECALL),
    **{
        f"spice.{part}": (part, _F1)
        for part in ("object", "attribute", "relation", "cardinality", "color", "size")
    },
}


def score_spice_metrics(
    items: Sequence[TokenisedTask], keys: Collection[str], limits: SpiceLimits
) -> list[dict[str, MetricValues]]:
    """Score tasks with those of SPICE's metrics that are named among ``keys``, and SPICE itself.

    Raises:
        MissingWeightsError: the parser is not on this machine.
        MachineError: as ``engine.score_spice``.
    """
    files = find_parser_files()
    chosen = [key for key in _COLUMNS if key == "spice" or key in keys]
    systems = [
        list(zip(item.joined, map(tuple, item.joined_references), strict=True)) for item in items
    ]
    has_parts = any(_COLUMNS[key][0] != "all" for key in chosen)
    scored = score_spice(systems, files, limits, has_parts=has_parts)
    parts = _signature_parts(files)
    return [
        {key: _values(key, item, scores, parts) for key in chosen}
        for item, scores in zip(items, scored, strict=True)
    ]


def _values(
    key: str, item: TokenisedTask, scores: SpiceScores, parts: tuple[Part, ...]
) -> MetricValues:
    part, column = _COLUMNS[key]
    values = np.ascontiguousarray(scores.by_part[part][:, column])
    why_partial = _why_unscored(item, scores) or f"no reference of theirs speaks of any {part}"
    return MetricValues(values, reason=why_partial, parts=parts)


def _why_unscored(item: TokenisedTask, scores: SpiceScores) -> str | None:
    if not scores.failures:
        return None
    (row, why), *others = scores.failures.items()
    more = f"; so are {len(others)} more" if others else ""
    return f"{item.task.clip_ids[row]!r} could not be scored: {why}{more}"


def _signature_parts(files: ParserFiles) -> tuple[Part, ...]:
    parser = files.fingerprint if files.is_official else f"{files.fingerprint},not the official one"
    return (("spice", "1.0"), ("parser", parser), ("java", str(java_major())))
