"""List what a new baseline changes, for whoever accepts it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.gate.held import HeldRun
from benchmark.gate.pairs import has_value, why_incomparable
from benchmark.gate.speed import relative_medians
from benchmark.metrics.catalogue import METRICS, list_rankable
from benchmark.runs.pairs import SystemPair
from benchmark.runs.plan import PlannedSystem


def list_changes(night: HeldRun) -> list[str]:
    """List in what a run differs from the baseline that it follows."""
    run, before = night.run, night.baseline
    if run.plan.references_sha256 != before.plan.references_sha256:
        return [f"other references than the {before.plan.dataset} before: nothing compares"]
    lines = [f"removed: {name}" for name in night.gone]
    lines += [f"added: {name}" for name in night.new]
    for name, pair in night.pairs.items():
        lines += [f"{name}: {line}" for line in _of_system(pair)]
    if n_gone := len(set(before.plan.clip_ids) - set(run.plan.clip_ids)):
        lines.append(f"{n_gone} clips fewer to caption")
    if n_new := len(set(run.plan.clip_ids) - set(before.plan.clip_ids)):
        lines.append(f"{n_new} clips more to caption")
    lines += _of_memory(night)
    if night.other_machine:
        lines.append(f"another machine: {night.other_machine}")
    return lines


def _of_system(pair: SystemPair) -> Iterator[str]:
    before, now = pair.first, pair.second
    yield from changes_of_makeup(before.planned, now.planned)
    for key in list_rankable():
        label, was, value = METRICS[key].label, before.value(key), now.value(key)
        if has_value(before, key) and not has_value(now, key):
            yield f"{label} removed"
        elif has_value(now, key) and not has_value(before, key):
            yield f"{label} added"
        elif was is not None and value is not None:
            if why := why_incomparable(pair, key):
                yield f"{label} {why}"
            elif was != value:
                yield f"{label} {was:.4f} -> {value:.4f}"
    medians_before = relative_medians(before)
    for subject, median in relative_medians(now).items():
        if medians_before.get(subject):
            yield f"{subject} x{median / medians_before[subject]:.2f}"


def changes_of_makeup(before: PlannedSystem, now: PlannedSystem) -> Iterator[str]:
    """Say what a system is made of that it was not made of before: version, files, weights."""
    if before.version != now.version:
        yield f"version {before.version} -> {now.version}"
    if before.makeup and now.makeup:
        changes = before.makeup.changes_to(now.makeup, now.distribution)
        if changes:
            yield f"changed: {', '.join(changes)}"


def _of_memory(night: HeldRun) -> Iterator[str]:
    was, is_now = night.baseline.manifest.peak_rss_mib, night.run.manifest.peak_rss_mib
    if was is not None and is_now is not None:
        yield f"peak memory {was:,.0f} -> {is_now:,.0f} MiB"
