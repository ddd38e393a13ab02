"""Attacks that other scripts and tests make, as kinds of the table."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import cache_damage
import edits_of_runs
import numpy as np
import shared_cache

from tests.attacks.kinds import KINDS, Kind, Outcome, Tell

ROOT = Path(__file__).parents[2]


def _damaging(kind: str) -> Callable[[Path, int, Iterable[int], Tell], None]:
    def run(place: Path, seed: int, numbers: Iterable[int], tell: Tell) -> None:
        numbers = list(numbers)
        found = cache_damage.attempts(kind, seed, numbers)
        for number, counts in zip(numbers, found, strict=True):
            how = "told" if counts["told"] else "harmless"
            faults = "\n".join(what for what in counts if what.startswith("!"))
            tell(Outcome(number, None if faults else how, faults))

    return run


for _kind in cache_damage.KINDS:
    _name = f"damage of cached files: {_kind}"
    KINDS[_name] = Kind(_name, 60, _damaging(_kind), n_short=0)


def _testing(path: str, *, seeds: str = "") -> Callable[[Path, int, Iterable[int], Tell], None]:
    """Let tests attack, each test an attack; where they have seeds, with those of the numbers."""

    def run(place: Path, seed: int, numbers: Iterable[int], tell: Tell) -> None:
        import pytest

        class Reports:
            def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
                if report.failed or (report.when == "call" and report.passed):
                    survived = None if report.failed else "as its test says"
                    tell(Outcome(report.nodeid, survived, report.longreprtext))

        numbers = list(numbers)
        if seeds:
            os.environ[seeds] = f"{seed + min(numbers)}:{seed + max(numbers) + 1}"
        quiet = [
            "-q",
            "-q",
            "--assert=plain",
            "--no-header",
            "--no-summary",
            "-p",
            "no:cacheprovider",
        ]
        pytest.main([*quiet, "--rootdir", str(ROOT), str(ROOT / path)], plugins=[Reports()])

    return run


def _edit(place: Path, seed: int, numbers: Iterable[int], tell: Tell) -> None:
    """Edit files of a run at random and give them to any command, trusted or not."""
    (place / "made").mkdir()
    edits_of_runs.make(place / "made")
    for number in numbers:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            rng = random.Random(f"{seed} {number}")
            counts = edits_of_runs._attack_once(place / "made", Path(folder), rng, number)
        faults = "\n".join(what for what in counts if what.startswith("!"))
        how = "refused" if counts["refused"] else "read or made anew"
        tell(Outcome(number, None if faults else how, faults))


def _share(place: Path, seed: int, numbers: Iterable[int], tell: Tell) -> None:
    """Several runs on one cache that is pruned meanwhile, one of them killed; a round each."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        expected = shared_cache.run_alone(Path(folder, "alone"))
        for number in numbers:
            rng = np.random.default_rng([seed, number])
            round_folder = Path(folder, f"round-{number}")
            round_folder.mkdir()
            wrong = shared_cache.attack(round_folder, expected, float(rng.uniform(2, 30)))
            tell(Outcome(number, None if wrong else "equal scores", "\n".join(wrong)))


for _kind in (
    Kind("random edits of run files, every command", 800, _edit, 0),
    Kind("hostile names in every format", 6,
         _testing("tests/attacks/test_hostile_names.py", seeds="BENCH_ATTACK_SEEDS"), 0),
    Kind("broken plugins", 1, _testing("tests/attacks/test_broken_plugins.py"), 0),
    Kind("five runs on one cache, one killed", 3, _share, 0),
):  # fmt: skip
    KINDS[_kind.name] = _kind
