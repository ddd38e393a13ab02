"""Sealed runs read again: from their folders, or from one file that stands for a run.

The file form is what baselines are: all that a record holds, and no more.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark.errors import RunError, listed
from benchmark.files import JsonObject, read_json, write_text
from benchmark.machine.typed_json import read_as
from benchmark.metrics.contributions import Contributions
from benchmark.runs import older
from benchmark.runs.acceptance import Acceptance
from benchmark.runs.calls import Calls, calls_of
from benchmark.runs.folder import RunFolder, folders_in
from benchmark.runs.ledger import read_ledger
from benchmark.runs.manifest import SCHEMA as MANIFEST_SCHEMA
from benchmark.runs.manifest import Manifest
from benchmark.runs.plan import Plan
from benchmark.runs.record import SYSTEM_SEPARATOR, RunRecord, SystemRecord, hash_parts
from benchmark.runs.scores import SCHEMA as SCORES_SCHEMA
from benchmark.runs.scores import Scores
from benchmark.runs.sealing import captions_of

SCHEMA = 2


def read_run(path: Path) -> RunRecord:
    """Read a sealed run: its folder, or the file that ``write_run`` wrote.

    ``read_run(Path("runs/mine")).system("wsac-pd").value("cider_d")`` is its CIDEr-D.

    Raises:
        RunError: there is no run, it is unfinished, or a file of it is not what was written.
    """
    if not path.exists():
        raise RunError(f"there is no {path}; expected a run's folder, or a baseline's file.")
    return _from_file(path) if path.is_file() else _from_folder(RunFolder.open(path))


def read_runs(paths: Iterable[Path]) -> list[RunRecord]:
    """Read sealed runs; a folder with a run for each seed stands for all of them.

    Raises:
        RunError: as ``read_run``.
    """
    return [read_run(folder) for path in paths for folder in folders_in(path)]


def read_manifest(folder: RunFolder, plan: Plan) -> Manifest:
    """Read the seal of a run alone.

    Raises:
        RunError: the run is unfinished, or the file is not what was written.
    """
    return _manifest(folder.read_manifest(), plan, folder.manifest_path)


def find_systems(texts: Sequence[str]) -> list[SystemRecord]:
    """Read the systems that each ``RUN`` or ``RUN::SYSTEM`` names; each run is read once.

    Of a folder with a run for each seed the record is the first one's, with the contributions of
    all: its values are means over seeds.

    Raises:
        UsageError: a bare RUN holds several systems.
        UnknownNameError: the run has no such system.
        RunError: as ``read_run``.
    """
    records: dict[str, RunRecord] = {}
    systems = []
    for text in texts:
        where, separator, name = text.partition(SYSTEM_SEPARATOR)
        if where not in records:
            records[where] = _average(read_runs([Path(where)]), Path(where))
        systems.append(records[where].system(name) if separator else records[where].only_system())
    return systems


def write_run(record: RunRecord, path: Path) -> None:
    """Write a record as one file, whole or not at all.

    Raises:
        MachineError: the place cannot be written.
    """
    # One line a part: a change of the captions shows as one in a diff.
    parts = run_file_json(record).items()
    lines = (f"{json.dumps(key)}: {json.dumps(part)}" for key, part in parts)
    write_text(path, "{\n" + ",\n".join(lines) + "\n}")


def run_file_json(record: RunRecord) -> JsonObject:
    """Spell a record as one JSON object: what ``write_run`` writes."""
    return {
        "schema": SCHEMA,
        "acceptance": record.acceptance.to_json() if record.acceptance else None,
        "plan": record.plan.to_json(),
        "manifest": record.manifest.to_json(),
        "scores": record.scores.to_json(),
        **record.parts_by_system(),
    }


def _from_folder(folder: RunFolder) -> RunRecord:
    manifest, plan = folder.read_manifest(), folder.read_plan()
    view = read_ledger(folder.ledger_path)
    names = [planned.name for planned in plan.systems]
    calls = {name: calls_of(view, name) for name in names}
    content = _Content(
        manifest=manifest,
        scores=folder.read_scores(),
        statistics=read_as(_Statistics, folder.read_statistics(), folder.statistics_path).systems,
        captions={name: captions_of(view, name) for name in names},
        calls={name: of_system for name, of_system in calls.items() if of_system},
    )
    return content.gather(folder.path, plan, lambda part: folder.path / f"{part}.json")


def _from_file(path: Path) -> RunRecord:
    written = read_json(path)
    record = older.upgrade(written, path, SCHEMA, {1: older.run_file_from_1})
    missing = [key for key in _PARTS if key not in record]
    if missing:
        raise RunError(
            f"{path}: no {', '.join(missing)}; expected the file of a run, with "
            f"{', '.join(_PARTS)}. Make one with `bench baseline accept`."
        )
    content = _Content(
        manifest=read_as(dict[str, object], record["manifest"], f"{path}, manifest"),
        scores=read_as(dict[str, object], record["scores"], f"{path}, scores"),
        statistics=read_as(dict[str, object], record["statistics"], f"{path}, statistics"),
        captions=read_as(dict[str, dict[str, str]], record["captions"], f"{path}, captions"),
        calls=read_as(dict[str, dict[str, dict[str, float]]], record["calls"], f"{path}, calls"),
    )
    plan = Plan.from_json(record["plan"], f"{path}, plan")
    accepted = record["acceptance"]
    acceptance = None
    if accepted is not None:
        acceptance = Acceptance.from_json(accepted, f"{path}, acceptance")
    return content.gather(path, plan, lambda part: f"{path}, {part}", acceptance)


_PARTS = ("acceptance", "plan", "manifest", "scores", "statistics", "captions", "calls")


@dataclass(frozen=True, slots=True)
class _Statistics:
    """``statistics.json``; what is inside is read system by system."""

    systems: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Content:
    """The parts of a record: those that have a schema of their own as JSON, the others typed."""

    manifest: older.Unread
    scores: older.Unread
    statistics: Mapping[str, object]
    captions: Mapping[str, Mapping[str, str]]
    calls: Mapping[str, Calls]

    def gather(
        self,
        path: Path,
        plan: Plan,
        where_is: Callable[[str], object],
        acceptance: Acceptance | None = None,
    ) -> RunRecord:
        """Type every part, and lay them out by system.

        Args:
            path: of the run, or of its file.
            plan: of the run.
            where_is: names the place of a part in messages.
            acceptance: of a baseline.
        """
        manifest = _manifest(self.manifest, plan, where_is("manifest"))
        where = where_is("scores")
        from_1 = partial(
            older.scores_from_1, dataset=plan.dataset, references_name=plan.references_name
        )
        scores = Scores.from_json(
            older.upgrade(self.scores, where, SCORES_SCHEMA, {1: from_1}), where
        )
        contributions = {
            name: Contributions.from_json(part, f"{where_is('statistics')}, {name}")
            for name, part in self.statistics.items()
        }
        parts: dict[str, Mapping[str, object]] = {
            "manifest": manifest.systems,
            "scores": scores.systems,
            "statistics": contributions,
            "captions": self.captions,
        }
        for part, by_system in parts.items():
            for planned in plan.systems:
                if planned.name not in by_system:
                    raise RunError(
                        f"{where_is(part)}: nothing of {planned.name!r}, which the plan names; "
                        f"found {listed(list(by_system))}. The file was changed by something "
                        "else; restore it, or make the run anew."
                    )
        systems = {
            planned.name: SystemRecord(
                path,
                plan,
                planned,
                manifest.systems[planned.name],
                scores.systems[planned.name],
                contributions[planned.name],
                self.captions[planned.name],
                self.calls.get(planned.name, {}),
            )
            for planned in plan.systems
        }
        former_id = self._former_id(plan) if self.scores.get("schema") == 1 else None
        return RunRecord(path, plan, manifest, systems, acceptance, former_id)

    def _former_id(self, plan: Plan) -> str:
        """Hash the content as the version that wrote it did."""
        header = [plan.created_at, plan.dataset, plan.references_sha256, list(plan.clip_ids)]
        parts = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return hash_parts({"plan": header, **parts})


def _manifest(record: older.Unread, plan: Plan, where: object) -> Manifest:
    trained_on = {planned.name: planned.trained_on for planned in plan.systems}
    steps = {1: partial(older.manifest_from_1, trained_on=trained_on)}
    return Manifest.from_json(older.upgrade(record, where, MANIFEST_SCHEMA, steps), where)


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
    systems = {
        name: dataclasses.replace(
            system,
            path=path,
            contributions=Contributions.average(
                [record.systems[name].contributions for record in records]
            ),
        )
        for name, system in first.systems.items()
    }
    return dataclasses.replace(first, path=path, systems=systems)


def _what_seeds_share(record: RunRecord) -> object:
    """Gather what runs that differ in their seed alone agree in."""
    made = {
        name: (
            system.scores.clips_sha256,
            {key: cell.signature for key, cell in system.scores.metrics.items()},
        )
        for name, system in record.systems.items()
    }
    return record.plan.references_sha256, made
