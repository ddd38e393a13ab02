"""Captions that are at hand, scored: no file is read here.

For whoever has plain mappings, ``{clip: caption}`` and ``{clip: [reference, ...]}``:

    split = split_of_references({"a.wav": ["rain falls", "it rains"]})  # datasets.references
    mine = give_captions("mine", {"a.wav": "rain"}, split)              # ids are matched
    score_in_memory([mine], split, ("bleu_1", "cider_d"), MetricModels())  # nothing is written
    score_given([mine], split, path, ("bleu_1", "cider_d"), MetricModels())  # a sealed run

Instead of ``split_of_references``, ``datasets.catalogue.load_split`` gives a data set's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.contract import Split, hash_captions
from benchmark.datasets.clip_ids import Rule
from benchmark.datasets.references import require_text
from benchmark.errors import UsageError, shown
from benchmark.metrics.suite import MetricModels
from benchmark.runs.carry_out import score_and_seal
from benchmark.runs.entries import ClipEntry, content_key
from benchmark.runs.folder import RunFolder
from benchmark.runs.kept_references import keep_references
from benchmark.runs.ledger import Ledger, LedgerView
from benchmark.runs.locking import at_work
from benchmark.runs.looks import note_scored
from benchmark.runs.plan import Plan, PlannedSystem
from benchmark.runs.predictions import match_captions
from benchmark.runs.record import RunRecord
from benchmark.runs.resolve import describe_run
from benchmark.runs.row_names import refuse_repeats
from benchmark.runs.scoring import score_ledger
from benchmark.runs.sealing import ScoredRun, make_record

DISTRIBUTION = "captions file"
"""What rows of given captions say where a system's says its package."""
IN_MEMORY = Path("in memory")
"""Stands for the path of a record that lies nowhere."""


@dataclass(frozen=True, slots=True)
class GivenCaptions:
    """One row: captions that somebody gave.

    Attributes:
        name: of the row.
        captions: by clip of the split, in the order in which they were given.
        version: hash of what they came from.
        rules: by rule of ``datasets.clip_ids`` how many ids it found.
    """

    name: str
    captions: Mapping[str, str]
    version: str
    rules: Mapping[Rule, int] = field(default_factory=dict)

    def describe_rules(self) -> str:
        """Say how ids were matched, where they were not spelt to the letter; else nothing."""
        counts = [f"{count:,} by {rule}" for rule, count in self.rules.items() if rule != "exact"]
        return f"; ids matched: {', '.join(counts)}" if counts else ""


def give_captions(
    name: str,
    captions: Mapping[str, str],
    split: Split,
    *,
    allow_missing: bool = False,
    among: Collection[str] | None = None,
    source: str | None = None,
    version: str | None = None,
) -> GivenCaptions:
    """Match captions to a split's clips.

    Args:
        name: of the row.
        captions: id, spelt as the rules of ``datasets.clip_ids`` allow, to caption; ``""`` counts.
        split: with the references.
        allow_missing: take captions of only some of the clips.
        among: clips whose captions are taken; None: all.
        source: where they come from, for messages; else the name.
        version: hash of what they came from; else one of the captions.

    Raises:
        DataError: clips lack a caption, an id belongs to no clip or to several, two ids mean one
            clip, or a caption is no text.
    """
    source = source or name
    for clip_id, text in captions.items():
        require_text(clip_id, f"{source}: the id {shown(clip_id)}")
        require_text(text, f"{source}: the caption of {clip_id!r}")
    matched = match_captions(captions, split, source, allow_missing=allow_missing, among=among)
    if version is None:
        version = hash_captions({clip_id: (text,) for clip_id, text in matched.captions.items()})
    return GivenCaptions(name, matched.captions, version, matched.rules)


def score_in_memory(
    rows: Sequence[GivenCaptions], split: Split, metrics: tuple[str, ...], models: MetricModels
) -> RunRecord:
    """Score given captions as a run like any other, which lies nowhere.

    Args:
        rows: all are scored in one go.
        split: with the references.
        metrics: keys.
        models: what metrics stand on.

    Raises:
        UsageError: there is no row, or two have one name.
        MachineError: Java is missing.
    """
    plan = plan_given(rows, split, metrics)
    view = LedgerView()
    for entry in _entries(rows):
        view.add(entry)
    scores = score_ledger(plan, view, split.references, models)
    record = make_record(IN_MEMORY, ScoredRun(plan, view, scores))
    note_scored(record)
    return record


def score_given(
    rows: Sequence[GivenCaptions],
    split: Split,
    path: Path,
    metrics: tuple[str, ...],
    models: MetricModels,
    *,
    argv: tuple[str, ...] = (),
) -> RunRecord:
    """Score given captions as a run like any other, in a folder that is sealed.

    Args:
        rows: all are scored in one go.
        split: with the references.
        path: the run's folder.
        metrics: keys.
        models: what metrics stand on.
        argv: the command as it was typed.

    Raises:
        UsageError: there is no row, or two have one name.
        RunError: the folder holds a run.
        MachineError: Java is missing, or the folder cannot be written.
    """
    plan = plan_given(rows, split, metrics, argv)
    with at_work(path):
        folder = RunFolder.create(path, plan)
        if not _is_loadable(split):
            keep_references(path, split.references)
        with Ledger(folder.ledger_path) as ledger:
            ledger.extend(_entries(rows))
        return score_and_seal(folder, plan, ledger.view, split, {}, models)


def plan_given(
    rows: Sequence[GivenCaptions],
    split: Split,
    metrics: tuple[str, ...],
    argv: tuple[str, ...] = (),
) -> Plan:
    """Plan a run of given captions.

    Raises:
        UsageError: there is no row, or two have one name.
    """
    if not rows:
        raise UsageError("no captions to score; expected at least one row.")
    refuse_repeats([row.name for row in rows])
    return Plan(
        header=describe_run("score", argv, split, metrics),
        clip_ids=tuple(sorted({clip_id for row in rows for clip_id in row.captions})),
        systems=tuple(PlannedSystem(row.name, "system", DISTRIBUTION, row.version) for row in rows),
        text_only=True,
    )


def _is_loadable(split: Split) -> bool:
    """Tell whether ``load_split`` finds it again: what own files or mappings held it does not."""
    label = split.label
    return label.is_public or (bool(label.path) and Path(label.path).expanduser().is_dir())


def _entries(rows: Sequence[GivenCaptions]) -> list[ClipEntry]:
    return [
        ClipEntry.given(row.name, clip_id, text, content_key((row.version, clip_id)))
        for row in rows
        for clip_id, text in row.captions.items()
    ]
