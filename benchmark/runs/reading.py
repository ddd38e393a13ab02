"""Sealed runs read again: from their folders, or from one file that stands for a run.

The file form is what baselines are: all that a record holds, and no more.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import RunError
from benchmark.files import JsonObject, read_json, spell_json, write_text
from benchmark.machine.typed_json import read_as
from benchmark.metrics.contributions import Contributions
from benchmark.metrics.signature import agree_in_all
from benchmark.runs import older
from benchmark.runs.acceptance import Acceptance
from benchmark.runs.calls import calls_of
from benchmark.runs.content import Content, read_sealed
from benchmark.runs.folder import RunFolder, folders_in
from benchmark.runs.inspecting import inspect_folder
from benchmark.runs.ledger import read_ledger
from benchmark.runs.manifest import Manifest
from benchmark.runs.plan import Plan
from benchmark.runs.planned import refuse_strangers
from benchmark.runs.record import SYSTEM_SEPARATOR, RunRecord, SystemRecord
from benchmark.runs.scores import SystemScores
from benchmark.runs.sealing import captions_of, explained_of
from benchmark.runs.seals import Integrity, read_seal, sealed_json

SCHEMA = 3


def read_run(path: Path, *, trust_edited: bool = False) -> RunRecord:
    """Read a sealed run: its folder, or the file that ``write_run`` wrote.

    ``read_run(Path("runs/mine")).system("wsac-pd").value("cider_d")`` is its CIDEr-D.

    Args:
        path: of the run.
        trust_edited: go on with what was edited since it was sealed; ``integrity`` says so.

    Raises:
        RunError: there is no run, it is unfinished, a file of it is not what was written, or it
            was edited.
    """
    if not path.exists():
        raise RunError(f"there is no {path}; expected a run's folder, or a baseline's file.")
    record = _from_file(path) if path.is_file() else _from_folder(RunFolder.open(path))
    record.integrity.require(path, trust_edited=trust_edited)
    return record


def read_runs(paths: Iterable[Path], *, trust_edited: bool = False) -> list[RunRecord]:
    """Read sealed runs; a folder with a run for each seed stands for all of them.

    Raises:
        RunError: as ``read_run``.
    """
    return [
        read_run(folder, trust_edited=trust_edited) for path in paths for folder in folders_in(path)
    ]


def read_manifest(folder: RunFolder, plan: Plan) -> Manifest:
    """Read the seal of a run alone.

    Raises:
        RunError: the run is unfinished, or the file is not what was written.
    """
    return read_sealed(folder.read_manifest(), plan, folder.manifest_path)


def find_systems(texts: Sequence[str], *, trust_edited: bool = False) -> list[SystemRecord]:
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
        where, separator, name = _part(text)
        if where not in records:
            runs = read_runs([Path(where)], trust_edited=trust_edited)
            records[where] = _average(runs, Path(where))
        systems.append(records[where].system(name) if separator else records[where].only_system())
    return systems


def find_each(texts: Sequence[str], *, trust_edited: bool = False) -> list[SystemRecord]:
    """Read every system, and every seed of it, that each ``RUN`` or ``RUN::SYSTEM`` names, once.

    Raises:
        UnknownNameError: a run has no such system.
        RunError: as ``read_run``.
    """
    found: dict[tuple[Path, str], SystemRecord] = {}
    for text in texts:
        where, separator, name = _part(text)
        for run in read_runs([Path(where)], trust_edited=trust_edited):
            systems = [run.system(name)] if separator else run.systems.values()
            found |= {(run.path, system.name): system for system in systems}
    return list(found.values())


def _part(text: str) -> tuple[str, str, str]:
    """Part a run from its system where a run is: paths and options may hold what parts them.

    Returns:
        As ``str.partition``.
    """
    cuts = [len(text), *(found.start() for found in re.finditer(f"(?={SYSTEM_SEPARATOR})", text))]
    for cut in sorted(cuts, reverse=True):
        if os.path.exists(text[:cut]):  # noqa: PTH110  # False of what can be no path
            return text[:cut], text[cut : cut + 2], text[cut + 2 :]
    return text.partition(SYSTEM_SEPARATOR)


def write_run(record: RunRecord, path: Path) -> None:
    """Write a record as one file, whole or not at all.

    Raises:
        MachineError: the place cannot be written.
    """
    # One line a part: a change of the captions shows as one in a diff.
    parts = run_file_json(record).items()
    lines = (f"{spell_json(key)}: {spell_json(part)}" for key, part in parts)
    write_text(path, "{\n" + ",\n".join(lines) + "\n}")


def run_file_json(record: RunRecord) -> JsonObject:
    """Spell a record as one JSON object with its seal: what ``write_run`` writes."""
    content = {
        "schema": SCHEMA,
        "acceptance": record.acceptance.to_json() if record.acceptance else None,
        "plan": record.plan.to_json(),
        "manifest": record.manifest.to_json(),
        "scores": record.scores.to_json(),
        **record.parts_by_system(),
    }
    return sealed_json(content, edits=list(record.integrity.edits))


def _from_folder(folder: RunFolder) -> RunRecord:
    with folder.steady():
        return _read_folder(folder)


def _read_folder(folder: RunFolder) -> RunRecord:
    manifest, plan = folder.read_manifest(), folder.read_plan()
    view = read_ledger(folder.ledger_path)
    integrity = inspect_folder(folder, view.digest)
    refuse_strangers(plan, view, folder.ledger_path)
    names = [planned.name for planned in plan.systems]
    calls = {name: calls_of(view, name) for name in names}
    content = Content(
        manifest=manifest,
        scores=folder.read_scores(),
        statistics=read_as(_Statistics, folder.read_statistics(), folder.statistics_path).systems,
        captions={name: captions_of(view, name) for name in names},
        calls={name: of_system for name, of_system in calls.items() if of_system},
        explained={name: explained_of(view, name) for name in names},
    )
    return content.gather(
        folder.path, plan, lambda part: folder.path / f"{part}.json", integrity=integrity
    )


def _from_file(path: Path) -> RunRecord:
    written = read_json(path)
    steps: dict[int, older.Step] = {1: older.run_file_from_1, 2: older.with_seal}
    record = older.upgrade(written, path, SCHEMA, steps)
    integrity = _inspect_file(written, path)
    missing = [key for key in _PARTS if key not in record]
    if missing:
        raise RunError(
            f"{path}: no {', '.join(missing)}; expected the file of a run, with "
            f"{', '.join(_PARTS)}. Make one with `bench baseline accept`."
        )
    content = Content(
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
    return content.gather(path, plan, lambda part: f"{path}, {part}", acceptance, integrity)


def _inspect_file(written: older.Unread, path: Path) -> Integrity:
    """Hold a run's file against its seal, which those of earlier versions have not."""
    seal, edits = read_seal(written, path)
    if seal is None and written.get("schema") == SCHEMA:
        edits = [f"{path.name} has lost its seal"]
    return Integrity(seal is not None, tuple(edits))


