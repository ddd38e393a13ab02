"""Scoring speed against aac-metrics, both sides timed in one run, equal numbers first.

No tokens and no alignments are kept from one round to the next; METEOR's index is, but for the
first run ever.
"""

from __future__ import annotations

import csv
import time

import numpy as np
import pytest
from aac_metrics_oracle import oracle_leaves_its_pipes_open
from fresh_cache import cache_without_results
from oracle_scores import Oracle
from real_captions import SYSTEMS
from shared_data import shared_path

from benchmark.metrics.catalogue import select_metrics
from benchmark.metrics.suite import MetricModels
from benchmark.runs.captions_files import score_files
from benchmark.runs.folder import RunFolder
from benchmark.runs.requests import ScoreRequest

KEYS = select_metrics(["java"])


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


@pytest.fixture(scope="module")
def oracle_runs(tmp_path_factory):
    """Score each of the five files with aac-metrics, one after the other."""
    with shared_path("data/clotho/clotho_captions_evaluation.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        references = {row.pop("file_name"): list(row.values()) for row in csv.DictReader(file)}
    clip_ids = sorted(references)
    oracle = Oracle(tmp_path_factory.mktemp("oracle"))
    oracle.score(["rain falls", "a dog"], [["rain"], ["a dog"]])  # imports are not timed
    runs = []
    for name in SYSTEMS:
        with shared_path(f"data/outputs/{name}.csv").open(encoding="utf-8", newline="") as file:
            captions = {row["file_name"]: row["caption_predicted"] for row in csv.DictReader(file)}
        candidates = [captions[clip_id] for clip_id in clip_ids]
        runs.append(timed(oracle.score, candidates, [references[i] for i in clip_ids]))
    return runs


def score(names, out):
    request = ScoreRequest(
        files=tuple(shared_path(f"data/outputs/{name}.csv") for name in names),
        dataset="clotho:evaluation",
        data_root=shared_path("data"),
        metrics=KEYS,
    )
    return score_files(request, out, MetricModels())


def assert_equal_numbers(outcome, names, oracle_runs):
    systems = RunFolder(outcome.path).read_scores()["systems"]
    with RunFolder(outcome.path).per_clip_path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for name in names:
        (corpus, per_clip), _ = oracle_runs[SYSTEMS.index(name)]
        own = [row for row in rows if row["system"] == name]
        for key in KEYS:
            assert systems[name]["metrics"][key]["value"] == pytest.approx(corpus[key], abs=1e-9)
            found = np.array([float(row[key]) for row in own])
            np.testing.assert_allclose(found, per_clip[key], atol=1e-9, rtol=0)


@oracle_leaves_its_pipes_open
@pytest.mark.parametrize(
    ("names", "is_first_ever", "least_ratio"),
    [(SYSTEMS, True, 3.0), (SYSTEMS, False, 12.0), (SYSTEMS[:1], False, 3.0)],
    ids=["five systems, first run ever", "five systems", "one system"],
)
def test_scoring_files_beats_aac_metrics(
    benchmark, oracle_runs, tmp_path, monkeypatch, names, is_first_ever, least_ratio
):
    caches = [tmp_path / f"cache-{number}" for number in range(3)]
    if is_first_ever:
        del caches[1:]
    else:
        score(names, tmp_path / "warm-up")
        caches = [cache_without_results(cache) for cache in caches]
    rounds = zip(caches, (tmp_path / f"run-{number}" for number in range(3)), strict=False)

    def next_round():
        cache, out = next(rounds)
        monkeypatch.setenv("BENCH_CACHE", str(cache))
        return (names, out), {}

    outcome = benchmark.pedantic(score, setup=next_round, rounds=len(caches), iterations=1)
    assert_equal_numbers(outcome, names, oracle_runs)
    reference_s = sum(oracle_runs[SYSTEMS.index(name)][1] for name in names)
    ratio = reference_s / benchmark.stats.stats.median
    benchmark.extra_info |= {"aac_metrics_s": reference_s, "times_faster": ratio}
    print(f"\n{len(names)} systems: aac-metrics {reference_s:.1f} s, ratio {ratio:.1f}")  # noqa: T201
    assert ratio >= least_ratio
