"""A score's signature: all that two numbers must share before they may be compared."""

from __future__ import annotations

from importlib.metadata import version

from benchmark.metrics.scores import Task

TOKENISER = "ptb-3.4.1"


def sign(key: str, task: Task, *parts: str) -> str:
    """Spell a signature: ``key|implementation|parts...|references a clip|clips scored``.

    Args:
        key: the metric.
        task: what was scored; gives references a clip and clips scored of expected.
        parts: what else the number depends on, as ``name:value``.
    """
    counts = {len(task.references[clip_id]) for clip_id in task.clip_ids}
    per_clip = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)}-{max(counts)}"
    return "|".join(
        (
            key,
            f"aac-bench:{version('aac-bench')}",
            f"tok:{TOKENISER}",
            *parts,
            f"refs:{per_clip}",
            f"clips:{len(task.candidates)}/{len(task.references)}",
        )
    )
