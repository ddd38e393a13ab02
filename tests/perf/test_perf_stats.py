"""Ten thousand draws of five systems, against computing each draw anew."""

from __future__ import annotations

import time

import numpy as np
import pytest
from peak_memory import growth_mib
from real_captions import SYSTEMS
from shared_data import shared_path

from benchmark.metrics.catalogue import select_metrics
from benchmark.metrics.suite import MetricModels
from benchmark.runs.captions_files import score_files
from benchmark.runs.reading import read_run
from benchmark.runs.requests import ScoreRequest
from benchmark.stats import compare_pairs, draw_counts, resample

KEYS = select_metrics(["java"])
N_DRAWS = 10_000
N_PLAIN = 100


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    request = ScoreRequest(
        files=tuple(shared_path(f"data/outputs/{name}.csv") for name in SYSTEMS),
        dataset="clotho:evaluation",
        data_root=shared_path("data"),
        metrics=KEYS,
    )
    return score_files(request, tmp_path_factory.mktemp("five") / "run", MetricModels()).path


@pytest.fixture(scope="module")
def samples(run):
    systems = read_run(run).systems
    return [systems[name].contributions.sample(key) for name in SYSTEMS for key in KEYS]


def resample_plainly(samples, counts):
    """Choose the clips of each draw by index and value them."""
    rows = [np.repeat(np.arange(len(drawn)), drawn.astype(int)) for drawn in counts]
    return np.array([[sample.take(drawn).value for drawn in rows] for sample in samples])


def test_ten_thousand_draws_of_five_systems(benchmark, samples):
    found = benchmark.pedantic(resample, (samples, N_DRAWS), rounds=5, warmup_rounds=1)
    counts = draw_counts(samples[0].n_clips, N_PLAIN)
    start = time.perf_counter()
    plain = resample_plainly(samples, counts)
    plain_s = (time.perf_counter() - start) / N_PLAIN * N_DRAWS
    np.testing.assert_allclose(found[:, :N_PLAIN], plain, rtol=1e-10)
    seconds = benchmark.stats.stats.median
    benchmark.extra_info |= {"plain_s": plain_s, "times_faster": plain_s / seconds}
    print(f"\n{seconds:.2f} s, draw by draw {plain_s:.1f} s: {plain_s / seconds:.0f} times")  # noqa: T201
    assert seconds < 5
    assert plain_s / seconds >= 10


def test_a_comparison_of_all_metrics(benchmark, samples):
    pairs = list(zip(samples[: len(KEYS)], samples[len(KEYS) : 2 * len(KEYS)], strict=True))
    results = benchmark.pedantic(compare_pairs, (pairs,), rounds=3, warmup_rounds=1)
    assert len(results) == len(KEYS)
    assert benchmark.stats.stats.median < 5


def test_the_draws_fit_into_little_memory(benchmark, run):
    before = """
from pathlib import Path
from benchmark.runs.reading import read_run
from benchmark.stats import compare_pairs, resample
"""
    measured = f"""
systems = read_run(Path({str(run)!r})).systems.values()
of_system = [[each.contributions.sample(key) for key in {KEYS!r}] for each in systems]
resample([sample for samples in of_system for sample in samples], {N_DRAWS})
compare_pairs(list(zip(*of_system[:2])), {N_DRAWS})
"""
    grown = benchmark.pedantic(growth_mib, (before, measured), rounds=1)
    benchmark.extra_info["growth_mib"] = grown
    print(f"\n{grown:.0f} MiB, the statistics among them")  # noqa: T201
    assert grown < 500
