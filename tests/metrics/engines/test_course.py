"""Engines asked one after the other: what one does wrong is its own metrics' loss alone."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from toy_metrics import engine_of, installed_engine, overlap_engine, ratio_engine

from benchmark.contract import Need
from benchmark.contract.metrics import Metric, MetricModels, MetricValues
from benchmark.errors import DataError, MachineError, MissingWeightsError, UsageError
from benchmark.metrics.corpus import TaskTexts
from benchmark.metrics.engines.course import Course
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.scores import ScoringTask

REFERENCES = {"a": ("rain falls", "it rains"), "b": ("a dog barks",)}
TASK = ScoringTask("toy", "made:up", REFERENCES, {"a": "rain", "b": "a cat meows"})
OTHER = Metric("other", "Other")


def take(*engines, tasks=(TASK,), own=False):
    """Score raw captions with engines, and give the first task's scores."""
    brought_by = "aac-bench" if own else "aac-bench-toy"
    installed = [installed_engine(engine, brought_by) for engine in engines]
    keys = frozenset(metric.key for engine in engines for metric in engine.metrics)
    course = Course(TaskTexts(tasks, TextJava()), MetricModels(), keys)
    course.take(installed)
    return course.results[0] if len(tasks) == 1 else course.results


def good():
    return engine_of(lambda tasks, _: [[0.5] * len(task.clip_ids) for task in tasks], metric=OTHER)


def bad(answer):
    def score(*_):
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return engine_of(score)


def test_a_function_of_one_caption_is_a_metric():
    score = take(overlap_engine())["overlap"]
    assert score.per_clip.tolist() == [1.0, pytest.approx(1 / 3)]
    assert score.value == pytest.approx(2 / 3)
    parts = dict(score.signature.parts)
    assert parts["plugin"] == "aac-bench-toy 1.0"
    assert parts["tok"] == "none"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (KeyError("x"), "KeyError: 'x'"),
        (SystemExit(3), "SystemExit: 3"),
        (DataError("no such lexicon"), "no such lexicon"),
        (None, "TypeError"),
        ([], "it gave 0 answers for 1 systems"),
        ([[0.5]], "numbers of shape (1,); expected (2,)"),
        ([[0.5, 0.5, 0.5]], "numbers of shape (3,); expected (2,)"),
        ([["0.5", "0.5"]], "expected a number per clip"),
        (["ab"], "expected a number per clip"),
        ([[None, 0.5]], "expected a number per clip"),
        ([[[0.5], [0.5, 0.5]]], "expected a number per clip"),
        ([[np.nan, 0.5]], "it gave NaN for 1 of 2 clips"),
        ([[0.5, np.inf]], "it gave inf; expected values from 0 to 1"),
        ([[0.5, 1.5]], "from 0 to 1. If that is right, declare a Metric whose bounds= hold it"),
        ([{"overlpa": [0.5, 0.5]}], "it gave values of 'overlpa'; expected some of 'overlap'"),
        ([MetricValues(value=0.5)], "it gave no number per clip"),
        ([MetricValues(reason=3)], "its reason is 3; expected text"),
        ([MetricValues([0.5, 0.5], reason="\ud800")], "its reason holds half a surrogate pair"),
        ([MetricValues([0.5, 0.5], parts=(("a", 1),))], "part of its signature is 1"),
    ],
)
def test_nonsense_is_a_metrics_reason_and_costs_no_other(answer, why):
    scores = take(bad(answer), good())
    assert not scores["overlap"].available
    assert scores["overlap"].has_failed
    assert why in scores["overlap"].reason
    assert "aac-bench-toy 1.0: " in scores["overlap"].reason
    assert scores["other"].value == 0.5


def test_ctrl_c_ends_all():
    with pytest.raises(KeyboardInterrupt):
        take(bad(KeyboardInterrupt()))


@pytest.mark.parametrize("error", [MachineError("the disk is full"), KeyError("x"), OSError(5)])
def test_what_a_metrics_model_raises_is_its_reason_and_a_failure(error):
    score = take(bad(error), own=True)["overlap"]
    assert score.has_failed
    assert str(error) in score.reason
    assert "`bench rescore RUN` tries it again" in score.reason


def test_a_wrong_request_is_no_failure_of_a_model_of_the_cores():
    with pytest.raises(UsageError):
        take(bad(UsageError("no such device")), own=True)


def test_a_clip_without_a_value_says_why_and_the_others_have_their_mean():
    values = MetricValues([np.nan, 0.25], reason="its caption is too short")
    score = take(bad([values]))["overlap"]
    assert (score.value, score.reason) == (0.25, "its caption is too short")
    assert dict(score.signature.parts)["clips"] == "1/2"


def test_an_engine_cannot_change_what_was_said():
    def score(tasks, _):
        (task,) = tasks
        for change in (
            lambda: setattr(task, "candidates", ()),
            lambda: task.candidates.__setitem__(0, "rain falls"),
            lambda: task.references[0].append("rain"),
        ):
            with pytest.raises((AttributeError, TypeError)):
                change()
        return [[1.0, 1.0]]

    assert take(engine_of(score))["overlap"].value == 1.0
    assert TASK.candidates == {"a": "rain", "b": "a cat meows"}


