"""Several ``bench run`` on one fresh cache, one killed, all of it pruned again and again meanwhile.

``python tests/attacks/shared_cache.py --seed 0 --rounds 3``. Clips come one a call, so that their
embeddings lie in many small files, which the processes merge. Survived is a round in which all
runs but the killed one end with 0 and the scores of one that was alone, no ``bench cache prune``
fails, nothing in the cache is damaged, and nothing is left of the killed one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RUNS = (("nn-clap", "test"), ("nn-clap", "val"), ("nn-clap", "test"), ("random-train", "test"))


def start(cache: Path, out: Path, system: str, split: str) -> subprocess.Popen[bytes]:
    command = (
        f"run --systems {system} --dataset soundscapes:{split} --batch-size 1 --profile 0 "
        "--metrics bleu_1,rouge_l,cider_d --out"
    )
    with out.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "benchmark.cli", *command.split(), str(out)],
            env={**os.environ, "BENCH_CACHE": str(cache)}, stdout=log, stderr=log,
        )  # fmt: skip


def scores_of(out: Path) -> object:
    return json.loads((out / "scores.json").read_text())


def on_cache(cache: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "benchmark.cli", "cache", *command.split()],
        env={**os.environ, "BENCH_CACHE": str(cache)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def run_alone(folder: Path) -> dict[tuple[str, str], object]:
    """Make each run with nobody beside it, for the scores that it must have."""
    folder.mkdir()
    expected: dict[tuple[str, str], object] = {}
    for number, run in enumerate(dict.fromkeys(RUNS)):
        assert start(folder / "cache", folder / f"run-{number}", *run).wait() == 0
        expected[run] = scores_of(folder / f"run-{number}")
    return expected


def attack(folder: Path, expected: dict[tuple[str, str], object], kill_after_s: float) -> list[str]:
    """Run all at once and kill one; what is wrong afterwards."""
    cache = folder / "cache"
    outs = [folder / f"run-{number}" for number in range(len(RUNS))]
    processes = [start(cache, out, *run) for out, run in zip(outs, RUNS, strict=True)]
    victim = start(cache, folder / "victim", "nn-clap", "test")
    wrong, kill_at = [], time.monotonic() + kill_after_s
    while any(process.poll() is None for process in (*processes, victim)):
        done = on_cache(cache, "prune --older-than 0")
        if done.returncode != 0:
            wrong.append(f"prune: {done.stderr}")
        time.sleep(0.5)
        if time.monotonic() > kill_at:
            victim.kill()
    for process, out, run in zip(processes, outs, RUNS, strict=True):
        if process.wait() != 0:
            wrong.append(f"{run}: rc {process.returncode}: {out.with_suffix('.log').read_text()}")
        elif run in expected and scores_of(out) != expected[run]:
            wrong.append(f"{run}: other scores")
        expected.setdefault(run, scores_of(out) if not process.returncode else None)
    # The next one takes away what the killed one left.
    if start(cache, folder / "next", "nn-clap", "val").wait() != 0:
        wrong.append("the next run failed")
    if (done := on_cache(cache, "check")).returncode != 0:
        wrong.append(done.stdout)
    done = on_cache(cache, "list --kind leftover --format json")
    if any(str(cache) in row["path"] for row in json.loads(done.stdout)["cache"]):
        wrong.append(done.stdout)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kill-within", type=float, default=30.0, help="Seconds.")
    options = parser.parse_args()
    rng, n_wrong = np.random.default_rng(options.seed), 0
    with tempfile.TemporaryDirectory() as place:
        expected = run_alone(Path(place, "alone"))
        for number in range(options.rounds):
            folder = Path(place, f"round-{number}")
            folder.mkdir()
            kill_after_s = float(rng.uniform(2, options.kill_within))
            wrong = attack(folder, expected, kill_after_s)
            n_wrong += bool(wrong)
            verdict = "\n  ".join(["FAILED", *wrong]) if wrong else "survived"
            print(f"round {number}, one killed after {kill_after_s:.1f} s: {verdict}", flush=True)  # noqa: T201
    return int(n_wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
