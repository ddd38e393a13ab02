"""``bench power``: simulated comparisons of a row with itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scored_files import GOOD, invoke, score
from small_clips import write_clips


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two versions of a system that is right on some clips, each on others of them."""
    place = tmp_path_factory.mktemp("power")
    rng = np.random.default_rng(0)
    systems = {}
    for name in ("now", "before"):
        words = [GOOD.format(clip).split() for clip in range(120)]
        captions = [" ".join(text[: rng.integers(1, 6)]) for text in words]
        systems[name] = {f"test-{clip:02d}.wav": text for clip, text in enumerate(captions)}
    systems["silent"] = dict.fromkeys(systems["now"], "xyz")
    return score(write_clips(place / "clips", n_test=120), place / "scored", systems)


def study(run, system, *options):
    result = invoke("power", f"{run}::{system}", "--trials", "200", *options)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("against", [None, "before"])
def test_false_calls_are_rare_and_power_grows_with_the_clips(run, against):
    other = ["--against", f"{run}::{against}"] if against else []
    text = study(run, "now", *other, "--drop", "0.2", "--metrics", "rouge_l", "--format", "json")
    report = json.loads(text)
    metric = report["metrics"]["rouge_l"]
    assert report["n_clips"] == 120
    assert report["against"] == (f"{run}::before" if against else None)
    for test in ("swaps", "bootstrap"):
        rate = metric[f"false_calls_by_{test}"]
        assert rate["n_trials"] == 200
        assert rate["value"] <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    sizes = [int(n_clips) for n_clips in metric["power"]]
    assert sizes == [15, 30, 60, 120, 240]
    power = [rate["value"] for rate in metric["power"].values()]
    assert power[0] < power[2] < power[4]
    assert power[4] > 0.5


def test_the_table_says_what_was_simulated(run):
    text = study(run, "now", "--metrics", "bleu_1,cider_d", "--changed", "0.5")
    words = " ".join(text.split())
    for part in ("120 clips", "50 % of the clips come out as another clip did", "a drop of 2 %",
                 "200 simulated comparisons"):  # fmt: skip
        assert part in words
    assert "before" in study(run, "now", "--against", f"{run}::before", "--metrics", "cider_d")


def test_a_metric_that_cannot_drop_says_so_and_has_no_power(run):
    words = " ".join(study(run, "silent", "--metrics", "rouge_l").split())
    assert "ROUGE-L: bad captions cannot cost 2 % of a value of 0" in words


def test_metrics_without_scores_are_named(run):
    words = " ".join(study(run, "now", "--metrics", "rouge_l,fense", "--format", "md").split())
    assert f"Left out: FENSE: not computed in {run}" in words


def test_no_metric_at_all_is_an_error(run):
    found = invoke("power", f"{run}::now", "--metrics", "fense")
    assert "no metric can be resampled" in str(found.exception)
