"""What a table leaves out, and why."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.metrics.catalogue import METRICS


def name_absent(word: str, absent: Mapping[str, str]) -> list[str]:
    """Say which metrics a table lacks, one line a reason: ``Left out: SPICE, SPIDEr: no jars``."""
    labels: dict[str, list[str]] = {}
    for key, reason in absent.items():
        labels.setdefault(reason, []).append(METRICS[key].label)
    return [f"{word}: {', '.join(names)}: {reason}" for reason, names in labels.items()]
