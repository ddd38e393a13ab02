"""Processes that work on one cache, or on one run's folder, at once; one of them is killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from shard_rows import key, rows

from benchmark.artifacts import Artifacts
from benchmark.embeddings.shards import VectorFiles
from benchmark.metrics.kept import KeptResults
from tests.attacks.giving import end_of, filled, give, in_copy, make_run
from tests.attacks.kinds import Attack, attacks

N_KEYS = 80
N_PROCESSES = 4


def _value(number: int) -> object:
    return [f"text {number}", number]


def _work(cache: Path, seed: int) -> int:
    """Ask for things at random and make what is missing; 1 where something wrong is read."""
    rng = random.Random(seed)
    for _ in range(8):
        numbers = rng.sample(range(N_KEYS), 6)
        files = VectorFiles(cache / "vectors")
        there = files.read([key(n) for n in numbers])
        files.add({key(n): rows(n, 1, 8) for n in numbers if key(n) not in there})
        if any(
            not np.array_equal(there[key(n)], rows(n, 1, 8)) for n in numbers if key(n) in there
        ):
            return 1
        kept = KeptResults("values", "1", cache / "kept")
        if any(kept[str(n)] != _value(n) for n in numbers if str(n) in kept):
            return 1
        kept.add({str(n): _value(n) for n in numbers if str(n) not in kept})
        if _built(cache, numbers[0] % 5) != f"built {numbers[0] % 5}" * 999:
            return 1
    return 0


def _built(cache: Path, number: int) -> str:
    def build(folder: Path) -> None:
        (folder / "part.txt").write_text(f"built {number}" * 999)

    folder = Artifacts(cache / "artifacts").get_or_build("thing", {"number": number}, build)
    return (folder / "part.txt").read_text()


@attacks("processes on one cache, one killed", n=100)
def share_cache(place: Path) -> Iterator[Attack]:
    cache = place / "shared"

    def attack(rng: random.Random) -> str:
        seeds = [rng.randrange(10**9) for _ in range(N_PROCESSES + 1)]
        pids = [in_copy(lambda seed=seed: _work(cache, seed)) for seed in seeds[:-1]]
        time.sleep(rng.uniform(0.0, 0.15))
        os.kill(pids[0], signal.SIGKILL)
        ends = [end_of(pid) for pid in pids]
        try:
            assert ends[0] in (0, -signal.SIGKILL), ends
            assert ends[1:] == [0] * (N_PROCESSES - 1), ends
            assert _work(cache, seeds[-1]) == 0
            return "all read right" if ends[0] else "all read right, none killed in time"
        finally:
            shutil.rmtree(cache)

    yield attack


@attacks("commands on one run at once, one killed", n=60)
def share_run(place: Path) -> Iterator[Attack]:
    """Whoever is not alone waits or is refused in words, and the numbers stay what they were."""
    made = make_run(place)
    together: list[list[object]] = [
        ["rescore", "RUN"], ["rescore", "RUN"], ["run", "--resume", "RUN"],
        ["gate", "RUN", "--baseline", "BASELINE", "--history", "OUT/h.jsonl", "--again"],
        ["leaderboard", "RUN"],
        ["baseline", "accept", "RUN", "--reason", "x", "--out", "OUT/b.json"],
    ]  # fmt: skip

    def table(copy: Path) -> str:
        told = give("leaderboard", copy / "run", "--format", "csv")
        assert told.code == 0, told.err
        return told.out

    for words in together:  # so that copies of this process import nothing
        copy = Path(shutil.copytree(made.run.parent, place / "copy"))
        give(*filled(words, copy, copy / "out"))
        expected = table(copy)
        shutil.rmtree(copy)

    def attack(rng: random.Random) -> str:
        copy = Path(shutil.copytree(made.run.parent, place / "copy"))
        try:
            chosen = [filled(rng.choice(together), copy, copy / "out") for _ in range(4)]
            pids = [in_copy(lambda words=words: give(*words).code) for words in chosen]
            time.sleep(rng.uniform(0.0, 0.3))
            os.kill(pids[0], signal.SIGKILL)
            ends = [end_of(pid) for pid in pids]
            for words, code in zip(chosen[1:], ends[1:], strict=True):
                assert code in (0, 2, 3), (words, code)
            again = give("rescore", copy / "run")
            assert again.code == 0, again.err
            assert table(copy) == expected
            return "the same numbers" if ends[0] else "the same numbers, none killed in time"
        finally:
            shutil.rmtree(copy)

    yield attack
