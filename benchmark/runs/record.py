"""One sealed run as it is read again: from its folder, or from one file that stands for it.

The file form is what baselines are: everything that tables, tests and gates need, and no more.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import RunError, UnknownNameError, UsageError
from benchmark.files import read_json, write_text
from benchmark.metrics.contributions import SystemStatistics
from benchmark.runs.entries import CAPTIONED
from benchmark.runs.folder import RunFolder, folders_in
from benchmark.runs.ledger import read_ledger
from benchmark.runs.plan import Plan

SCHEMA = 1
_SEPARATOR = "::"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A sealed run.

    Attributes:
        path: its folder or file.
        plan: what it was asked to do.
        manifest: its seal; by system counts, failure, latency, what it said of itself.
        scores: as ``scores.json`` has them; by system and metric.
        statistics: by system, what each clip adds to the scores.
        captions: by system and clip; a clip without a caption is absent. Of a leave-one-out
            system those of its last fold.
        acceptance: of a baseline when, why and after which it was accepted; None for a run.
    """

    path: Path
    plan: Plan
    manifest: Mapping[str, Any]
    scores: Mapping[str, Any]
    statistics: Mapping[str, SystemStatistics]
    captions: Mapping[str, Mapping[str, str]]
    acceptance: Mapping[str, Any] | None = None

    def only_system(self) -> str:
        """Name the system of a run that has one.

        Raises:
            UsageError: it has several.
        """
        names = [system.name for system in self.plan.systems]
        if len(names) != 1:
            raise UsageError(
                f"{self.path} holds {len(names)} systems; say which: "
                + " or ".join(f"{self.path}{_SEPARATOR}{name}" for name in names)
            )
        return names[0]


def read_record(path: Path) -> RunRecord:
    """Read a run's folder, or a file that ``write_record`` wrote.

    Raises:
        RunError: there is no run, it is unfinished, or the file is not such a file.
    """
    if not path.exists():
        raise RunError(f"there is no {path}; expected a run's folder, or a baseline's file.")
    return _from_file(path) if path.is_file() else _from_folder(RunFolder.open(path))


def find_system(text: str) -> tuple[RunRecord, str]:
    """Read the run and name the system that ``RUN`` or ``RUN::SYSTEM`` means.

    Of a folder with a run for each seed the record is the first one's, with the statistics of
    all: its values are means over seeds.

    Raises:
        UsageError: a bare RUN holds several systems.
        UnknownNameError: the run has no such system.
        RunError: see ``read_record``.
    """
    where, found, name = text.partition(_SEPARATOR)
    record = _average([read_record(folder) for folder in folders_in(Path(where))], Path(where))
    if not found:
        return record, record.only_system()
    known = [system.name for system in record.plan.systems]
    if name not in known:
        raise UnknownNameError(f"system of {where}", name, known)
    return record, name


def write_record(record: RunRecord, path: Path) -> None:
    """Write a record as one file, whole or not at all.

    Raises:
        MachineError: the place cannot be written.
    """
    systems = {name: statistics.to_json() for name, statistics in record.statistics.items()}
    content = {
        "schema": SCHEMA,
        "acceptance": record.acceptance,
        "plan": record.plan.to_json(),
        "manifest": record.manifest,
        "scores": record.scores,
        "statistics": systems,
        "captions": record.captions,
    }
    # One line a part: a change of the captions shows as one in a diff.
    lines = (f"{json.dumps(key)}: {json.dumps(part)}" for key, part in content.items())
    write_text(path, "{\n" + ",\n".join(lines) + "\n}")


def _average(records: Sequence[RunRecord], path: Path) -> RunRecord:
    first = records[0]
    if len(records) == 1:
        return first
    for other in records[1:]:
        if _what_seeds_share(other) != _what_seeds_share(first):
            raise RunError(
                f"{path}: {first.path.name} and {other.path.name} have different systems, scored "
                "clips, references or metrics, or were not scored in the same way; expected the "
                "same in each. Score all of them again with `bench rescore`, or name one of them."
            )
    statistics = {
        name: SystemStatistics.average([record.statistics[name] for record in records])
        for name in first.statistics
    }
    return dataclasses.replace(first, path=path, statistics=statistics)


def _what_seeds_share(record: RunRecord) -> tuple[str, Mapping[str, tuple[str, dict[str, str]]]]:
    """Gather what runs that differ in their seed alone agree in."""
    made = {
        name: (
            system["clips_sha256"],
            {key: cell["signature"] for key, cell in system["metrics"].items()},
        )
        for name, system in record.scores["systems"].items()
    }
    return record.plan.references_sha256, made


def _from_folder(folder: RunFolder) -> RunRecord:
    manifest, plan = folder.read_manifest(), folder.read_plan()
    captions: dict[str, dict[str, str]] = {system.name: {} for system in plan.systems}
    for (name, _, clip_id), row in sorted(read_ledger(folder.ledger_path).clips.items()):
        if row.state in CAPTIONED and name in captions:
            captions[name][clip_id] = row.caption or ""
    kept, scores = folder.read_statistics(), folder.read_scores()
    try:
        statistics = {
            name: SystemStatistics.from_json(record) for name, record in kept["systems"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(
            f"{folder.statistics_path}: not a run's statistics ({error!r}); was it edited? "
            f"Make it again with `bench rescore {folder.path}`."
        ) from error
    return RunRecord(folder.path, plan, manifest, scores, statistics, captions)


def _from_file(path: Path) -> RunRecord:
    record = read_json(path)
    if record.get("schema") != SCHEMA:
        raise RunError(
            f"{path}: schema {record.get('schema')!r}; this aac-bench reads run files of {SCHEMA}."
        )
    try:
        return RunRecord(
            path,
            Plan.from_json(record["plan"], path),
            record["manifest"],
            record["scores"],
            {name: SystemStatistics.from_json(part) for name, part in record["statistics"].items()},
            record["captions"],
            record["acceptance"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"{path}: not a run's file ({error!r}); was it edited?") from error
