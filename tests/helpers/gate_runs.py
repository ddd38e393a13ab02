"""Real sealed runs for tests of the gate, and what may befall them overnight.

A mutation changes the files of a copied run and has its scores made again by ``bench rescore``;
nothing of the gate's own code is replaced.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_process import bench_environment
from plugin_distributions import write_distribution
from resealed import reseal
from small_clips import write_clips

Row = dict[str, Any]
PASS, FAIL, USAGE, UNMEASURED, INCONCLUSIVE = 0, 1, 2, 3, 4

STAGED = """
import time
from benchmark import SystemSpec, hookimpl, stage

BENCH_API = 2

class Staged:
    def caption(self, clips):
        with stage("encode"):
            time.sleep(0.006)
            loudest = [float(abs(clip.waveform).max()) for clip in clips]
        with stage("generate"):
            time.sleep(0.004)
        with stage("polish"):
            return [f"a noise of level {level:.3f} hisses" for level in loudest]

@hookimpl
def bench_systems():
    yield SystemSpec("staged", "two long stages and a short one", lambda r, o: Staged())
"""


@dataclass(frozen=True)
class Place:
    """Where ``bench`` runs, and what it sees."""

    folder: Path
    site: Path
    settings: dict[str, str]

    def bench(self, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = bench_environment(self.site, **self.settings, **settings)
        environment.pop("GITHUB_STEP_SUMMARY", None)
        environment |= settings
        return subprocess.run(
            [sys.executable, "-m", "benchmark.cli", *map(str, arguments)],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def succeed(self, *arguments: object) -> str:
        done = self.bench(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def copy(self, run: Path, name: str) -> Path:
        return Path(shutil.copytree(run, self.folder / name))


def install_staged(site: Path) -> None:
    """Install a system that spends known time in known stages."""
    write_distribution(site, "bench-staged", STAGED)


def change_rows(run: Path, change: Callable[[Row], Row | None]) -> None:
    """Rewrite a run's ledger row by row, as if it had been made so; None drops a row."""
    path = run / "ledger.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    changed = [new for row in rows if (new := change(row)) is not None]
    path.write_text("".join(json.dumps(row) + "\n" for row in changed))
    reseal(run)


def change_captions(run: Path, system: str, captions: dict[str, str]) -> None:
    """Put other captions into a run's ledger."""

    def change(row: Row) -> Row:
        if row["row"] == "clip" and row["system"] == system and row["clip_id"] in captions:
            caption = captions[row["clip_id"]]
            return {**row, "caption": caption, "state": "ok" if caption else "empty"}
        return row

    change_rows(run, change)


def change_json(path: Path, change: Callable[[Any], None]) -> None:
    """Change one of a run's JSON files in place, as if the run had been made so."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    reseal(path.parent)


def per_clip(run: Path, system: str, metric: str) -> dict[str, float]:
    """Read a metric of every clip, as the run's table has it."""
    with (run / "per_clip.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["system"] == system]
    return {row["clip_id"]: float(row[metric]) for row in rows}


def other_nights(run: Path, n_nights: int) -> list[Path]:
    """Copy a run as if as many more nights had come out alike."""
    copies = []
    for at in range(n_nights):
        copy = Path(shutil.copytree(run, run.with_name(f"{run.name}-{at}")))

        def begin_otherwise(plan: Row, at: int = at) -> None:
            plan |= {"run_id": f"night-{at}", "created_at": f"2026-01-0{at + 1}T02:00:00+00:00"}

        change_json(copy / "plan.json", begin_otherwise)
        copies.append(copy)
    return copies


def corpus_value(run: Path, system: str, metric: str) -> float:
    scores = json.loads((run / "scores.json").read_text())
    value: float = scores["systems"][system]["metrics"][metric]["value"]
    return value


def clips_to_spoil(values: dict[str, float], share: float) -> list[str]:
    """Choose clips of middling score that together hold a share of the summed score."""
    mean = sum(values.values()) / len(values)
    chosen, lost = [], 0.0
    for clip_id, value in values.items():
        if lost >= share * sum(values.values()):
            break
        if 0.5 * mean < value < 1.5 * mean:
            chosen.append(clip_id)
            lost += value
    return chosen


def accept_staged(folder):
    """A system with stages and a floor on noises, timed and accepted."""
    site = folder / "site"
    site.mkdir()
    install_staged(site)
    clips = write_clips(folder / "clips", n_test=20)
    place = Place(folder, site, {})
    place.succeed("run", "--systems", "staged,constant", "--dataset", f"folder:{clips}:test",
                  "--metrics", "lexical", "--profile", "20", "--out", "run")  # fmt: skip
    nights = [folder / "run", *other_nights(folder / "run", 2)]
    place.succeed("baseline", "accept", *nights, "--reason", "the first", "--out", "baseline.json")
    return place


def night(place, name):
    """A copy of the run, to which something will happen."""
    return place.copy(place.folder / "run", name)


def gate(place, run, *options):
    """Hold a run against the baseline; returns the exit code and the verdict's JSON."""
    report = place.folder / f"{run.name}.json"
    done = place.bench("gate", run, "--baseline", "baseline.json", "--json", report, *options)
    assert "Traceback" not in done.stderr, done.stderr
    verdict = json.loads(report.read_text()) if report.exists() else None
    return done, verdict


def failed(verdict):
    return {(check["system"], check["subject"]) for check in verdict["checks"]
            if check["status"] == "fail"}  # fmt: skip


def found(verdict, system, subject):
    checks = [check for check in verdict["checks"]
              if (check["system"], check["subject"]) == (system, subject)]  # fmt: skip
    assert len(checks) == 1, checks
    return checks[0]
