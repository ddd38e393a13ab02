"""The suite from raw text to scores equals aac-metrics, on real and on awkward captions."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from aac_metrics_oracle import oracle_leaves_its_pipes_open
from fresh_cache import cache_without_results
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle_scores import Oracle
from real_captions import SYSTEMS, read_rows
from shared_data import shared_path
from tiny_models import make_bert

from benchmark.metrics.catalogue import METRIC_SETS
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.scores import ScoringTask
from benchmark.metrics.suite import MetricModels, score_tasks

LEXICAL = METRIC_SETS["lexical"]
JAVA = METRIC_SETS["java"]


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_kept(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        cache = cache_without_results(tmp_path_factory.mktemp("cache") / "cache")
        patch.setenv("BENCH_CACHE", str(cache))
        yield


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    return Oracle(tmp_path_factory.mktemp("oracle"))


@pytest.fixture(scope="module")
def references():
    path = shared_path("data/clotho/clotho_captions_evaluation.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row.pop("file_name"): tuple(row.values()) for row in csv.DictReader(file)}


def real_task(name, references):
    captions = {clip_id: row["caption_predicted"] for clip_id, row in read_rows(name).items()}
    return ScoringTask(name, "clotho:evaluation", references, captions)


@pytest.fixture(scope="module")
def tasks(references):
    return [real_task(name, references) for name in SYSTEMS]


@pytest.fixture(scope="module")
def scored(tasks):
    return score_tasks(tasks, JAVA, MetricModels())


@oracle_leaves_its_pipes_open
def test_five_systems_equal_aac_metrics_clip_by_clip_and_in_all(oracle, tasks, scored):
    tokenised = []
    for task, scores in zip(tasks, scored, strict=True):
        texts = [task.candidates[clip_id] for clip_id in task.clip_ids]
        several = [task.references[clip_id] for clip_id in task.clip_ids]
        tokenised.append(oracle.tokenise(texts, several))
        corpus, per_clip = oracle.lexical(*tokenised[-1])
        for key in LEXICAL:
            assert scores[key].value == pytest.approx(corpus[key], abs=1e-9), (task.name, key)
            np.testing.assert_allclose(scores[key].per_clip, per_clip[key], atol=1e-9, rtol=0)
    # One start of METEOR for all five; each clip's score stands by itself.
    candidates = [text for texts, _ in tokenised for text in texts]
    several = [texts for _, references in tokenised for texts in references]
    _, meteor = oracle.meteor(candidates, several)
    ours = np.concatenate([scores["meteor"].per_clip for scores in scored])
    np.testing.assert_allclose(ours, meteor, atol=1e-9, rtol=0)


def test_scoring_a_part_of_the_clips_changes_no_clips_score(tasks, scored):
    task = tasks[0]
    chosen = task.clip_ids[100:200]
    part = ScoringTask(
        task.name, task.split_label, task.references, {i: task.candidates[i] for i in chosen}
    )
    (scores,) = score_tasks([part], JAVA, MetricModels())
    for key in JAVA:
        np.testing.assert_array_equal(scores[key].per_clip, scored[0][key].per_clip[100:200])


def test_scores_do_not_depend_on_who_else_is_scored(tasks, scored):
    (alone,) = score_tasks(tasks[3:4], LEXICAL, MetricModels())
    for key in LEXICAL:
        assert alone[key].value == scored[3][key].value
        assert alone[key].signature == scored[3][key].signature


PUZZLES = (
    "", " ", ".", "...", "?!", "'' `` --", "None", "NA", "a", "the the the", "e-mail's 3 1/2",
    "Ünïcödé rain", "雨が降る", "🔊 loud 🔊", "rain\u00a0falls", "a\tb", "(brackets) [here] {too}",
)  # fmt: skip
WORDS = ("a", "dog", "barks", "rain", "falls", "on", "the", "roof", "loudly")
awkward = st.one_of(
    st.sampled_from(PUZZLES),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=30),
    st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join),
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_awkward_captions_equal_aac_metrics(oracle, data):
    references = data.draw(
        st.lists(
            st.lists(st.one_of(awkward, st.just("a dog barks")), min_size=2, max_size=3),
            min_size=2,
            max_size=8,
        ),
        label="references",
    )
    candidates = data.draw(
        st.lists(awkward, min_size=len(references), max_size=len(references)), label="candidates"
    )
    tokenised, several = oracle.tokenise(candidates, references)
    for texts in several:  # aac-metrics divides by zero at an empty reference
        texts[:] = [text or "silence" for text in texts]
    names = [f"{index:02d}" for index in range(len(candidates))]
    task = ScoringTask("awkward", "made:up", dict(zip(names, map(tuple, several), strict=True)),
                dict(zip(names, candidates, strict=True)))  # fmt: skip
    (scores,) = score_tasks([task], LEXICAL, MetricModels())
    corpus, per_clip = oracle.lexical(tokenised, several)
    for key in LEXICAL:
        if not scores[key].available:  # the references are all alike: 0 whatever is said
            assert key == "cider_d"
            assert not per_clip[key].any()
            continue
        assert scores[key].value == pytest.approx(corpus[key], abs=1e-9), key
        np.testing.assert_allclose(scores[key].per_clip, per_clip[key], atol=1e-9, rtol=0)


def test_scoring_the_same_captions_again_starts_no_java(monkeypatch, tasks, scored):
    def refuse(*_):
        raise AssertionError("a Java was started")

    monkeypatch.setattr(TextJava, "start", refuse)
    for again, first in zip(score_tasks(tasks, JAVA, MetricModels()), scored, strict=True):
        for key in JAVA:
            assert again[key].value == first[key].value
            np.testing.assert_array_equal(again[key].per_clip, first[key].per_clip)


def test_a_metric_without_its_weights_is_unavailable_with_the_reason(monkeypatch, tmp_path):
    for variable in ("BENCH_MODELS", "HF_HOME", "FENSE_DATA", "TORCH_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("BENCH_HUB", raising=False)
    references = {"a": ("rain falls",), "b": ("a dog barks",)}
    task = ScoringTask("toy", "made:up", references, {"a": "rain", "b": "a dog"})
    (scores,) = score_tasks([task], ("cider_d", "fense", "fer", "spider_fl"), MetricModels())
    assert scores["cider_d"].available
    for key in ("fense", "fer", "spider_fl"):
        assert not scores[key].available
        assert "echecker_clotho_audiocaps_base" in scores[key].reason


@pytest.mark.parametrize(
    ("references", "why"),
    [
        ({"a": ("rain falls", "rain")}, "the IDF is that of one clip"),
        ({"a": ("rain",), "b": ("rain",)}, "2 clips that all have the same words"),
    ],
)
def test_cider_d_that_is_0_whatever_is_said_is_unavailable(references, why):
    task = ScoringTask("toy", "made:up", references, {"a": "rain falls"})
    (scores,) = score_tasks([task], ("cider_d", "rouge_l", "spider"), MetricModels())
    assert scores["rouge_l"].available
    for key in ("cider_d", "spider"):
        assert not scores[key].available
    assert why in scores["cider_d"].reason


def test_without_any_task_there_is_nothing_to_score():
    assert score_tasks([], LEXICAL, MetricModels()) == []


def test_a_damaged_model_costs_its_own_metrics_alone(tmp_path):
    """They are asked for once all captions are made: nothing else may be lost then."""
    sbert, bert, fer = (make_bert(tmp_path / name) for name in ("sbert", "bert", "fer"))
    (sbert / "tokenizer.json").write_text("[]")
    (bert / "config.json").write_text("[" * 100_000)
    (fer / "model.safetensors").write_bytes(b"cut")
    models = MetricModels(sbert_model=str(sbert), bert_score_model=str(bert), fer_model=str(fer))
    references = {"a": ("rain falls",), "b": ("a dog barks",)}
    task = ScoringTask("toy", "made:up", references, {"a": "rain", "b": "a dog"})
    keys = ("bleu_1", "sbert_sim", "bert_score.f1", "fer")
    (scores,) = score_tasks([task], keys, models)
    assert scores["bleu_1"].available
    for key, folder in zip(keys[1:], (sbert, bert, fer), strict=True):
        assert not scores[key].available
        assert str(folder) in scores[key].reason
