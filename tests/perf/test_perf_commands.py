"""How quick the command line is, and how little the harness adds to a captioner."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest
from plugin_distributions import good_plugin, write_distribution

from benchmark import Clip, Resources, Split, SystemSpec
from benchmark.artifacts import Artifacts
from benchmark.plugins.provenance import Provenance
from benchmark.runs.clips import Clips
from benchmark.runs.ledger import Ledger
from benchmark.runs.listening import Listener
from benchmark.runs.passes import run_system
from benchmark.runs.plan import Feeding
from benchmark.systems.built_in import Constant
from benchmark.systems.registry import System


@pytest.fixture(scope="module")
def fifty_plugins(tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    for number in range(50):
        write_distribution(site, f"toy-{number:02d}", good_plugin(f"toy-{number:02d}"))
    return {**os.environ, "PYTHONPATH": str(site)}


def run_command(environment, *arguments):
    command = [sys.executable, "-m", "benchmark.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def test_help_comes_at_once_with_fifty_plugins_installed(benchmark, fifty_plugins):
    done = benchmark.pedantic(
        run_command, (fifty_plugins, "--help"), rounds=15, warmup_rounds=1, iterations=1
    )
    assert "leaderboard" in done.stdout
    assert benchmark.stats.stats.median < 0.3


def test_systems_of_fifty_plugins_are_listed_quickly(benchmark, fifty_plugins):
    done = benchmark.pedantic(
        run_command, (fifty_plugins, "systems"), rounds=10, warmup_rounds=1, iterations=1
    )
    assert done.stdout.count("[toy-") == 50
    benchmark.extra_info["median_s"] = benchmark.stats.stats.median


def test_the_harness_adds_less_than_a_millisecond_a_clip(benchmark, tmp_path):
    """Wall time of a run less reading sounds and captioning, for a captioner that does nothing."""
    references = {f"clip-{number:04d}": ("a sound",) for number in range(500)}
    wave = np.random.default_rng(0).uniform(-0.1, 0.1, 80_000).astype(np.float32)
    split = Split("noises", "test", references, frozenset(references),
                  lambda clip_id, rate: Clip(clip_id, wave.copy(), rate))  # fmt: skip
    spec = SystemSpec("null", "says one thing", lambda resources, options: Constant("a sound"))
    system = System("null", spec, None, Provenance("test", "1"))
    resources = Resources("cpu", 0, Artifacts(tmp_path / "artifacts"))
    overheads = []

    def run(path):
        listener = Listener(split, text_only=False, budget_bytes=2**30)
        clips = Clips(listener, split.clip_ids, Feeding())
        for clip_id in split.clip_ids:
            listener.hear(clip_id, spec.sample_rate_hz)
        start = time.perf_counter()
        with Ledger(path) as ledger:
            run_system(system, resources, clips, ledger)
        overheads.append((time.perf_counter() - start) / len(references))

    paths = (tmp_path / f"ledger-{number}.jsonl" for number in range(9))
    benchmark.pedantic(lambda: run(next(paths)), rounds=5, warmup_rounds=1, iterations=1)
    benchmark.extra_info["overhead_ms_a_clip"] = 1000 * float(np.median(overheads))
    assert np.median(overheads) < 1e-3
