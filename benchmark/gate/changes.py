"""What a new baseline changes: lines for whoever accepts it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.gate.identity import system_names
from benchmark.gate.pairs import has_value, value_of, why_incomparable
from benchmark.gate.quality import JUDGED
from benchmark.gate.speed import other_machine, peak_rss_mib, relative_medians
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.record import RunRecord


def list_changes(run: RunRecord, before: RunRecord) -> list[str]:
    """Say in what a run differs from the baseline that it follows; nothing where in nothing."""
    if run.plan.references_sha256 != before.plan.references_sha256:
        return [f"other references than the {before.plan.dataset} before: nothing compares"]
    names, known = system_names(run), system_names(before)
    lines = [f"removed: {name}" for name in known if name not in names]
    lines += [f"added: {name}" for name in names if name not in known]
    for name in names:
        if name in known:
            lines += [f"{name}: {line}" for line in _of_system(run, before, name)]
    if n_gone := len(set(before.plan.clip_ids) - set(run.plan.clip_ids)):
        lines.append(f"{n_gone} clips fewer to caption")
    if n_new := len(set(run.plan.clip_ids) - set(before.plan.clip_ids)):
        lines.append(f"{n_new} clips more to caption")
    lines += _of_memory(run, before)
    if differing := other_machine(run, before):
        lines.append(f"another machine: {differing}")
    return lines


def _of_system(run: RunRecord, before: RunRecord, system: str) -> Iterator[str]:
    for key in JUDGED:
        label = METRICS[key].label
        has_now, had_before = has_value(run, system, key), has_value(before, system, key)
        if had_before and not has_now:
            yield f"{label} removed"
        elif has_now and not had_before:
            yield f"{label} added"
        elif has_now and had_before:
            if why := why_incomparable(run, before, system, key):
                yield f"{label} {why}"
            elif (was := value_of(before, system, key)) != (now := value_of(run, system, key)):
                yield f"{label} {was:.4f} -> {now:.4f}"
    was_median, medians = relative_medians(before, system), relative_medians(run, system)
    for subject, median in medians.items():
        if was_median.get(subject):
            yield f"{subject} x{median / was_median[subject]:.2f}"


def _of_memory(run: RunRecord, before: RunRecord) -> Iterator[str]:
    was, now = peak_rss_mib(before), peak_rss_mib(run)
    if was is not None and now is not None:
        yield f"peak memory {was:,.0f} -> {now:,.0f} MiB"