_PARTS = ("acceptance", "plan", "manifest", "scores", "statistics", "captions", "calls")


@dataclass(frozen=True, slots=True)
class _Statistics:
    """``statistics.json``; what is inside is read system by system."""

    systems: dict[str, object]


def _average(records: Sequence[RunRecord], path: Path) -> RunRecord:
    first = records[0]
    if len(records) == 1:
        return first
    for other in records[1:]:
        if not _are_alike_but_for_seeds(other, first):
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
    integrity = Integrity.of_all(record.integrity for record in records)
    return dataclasses.replace(first, path=path, systems=systems).trusted(integrity)


def _are_alike_but_for_seeds(one: RunRecord, other: RunRecord) -> bool:
    """Tell whether two runs agree in all that does not depend on a seed."""
    return (
        one.plan.references_sha256 == other.plan.references_sha256
        and one.systems.keys() == other.systems.keys()
        and all(
            _are_scored_alike(system.scores, other.systems[name].scores)
            for name, system in one.systems.items()
        )
    )


def _are_scored_alike(one: SystemScores, other: SystemScores) -> bool:
    first, second = (
        {key: cell.signature for key, cell in scores.metrics.items()} for scores in (one, other)
    )
    return one.clips_sha256 == other.clips_sha256 and agree_in_all(first, second)
