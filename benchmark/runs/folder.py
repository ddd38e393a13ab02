"""One folder per run: plan, ledger, scores, and the manifest that seals it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from benchmark.errors import RunError
from benchmark.files import (
    JsonObject,
    read_json,
    spell_json,
    write_text,
    writing,
    written_folder,
)
from benchmark.files.whole import sync
from benchmark.machine.typed_json import read_as
from benchmark.runs.locking import steady
from benchmark.runs.plan import Plan

PENDING = "pending"
_SEED_PREFIX = "seed-"
_SEEDS = "seeds.json"
KEPT_CURE = (
    "The run is as it was. Free some space or mend the permissions, then give the command again."
)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run.

    ``plan.json`` is written first, and again only where a run goes on with other versions;
    ``ledger.jsonl`` only grows; ``scores.json``, ``statistics.json`` and ``per_clip.csv`` are
    derived and may be rebuilt; ``manifest.json`` seals them all, and without it the run is
    unfinished.

    The derived ones and the seal are replaced together: they are written into a folder, whose
    renaming to ``pending`` is the moment from which they count, and then moved to their places.
    Whoever reads meanwhile, or after a kill, finds them where they are by then.
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
        return self._find("plan.json")

    @property
    def ledger_path(self) -> Path:
        return self.path / "ledger.jsonl"

    @property
    def scores_path(self) -> Path:
        return self._find("scores.json")

    @property
    def per_clip_path(self) -> Path:
        return self._find("per_clip.csv")

    @property
    def statistics_path(self) -> Path:
        return self._find("statistics.json")

    @property
    def manifest_path(self) -> Path:
        return self._find("manifest.json")

    @property
    def former_manifest_path(self) -> Path:
        """Where the seal of a run that was taken up again lies until the next one."""
        return self.path / "unsealed.json"

    def _find(self, name: str) -> Path:
        pending = self.path / PENDING / name
        return pending if pending.is_file() else self.path / name

    def steady(self) -> AbstractContextManager[None]:
        """Read what belongs together: no file is replaced during the block."""
        return steady(self.path / "plan.json")

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

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """Give a folder whose files take their places in this one together, after the block.

        Where the block fails, or the process is killed in it, the run is as it was.

        Raises:
            MachineError: they cannot be written.
        """
        self.settle()
        with written_folder(self.path / PENDING, KEPT_CURE) as folder:
            yield folder
        self.settle()

    def settle(self) -> None:
        """Move files to their places that a killed process could not move any more.

        Raises:
            MachineError: they cannot be moved.
        """
        pending = self.path / PENDING
        if not pending.is_dir():
            return
        with writing(self.path, KEPT_CURE), steady(self.path / "plan.json", is_changed=True):
            # The seal is the last, for those who look at it alone.
            for path in sorted(pending.iterdir(), key=lambda path: path.name == "manifest.json"):
                path.replace(self.path / path.name)
            self.former_manifest_path.unlink(missing_ok=True)
            sync(self.path)
            pending.rmdir()

    def unseal(self) -> None:
        """Mark the run unfinished again, before more work is done on it; what was sealed stays."""
        self.settle()
        if self.manifest_path.is_file():
            with writing(self.path, KEPT_CURE):
                self.manifest_path.replace(self.former_manifest_path)
                sync(self.path)


def default_run_path(kind: Literal["run", "score"], dataset: str) -> Path:
    """Name a new run folder under ``runs/`` by time and data set."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    tame = "".join(char if char.isalnum() or char in "-_." else "-" for char in dataset)
    return Path("runs") / f"{stamp}-{kind}-{tame}"


def seed_folder(path: Path, seed: int) -> Path:
    """Name the folder of one of several runs that differ in their seed."""
    return path / f"{_SEED_PREFIX}{seed}"


def note_seeds(path: Path, seeds: Sequence[int]) -> None:
    """Note which seeds get a run in a folder, before the first is planned.

    Raises:
        MachineError: it cannot be written.
    """
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    write_text(path / _SEEDS, spell_json({"seeds": list(seeds)}))


def require_all_seeds(path: Path) -> None:
    """Refuse a folder of which a run lacks its plan, for it was killed while it was planned.

    Raises:
        RunError: there is such a one.
    """
    noted = path / _SEEDS
    if not noted.is_file():
        return  # one run, or several of an earlier version
    seeds = read_as(list[int], read_json(noted).get("seeds"), noted)
    missing = [seed for seed in seeds if not (seed_folder(path, seed) / "plan.json").is_file()]
    if missing and not any(path.glob(f"{_SEED_PREFIX}*/ledger.jsonl")):  # else one was removed
        raise RunError(
            f"{path} was killed while it was planned: of the seeds {_spell(seeds)} there is no "
            f"plan for {_spell(missing)}. Nothing was captioned yet: remove it, and start anew."
        )


def _spell(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))


def folders_in(path: Path) -> list[Path]:
    """List the run folders that a path means: itself, or one for each seed in it."""
    return _seed_folders(path) or [path]


def _seed_folders(path: Path) -> list[Path]:
    folders = [plan.parent for plan in path.glob(f"{_SEED_PREFIX}*/plan.json")]
    return sorted(folders, key=lambda folder: (len(folder.name), folder.name))  # 2 before 10
