"""SPICE and SPIDEr as published, clip by clip, and what is left where SPICE cannot do its work."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from real_captions import published, published_task

from benchmark.metrics.catalogue import METRIC_SETS
from benchmark.metrics.scores import ScoringTask
from benchmark.metrics.spice.limits import SpiceLimits
from benchmark.metrics.suite import MetricModels, score_tasks

N_CLIPS = 12  # 50 are scored by the installed wheel, in tests/packages
KEYS = ("cider_d", "spice", "spider")
REFERENCES = {
    "a": ("a dog barks", "the dog is barking"),
    "b": ("rain falls on a red roof", "rain on the roof"),
    "c": ("two small birds sing in a tree", "birds are singing"),
}
CAPTIONS = {"a": "a dog barks", "b": "rain falls", "c": "two birds sing in a tall tree"}


def toy_task(**captions):
    return ScoringTask("toy", "made:up", REFERENCES, CAPTIONS | captions)


def score(task, keys=KEYS, **models):
    (scores,) = score_tasks([task], keys, MetricModels(**models))
    return scores


@pytest.mark.usefixtures("_real_spice")
def test_spice_and_spider_are_those_in_print_for_each_clip():
    scores = score(published_task(N_CLIPS))
    np.testing.assert_array_equal(scores["spice"].per_clip, published("spice")[:N_CLIPS])
    np.testing.assert_allclose(
        scores["spider"].per_clip, published("spider")[:N_CLIPS], atol=1e-15, rtol=0
    )
    assert scores["spice"].value == np.mean(published("spice")[:N_CLIPS])
    assert scores["spice"].reason is None


@pytest.mark.usefixtures("_real_spice")
def test_a_second_look_starts_no_java_for_spice(monkeypatch):
    first = score(toy_task(), ("spice",))

    def start(*_):
        raise AssertionError("Java was started")

    monkeypatch.setattr("benchmark.metrics.spice.process.JavaProcess", start)
    second = score(toy_task(), ("spice",))
    np.testing.assert_array_equal(first["spice"].per_clip, second["spice"].per_clip)


@pytest.mark.usefixtures("_real_spice")
def test_precision_recall_and_the_six_kinds_are_there_by_name_alone():
    assert {*METRIC_SETS["spice-parts"]} & {*METRIC_SETS["all"]} == {"spice"}
    scores = score(toy_task(), METRIC_SETS["spice-parts"])
    per_clip = {key: score.per_clip for key, score in scores.items()}
    precision, recall = per_clip["spice.precision"], per_clip["spice.recall"]
    np.testing.assert_allclose(
        per_clip["spice"], 2 * precision * recall / (precision + recall), rtol=1e-15
    )
    # (dog) and (dog, bark) against the same two: all is found.
    assert (precision[0], recall[0]) == (1.0, 1.0)
    # Of "two birds sing in a tall tree", (bird, two) is a number, (tree, tall) a wrong size.
    assert per_clip["spice.cardinality"][2] == 1.0
    assert per_clip["spice.size"][2] == 0.0
    assert per_clip["spice.color"][1] == 0.0
    # Where no reference speaks of a kind, nobody can be right or wrong about it.
    assert np.isnan(per_clip["spice.color"][[0, 2]]).all()
    assert scores["spice.color"].value == 0.0
    assert "|clips:1/3" in str(scores["spice.color"].signature)
    assert scores["spice.color"].reason == "no reference of theirs speaks of any color"


@pytest.mark.usefixtures("_real_spice")
def test_a_caption_that_is_too_long_costs_its_own_clip_alone():
    whole = score(toy_task())
    scores = score(toy_task(b="rain falls and " * 40), spice_max_words=30)
    for key in ("spice", "spider"):
        np.testing.assert_array_equal(
            scores[key].per_clip, [whole[key].per_clip[0], np.nan, whole[key].per_clip[2]]
        )
        assert scores[key].value == np.mean(whole[key].per_clip[[0, 2]])
        assert "|clips:2/3" in str(scores[key].signature)
        assert scores[key].reason.startswith(
            "'b' could not be scored: the caption 'rain falls and rain"
        )
        assert "120 words, and SPICE parses 30 at most (--spice-max-words)" in scores[key].reason
    assert np.isfinite(scores["cider_d"].per_clip).all()


@pytest.mark.usefixtures("_real_spice")
def test_captions_without_words_score_nothing_and_harm_nothing():
    scores = score(toy_task(a="", b="...", c="?!"), ("spice", "cider_d"))
    assert scores["spice"].per_clip.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.usefixtures("_fresh_cache")
def test_a_spice_that_hangs_takes_no_other_metric_along(monkeypatch):
    monkeypatch.setattr(SpiceLimits, "timeout_s", lambda _: 0.01)
    scores = score(toy_task(), (*KEYS, "bleu_1"))
    for key in ("spice", "spider"):
        assert not scores[key].available
        assert scores[key].has_failed
        assert "SPICE gave no answer for 0 s and was ended" in scores[key].reason
        assert "bench rescore" in scores[key].reason
    assert scores["cider_d"].available
    assert scores["bleu_1"].available


@pytest.mark.usefixtures("_fresh_cache")
def test_a_spice_without_memory_takes_no_other_metric_along(monkeypatch):
    monkeypatch.setattr(SpiceLimits, "heap", lambda _: 20)
    scores = score(toy_task())
    assert scores["spice"].has_failed or "OutOfMemoryError" in scores["spice"].reason
    assert not scores["spice"].available
    assert scores["cider_d"].available


def test_without_the_parser_the_reason_names_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_SPICE_JARS", str(tmp_path))
    scores = score(toy_task())
    assert not scores["spice"].available
    assert not scores["spice"].has_failed
    assert "bench fetch spice" in scores["spider"].reason
    assert scores["cider_d"].available


@pytest.mark.skipif(shutil.which("java") is None, reason="this machine has no Java of its own")
@pytest.mark.usefixtures("_fresh_cache")
def test_the_java_of_the_system_gives_the_same_and_the_signature_names_it(monkeypatch):
    bundled = score(toy_task())
    monkeypatch.setenv("BENCH_JAVA", shutil.which("java"))
    monkeypatch.setenv("BENCH_CACHE", os.environ["BENCH_CACHE"] + "-of-the-system")
    system = score(toy_task())
    np.testing.assert_array_equal(bundled["spice"].per_clip, system["spice"].per_clip)
    assert "|java:25|" in str(bundled["spice"].signature)


@pytest.mark.usefixtures("_fresh_cache")
def test_two_processes_at_once_on_one_empty_cache_give_the_same():
    code = """
from real_captions import published, published_task
from benchmark.metrics.suite import MetricModels, score_tasks
(scores,) = score_tasks([published_task(8)], ("spice",), MetricModels())
assert scores["spice"].per_clip.tolist() == published("spice")[:8]
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    processes = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in "ab"]
    assert [process.wait(timeout=300) for process in processes] == [0, 0]


@pytest.mark.usefixtures("_real_spice")
def test_a_system_among_others_scores_as_it_does_alone():
    other = dataclasses.replace(toy_task(a="a cat meows"), name="other")
    alone = score(toy_task(), ("spice",))
    together = score_tasks([other, toy_task()], ("spice",), MetricModels())
    np.testing.assert_array_equal(together[1]["spice"].per_clip, alone["spice"].per_clip)
    assert together[0]["spice"].per_clip[0] == 0.0
