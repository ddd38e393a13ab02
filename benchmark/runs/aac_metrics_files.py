"""Scores in the files that ``aac-metrics-eval`` of aac-metrics 0.5.4 writes.

It writes two a system: corpus values as YAML (its ``--corpus_out``) and a CSV file with a row a
candidate (``--sentences_out``).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from benchmark.files import write_rows, write_text
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.record import RunRecord, SystemRecord

FOLDER = "aac-metrics"
"""Of the files, in a run's folder."""

_OURS_ALONE = ("vocab.mrefs_expected", "vocab.ratio_expected", "sent_len.cands")
"""Figures that aac-metrics has not; what it calls ``vocab.mrefs_avg`` it estimates by a draw."""


class SystemFiles(NamedTuple):
    """The files of one system."""

    corpus: Path
    sentences: Path


def write_aac_metrics_files(
    record: RunRecord, folder: Path, names: Collection[str] | None = None
) -> dict[str, SystemFiles]:
    """Write a run's scores, two files a system.

    Rows stand in the order of the captions file; a metric without a value has no key and no
    column, a clip without one a blank. Systems that are scored leave-one-out have several captions
    a clip, which this layout cannot hold, and are left out.

    Args:
        record: of the run.
        folder: to write into; it is made.
        names: of the systems to write; None is all.

    Returns:
        By system what was written.

    Raises:
        MachineError: the folder cannot be written.
    """
    written = {}
    for name, system in record.systems.items():
        if system.planned.leave_one_out or (names is not None and name not in names):
            continue
        files = files_of(name, folder)
        folder.mkdir(parents=True, exist_ok=True)
        write_text(files.corpus, "\n".join(_corpus_lines(system)))
        write_rows(files.sentences, *_sentences(system))
        written[name] = files
    return written


def files_of(name: str, folder: Path) -> SystemFiles:
    """Name the files of a system."""
    stem = quote(name, safe=" ")
    return SystemFiles(folder / f"{stem}.corpus.yaml", folder / f"{stem}.sentences.csv")


def _corpus_lines(system: SystemRecord) -> Iterator[str]:
    """Spell corpus values as YAML spells a mapping of floats, sorted by key."""
    for key in sorted(METRICS):
        value = system.value(key)
        if value is not None and key not in _OURS_ALONE:
            yield f"{key}: {_spell(value)}"


def _spell(value: float) -> str:
    """Spell a float as YAML 1.1 reads it: an exponent needs a point before it."""
    text = repr(float(value))
    return text if "." in text or "e" not in text else text.replace("e", ".0e")


def _sentences(system: SystemRecord) -> tuple[list[str], list[list[object]]]:
    """Lay out a row a candidate: its index, its caption, its value of each metric that has one."""
    contributions = system.contributions
    row_of = {clip_id: row for row, clip_id in enumerate(contributions.clip_ids)}
    keys = [key for key in METRICS if system.value(key) is not None and contributions.has(key)]
    columns = [contributions.per_clip(key).tolist() for key in keys]
    rows: list[list[object]] = [
        [index, caption, *(_blank(column[row_of[clip_id]]) for column in columns)]
        for index, (clip_id, caption) in enumerate(system.captions.items())
    ]
    return ["index", "candidate", *keys], rows


def _blank(value: float) -> float | str:
    return "" if math.isnan(value) else value
