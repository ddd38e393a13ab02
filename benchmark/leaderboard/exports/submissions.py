"""Captions as DCASE's captioning challenge takes them, with a file that says what they are."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.errors import RunError, listed
from benchmark.files import JsonObject
from benchmark.leaderboard.exports.facts import Figure, Provenance
from benchmark.runs.record import SystemRecord

HEADER = ("file_name", "caption_predicted")


def submission_rows(system: SystemRecord) -> list[tuple[str, str]]:
    """List file names and captions in the order of the clips.

    Raises:
        RunError: a clip has no caption, or several; a submission cannot say so.
    """
    if system.planned.leave_one_out:
        raise RunError(
            f"{system.title} is scored leave-one-out and has several captions a clip; a submission "
            "holds one. Name another system with --system."
        )
    lacking = [clip_id for clip_id in system.plan.clip_ids if clip_id not in system.captions]
    if lacking or not system.sealed.is_complete:
        what = (
            f"no caption of {len(lacking):,} of {len(system.plan.clip_ids):,} clips: "
            f"{listed(lacking)}"
            if lacking
            else ", ".join(system.sealed.flaws)
        )
        raise RunError(
            f"{system.title}: {what}. Expected all of them, as a submission cannot say what is "
            "missing; finish the run with `bench run --resume`."
        )
    return [(clip_id, system.captions[clip_id]) for clip_id in system.plan.clip_ids]


def about(provenance: Provenance, figures: Sequence[Figure]) -> JsonObject:
    """Say what a csv is, for the file beside it: it has no place to say so itself."""
    return {
        **provenance.making(),
        "data": provenance.data(),
        **({"among_the_run": provenance.stands} if provenance.stands else {}),
        "metrics": {
            figure.metric.key: {"value": figure.value, **figure.to_json()} for figure in figures
        },
    }
