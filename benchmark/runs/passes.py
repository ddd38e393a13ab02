"""One system through a run: what is missing is captioned, then some clips are timed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from benchmark.contract import Resources
from benchmark.machine.facts import describe_machine, peak_rss_mib
from benchmark.machine.progress import Bar, progress_bar
from benchmark.runs.clips import Clips
from benchmark.runs.entrants import Entrant, prepare
from benchmark.runs.entries import MachineEntry, PrepareEntry
from benchmark.runs.folds import Batch, count_folds
from benchmark.runs.ledger import Ledger
from benchmark.runs.runner import advancing, caption
from benchmark.runs.timing import needs_timing, time_again
from benchmark.systems.registry import System


def run_system(system: System, resources: Resources, clips: Clips, ledger: Ledger) -> str | None:
    """Caption the clips that have no caption yet, and time those that are to be timed.

    Args:
        system: which one.
        resources: what it may use; of its first fold.
        clips: all that it is to caption.
        ledger: holds what was done before, and takes what is done now.

    Returns:
        None, or why the system stopped: clip, error type and message.
    """
    n_folds = count_folds(system, clips.split)
    with progress_bar(system.name, n_folds * len(clips.clip_ids)) as bar:
        for fold in range(n_folds):
            entrant = Entrant(system, dataclasses.replace(resources, fold=fold))
            if failure := _run_fold(entrant, clips, ledger, bar):
                return failure
    return None


def _run_fold(entrant: Entrant, clips: Clips, ledger: Ledger, bar: Bar) -> str | None:
    system, view = entrant.system, ledger.view
    batches = clips.batches(system, entrant.fold)
    missing = [batch for batch in batches if not view.has_captions_of(batch)]
    bar.advance(_count_clips(batches) - _count_clips(missing))
    is_untimed = needs_timing(system, clips, view)
    if not missing and not is_untimed:
        return None
    ready = prepare(entrant, clips.feeding.patience)
    if isinstance(ready, PrepareEntry):
        ledger.extend([ready])
        return f"while preparing: {ready.error}"
    if missing and (failure := caption(ready, advancing(missing, bar), clips, ledger)):
        return failure
    timed = time_again(ready, clips, view) if is_untimed else []
    ledger.extend([*timed, MachineEntry(describe_machine(), peak_rss_mib())])
    return None


def _count_clips(batches: Sequence[Batch]) -> int:
    return sum(len(batch.clip_ids) for batch in batches)
