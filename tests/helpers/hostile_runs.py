"""A sealed run in which every text that a file, a model or a plugin can bring is hostile."""

from __future__ import annotations

import csv
import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hostile_names import ALL, hostile_file_name, hostile_text
from leaderboard_rows import PLAN
from run_records import contributions

from benchmark import Evidence
from benchmark.contract import hash_captions
from benchmark.datasets.catalogue import load_split
from benchmark.machine.places import artifacts
from benchmark.metrics.scores import Score
from benchmark.metrics.signature import Signature
from benchmark.runs.entries import ClipEntry, PrepareEntry, TimedEntry
from benchmark.runs.folder import RunFolder
from benchmark.runs.ledger import Ledger
from benchmark.runs.plan import Feeding, PlannedSystem
from benchmark.runs.scoring import ScoredSystem
from benchmark.runs.sealing import ScoredRun, seal_run
from benchmark.systems.explaining import Explained

SYSTEMS = ("first", "second", "third")
N_CLIPS = 6


@dataclass(frozen=True)
class HostileRun:
    """A run, the folder of its data set, and the names in it."""

    path: Path
    data: Path
    label: str
    systems: tuple[str, ...]
    clip_ids: tuple[str, ...]


def write_hostile_clips(folder: Path, seed: int) -> Path:
    """Write a folder data set whose file names and captions are hostile; its sounds are noises."""
    import soundfile

    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    with (folder / "test.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file_name", "caption_1", "caption_2"))
        for at in range(N_CLIPS):
            name = f"{hostile_file_name(seed + at)}{at}.wav"
            with (folder / name).open("wb") as sound:
                soundfile.write(sound, rng.uniform(-0.1, 0.1, 1600), 16_000, format="WAV")
            texts = (f"rain {hostile_text(seed + at)}", f"wind {ALL}")
            # Were bars in all captions, each would look like several in one, and be refused.
            writer.writerow((name, *(texts if at else ("rain", "wind"))))
    return folder


def make_hostile_run(place: Path, seed: int = 0) -> HostileRun:
    """Make the run: three systems, one of which fails, explains itself and has its calls timed."""
    data = write_hostile_clips(place / hostile_file_name(seed + 100), seed)
    label = f"folder:{data}:test"
    split = load_split(label, place, artifacts())
    names = tuple(f"{hostile_text(seed + at)} {kind}" for at, kind in enumerate(SYSTEMS))
    clip_ids = tuple(sorted(split.references))
    planned = tuple(
        PlannedSystem(name, "system", hostile_text(seed + 50), ALL, trained_on=(ALL,))
        for name in names
    )
    header = dataclasses.replace(
        PLAN.header, dataset=str(split.label), references_sha256=hash_captions(split.references),
        n_expected=len(clip_ids), metrics=("cider_d", "spice"), argv=("bench", ALL),
    )  # fmt: skip
    plan = dataclasses.replace(
        PLAN, header=header, systems=planned, clip_ids=clip_ids,
        feeding=Feeding(is_explained=True, n_timed=N_CLIPS),
    )  # fmt: skip
    folder = RunFolder.create(place / "run", plan)
    with Ledger(folder.ledger_path) as ledger:
        for at, name in enumerate(names):
            ledger.extend(_entries(name, clip_ids, seed + at, fails=at == 2))
        failures = {names[2]: f"at clip {clip_ids[0]!r}: {ALL}"}
        # Clip 0 of the third has no caption, and so none that was scored.
        scored = {name: _scored(clip_ids[at == 2 :], at) for at, name in enumerate(names)}
        seal_run(folder, ScoredRun(plan, ledger.view, scored), failures)
    return HostileRun(folder.path, data, str(split.label), names, clip_ids)


def _entries(
    name: str, clip_ids: tuple[str, ...], seed: int, *, fails: bool
) -> list[ClipEntry | PrepareEntry | TimedEntry]:
    entries: list[ClipEntry | PrepareEntry | TimedEntry] = [
        PrepareEntry(name, 0, 0.1, facts={"weights": hostile_text(seed), hostile_text(seed): ALL})
    ]
    evidence = {f"<b>{seed}\x1b": (Evidence(ALL, 0.5), Evidence(hostile_text(seed)))}
    for at, clip_id in enumerate(clip_ids):
        entry = ClipEntry.given(name, clip_id, f"{hostile_text(seed + at)} rain", f"{at:032x}")
        explained = Explained(error=f"KeyError: {ALL}") if at == 1 else Explained(evidence)
        entry = dataclasses.replace(entry, explained=explained, n_tries=1)
        if fails and at == 0:
            entry = dataclasses.replace(
                entry, state="error", caption=None, explained=None, error=f"ValueError: {ALL}",
                traceback=ALL,
            )  # fmt: skip
        entries.append(entry)
        entries.append(
            TimedEntry(
                name, clip_id, 0.01 * (at + 1), 0.1, True, stages={f"s{ALL}": 0.002},
                reading={"decode": 0.001}, machine=ALL if seed % 2 else None,
            )
        )  # fmt: skip
    return entries


def _scored(clip_ids: tuple[str, ...], at: int) -> ScoredSystem:
    values = np.linspace(0.1, 0.5, len(clip_ids)) + at / 10
    signature = Signature("cider_d", (("n", "4"), ("refs", ALL), ("clips", "6/6")))
    score = Score(float(values.mean()), values, signature, None, values[:, None])
    failed = Score.unavailable(f"no jar in {ALL}", has_failed=True)
    return ScoredSystem(
        {"cider_d": score, "spice": failed}, contributions(clip_ids, cider_d=list(values))
    )
