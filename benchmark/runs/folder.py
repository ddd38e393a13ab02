"""One folder per run: plan, ledger, scores, and the manifest that seals it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from benchmark.errors import RunError
from benchmark.files import JsonObject, read_json, spell_json, write_rows, write_text, writing
from benchmark.runs.plan import Plan

STATISTICS_SCHEMA = 1
_SEED_PREFIX = "seed-"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run.

    ``plan.json`` is written first, and again only where a run goes on with other versions;
    ``ledger.jsonl`` only grows; ``scores.json``, ``statistics.json`` and ``per_clip.csv`` are
    derived and may be rebuilt; ``manifest.json`` is written last, so that without it the run is
    unfinished.
    """

    path: Path

    @staticmethod
    def create(path: Path, plan: Plan) -> RunFolder:
        """Make the folder and write the plan.

        Raises:
            RunError: the folder holds a run already.
            MachineError: the place cannot be written.
        """
        folder = RunFolder(path)
        is_of_seed = path.name.startswith(_SEED_PREFIX)
        is_in_run = is_of_seed and RunFolder(path.parent).plan_path.exists()
        if is_in_run or folder.plan_path.exists() or _seed_folders(path):
            taken = path.parent if is_in_run else path
            raise RunError(
                f"{taken} holds a run already. Go on with `bench run --resume {taken}`, "
                "or name another folder with --out."
            )
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        write_text(folder.plan_path, spell_json(plan.to_json(), indent=1))
        return folder

    def replace_plan(self, plan: Plan) -> None:
        """Write down what a run goes on with, where that is not all as it began.

        Raises:
            MachineError: the place cannot be written.
        """
        write_text(self.plan_path, spell_json(plan.to_json(), indent=1))

    @staticmethod
    def open(path: Path) -> RunFolder:
        """Open an existing run.

        Raises:
            RunError: there is no run in the folder.
        """
        folder = RunFolder(path)
        if folder.plan_path.is_file():
            return folder
        if of_seeds := _seed_folders(path):
            raise RunError(
                f"{path} holds a run for each of {len(of_seeds)} seeds; name one of them, as "
                f"{of_seeds[0]}."
            )
        if not path.exists():
            raise RunError(f"there is no {path}; expected the folder of a run.")
        if path.is_file():
            raise RunError(f"{path} is a file; expected the folder of a run.")
        raise RunError(
            f"{path} is no run folder: it holds no plan.json. Name the folder that --out named."
        )

    @property
    def plan_path(self) -> Path:
        return self.path / "plan.json"

    @property
    def ledger_path(self) -> Path:
        return self.path / "ledger.jsonl"

    @property
    def scores_path(self) -> Path:
        return self.path / "scores.json"

    @property
    def per_clip_path(self) -> Path:
        return self.path / "per_clip.csv"

    @property
    def statistics_path(self) -> Path:
        return self.path / "statistics.json"

    @property
    def manifest_path(self) -> Path:
        return self.path / "manifest.json"

    def read_plan(self) -> Plan:
        return Plan.from_json(read_json(self.plan_path), self.plan_path)

    def read_scores(self) -> JsonObject:
        return read_json(self.scores_path)

    def read_manifest(self) -> JsonObject:
        """Read the seal.

        Raises:
            RunError: the run is unfinished.
        """
        if not self.manifest_path.is_file():
            raise RunError(
                f"{self.path} is unfinished: it has no manifest.json. "
                f"Finish it with `bench run --resume {self.path}`."
            )
        return read_json(self.manifest_path)

    def write_scores(self, scores: JsonObject) -> None:
        write_text(self.scores_path, spell_json(scores, indent=1))

    def read_statistics(self) -> JsonObject:
        """Read what each clip adds to the scores.

        Raises:
            RunError: the run was made by a version that did not keep them.
        """
        if not self.statistics_path.is_file():
            raise RunError(
                f"{self.path} holds no statistics.json: its scores are of an earlier aac-bench. "
                f"Make it with `bench rescore {self.path}`."
            )
        return read_json(self.statistics_path)

    def write_statistics(self, by_system: JsonObject) -> None:
        """Write what each clip adds to the scores, system by system."""
        content = {"schema": STATISTICS_SCHEMA, "systems": by_system}
        write_text(self.statistics_path, spell_json(content, separators=(",", ":")))

    def write_per_clip(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        write_rows(self.per_clip_path, header, rows)

    def seal(self, manifest: JsonObject) -> None:
        write_text(self.manifest_path, spell_json(manifest, indent=1))

    def unseal(self) -> None:
        """Mark the run unfinished again, before more work is done on it."""
        self.manifest_path.unlink(missing_ok=True)


def default_run_path(kind: Literal["run", "score"], dataset: str) -> Path:
    """Name a new run folder under ``runs/`` by time and data set."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    tame = "".join(char if char.isalnum() or char in "-_." else "-" for char in dataset)
    return Path("runs") / f"{stamp}-{kind}-{tame}"


def seed_folder(path: Path, seed: int) -> Path:
    """Name the folder of one of several runs that differ in their seed."""
    return path / f"{_SEED_PREFIX}{seed}"


def folders_in(path: Path) -> list[Path]:
    """List the run folders that a path means: itself, or one for each seed in it."""
    return _seed_folders(path) or [path]


def _seed_folders(path: Path) -> list[Path]:
    folders = [plan.parent for plan in path.glob(f"{_SEED_PREFIX}*/plan.json")]
    return sorted(folders, key=lambda folder: (len(folder.name), folder.name))  # 2 before 10
