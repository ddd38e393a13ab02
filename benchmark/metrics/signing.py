"""Scores get their signatures: what every metric depends on, around what one does."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.machine.distributions import version_of
from benchmark.metrics.scores import ScoringTask
from benchmark.metrics.signature import Part, Signature

TOKENISER = "ptb-3.4.1"
NO_TOKENISER = "none"


def sign(
    key: str, task: ScoringTask, parts: Iterable[Part] = (), *, tokeniser: str = TOKENISER
) -> Signature:
    """Sign a score: implementation, tokeniser, own parts, references, clips scored.

    Args:
        key: the metric.
        task: what was scored; gives references a clip, their hash, and clips scored of expected.
        parts: what else the number depends on.
        tokeniser: what the texts went through before.
    """
    counts = {len(task.references[clip_id]) for clip_id in task.clip_ids}
    per_clip = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)}-{max(counts)}"
    return Signature(
        key,
        (
            ("aac-bench", version_of("aac-bench")),
            ("tok", tokeniser),
            *parts,
            ("refs", per_clip),
            ("references", task.references_sha256[:12]),
            ("clips", f"{len(task.candidates)}/{len(task.references)}"),
        ),
    )