def test_an_engine_leaves_the_process_as_it_found_it(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("TOY", "kept")
    before = Path.cwd()

    def score(tasks, _):
        os.chdir(tmp_path)
        os.environ.clear()
        np.seterr(all="raise")
        os.write(1, b"written\n")
        print("printed")  # noqa: T201
        return [[1.0] * len(task.clip_ids) for task in tasks]

    assert take(engine_of(score))["overlap"].value == 1.0
    assert (Path.cwd(), os.environ["TOY"]) == (before, "kept")
    assert np.geterr()["invalid"] == "warn"
    told = capfd.readouterr()
    assert told.out == ""
    assert "written" in told.err


def test_a_metric_is_given_what_it_builds_on_and_shares_its_signature():
    def double(tasks, _):
        for task in tasks:
            with pytest.raises(ValueError, match="read-only"):
                task.built_on["overlap"][0] = 0.0
            yield task.built_on["overlap"] / 2

    built = engine_of(double, metric=OTHER, builds_on=("overlap",), signature=(("half", "yes"),))
    scores = take(built, overlap_engine())  # whatever their order
    assert scores["other"].per_clip.tolist() == [0.5, pytest.approx(1 / 6)]
    assert ("half", "yes") in scores["other"].signature.parts
    assert not scores["overlap"].signature.beyond(scores["overlap"].signature)


def test_what_builds_on_a_metric_that_fails_says_its_reason():
    built = engine_of(lambda *_: pytest.fail("it was asked"), metric=OTHER, builds_on=("overlap",))
    scores = take(bad(KeyError("x")), built)
    assert scores["other"].reason == scores["overlap"].reason


def test_engines_that_build_on_each_other_have_no_value():
    one = engine_of(lambda *_: [], builds_on=("other",))
    other = engine_of(lambda *_: [], metric=OTHER, builds_on=("overlap",))
    assert "builds on itself" in take(one, other)["overlap"].reason


def test_what_an_engine_needs_is_looked_for_before_it_is_asked():
    def lack():
        raise MissingWeightsError("the lexicon is not here. Get it with `lexicon fetch`.")

    engine = engine_of(lambda *_: pytest.fail("it was asked"), needs=lambda _: [Need(lack)])
    score = take(engine)["overlap"]
    assert not score.has_failed
    assert "Get it with `lexicon fetch`." in score.reason


def test_the_revision_of_what_an_engine_needs_stands_in_its_signature():
    def needs(_):
        return [Need(lambda: "v7", "lexicon")]

    engine = engine_of(lambda *_: [[0.0, 0.0]], needs=needs)
    assert ("lexicon", "v7") in take(engine)["overlap"].signature.parts


def test_sums_of_statistics_give_a_corpus_value_and_each_clips_own():
    score = take(ratio_engine())["long.ratio"]
    assert score.value == pytest.approx(1 / 4)  # meows, of four words
    assert score.per_clip.tolist() == [0.0, pytest.approx(1 / 3)]
    assert score.statistics.tolist() == [[0.0, 1.0], [1.0, 3.0]]


@pytest.mark.parametrize(
    ("corpus", "why"),
    [
        (lambda sums: sums, "expected (3,): a value for each"),
        (lambda sums: sums[..., 0] + 2, "it gave 3; expected values from 0 to 1"),
        (lambda sums: float(sums[0]), "TypeError"),
        (lambda sums: np.random.default_rng().random(sums.shape[:-1]), "other values of the same"),
    ],
)
def test_a_corpus_function_that_cannot_be_resampled_is_refused(corpus, why):
    metric = Metric("overlap", "Overlap", aggregation="corpus")
    values = MetricValues(statistics=np.array([[0.5, 1.0], [0.5, 1.0]]))
    engine = engine_of(lambda *_: [values], metric=metric, corpus={"overlap": corpus})
    assert why in take(engine)["overlap"].reason


def test_what_works_aside_is_waited_for_last_and_always_ended():
    heard = []

    @contextmanager
    def aside(tasks, _):
        heard.append("begun")
        try:
            yield lambda: heard.append("waited") or [[0.25] * len(task.clip_ids) for task in tasks]
        finally:
            heard.append("ended")

    def meanwhile(tasks, _):
        heard.append("meanwhile")
        return [[0.5] * len(task.clip_ids) for task in tasks]

    slow = engine_of(None, score_aside=aside)
    scores = take(slow, engine_of(meanwhile, metric=OTHER))
    assert heard == ["begun", "meanwhile", "waited", "ended"]
    assert (scores["overlap"].value, scores["other"].value) == (0.25, 0.5)


def test_systems_are_scored_together_and_each_gets_its_own():
    second = ScoringTask("second", "made:up", REFERENCES, {"b": "a dog barks"})
    first, other = take(overlap_engine(), tasks=(TASK, second))
    assert first["overlap"].value == pytest.approx(2 / 3)
    assert other["overlap"].per_clip.tolist() == [1.0]
