"""Which captions count, against which references, and what is made of the folds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from leaderboard_rows import PLAN, PLANNED

from benchmark.contract import ClipClusters, hash_clip_ids
from benchmark.metrics.contributions import Contributions
from benchmark.metrics.scores import IdfSource, Score, ScoringTask, mean_score
from benchmark.metrics.signature import Signature
from benchmark.metrics.suite import MetricModels, score_tasks
from benchmark.runs.entries import ClipEntry
from benchmark.runs.ledger import LedgerView
from benchmark.runs.scoring import ScoredSystem, per_clip_table, score_ledger
from benchmark.stats import Sample, interval_of

REFERENCES = {
    "a": ("rain falls on a roof", "water drips from a roof", "heavy rain in a street"),
    "b": ("a dog barks at a car", "a dog howls in a yard", "an animal barks loudly"),
    "c": ("wind blows through trees", "leaves rustle in the wind", "a storm shakes trees"),
    "d": ("people talk in a hall", "a crowd chatters in a room", "voices echo in a hall"),
}
KEYS = ("bleu_1", "rouge_l", "cider_d", "sent_len.cands")
PLANNED_LAST = dataclasses.replace(PLANNED, name="last", leave_one_out=True)


def plan_of(*systems, metrics=KEYS):
    header = dataclasses.replace(PLAN.header, metrics=tuple(metrics))
    return dataclasses.replace(PLAN, header=header, systems=systems or (PLANNED,))


def entries_of(captions, system_name="toy", fold=0):
    """Entries of captions; None stands for a clip that failed."""
    return [
        dataclasses.replace(
            ClipEntry.given(system_name, clip_id, caption or "", "k"),
            fold=fold,
            **({} if caption is not None else {"state": "error", "caption": None}),
        )
        for clip_id, caption in captions.items()
    ]


def score(*entries, systems=(), references=REFERENCES, metrics=KEYS):
    view = LedgerView()
    for entry in entries:
        view.add(entry)
    return score_ledger(plan_of(*systems, metrics=metrics), view, references, MetricModels())


def first_references(n=0):
    return {clip_id: texts[n] for clip_id, texts in REFERENCES.items()}


def test_captions_are_scored_clip_by_clip_in_the_order_of_their_ids():
    (toy,) = score(*entries_of(dict(reversed(first_references().items())))).values()
    assert toy.clip_ids == ("a", "b", "c", "d")
    assert toy.scores["rouge_l"].value == pytest.approx(1.0)
    assert toy.scores["rouge_l"].per_clip == pytest.approx([1.0] * 4)


def test_a_clip_without_a_caption_counts_nowhere():
    captions = {**first_references(), "b": None}
    (toy,) = score(*entries_of(captions)).values()
    assert toy.clip_ids == ("a", "c", "d")
    assert toy.summarise().n_scored == 3
    assert str(toy.scores["rouge_l"].signature).endswith("|clips:3/4")


def test_a_timeout_is_no_caption_either():
    timed_out = [
        dataclasses.replace(entry, state="timeout") if entry.clip_id == "d" else entry
        for entry in entries_of({**first_references(), "d": None})
    ]
    assert score(*timed_out)["toy"].clip_ids == ("a", "b", "c")


def test_a_caption_of_no_words_counts_as_one():
    captions = {**first_references(), "b": ""}
    (toy,) = score(*entries_of(captions)).values()
    assert toy.clip_ids == ("a", "b", "c", "d")
    assert toy.scores["rouge_l"].per_clip == pytest.approx([1.0, 0.0, 1.0, 1.0])
    assert toy.scores["rouge_l"].value == pytest.approx(0.75)


def test_the_last_caption_of_a_clip_is_the_one_that_counts():
    entries = [*entries_of({"a": None}), *entries_of(first_references())]
    assert score(*entries)["toy"].scores["rouge_l"].value == pytest.approx(1.0)


def test_captions_of_one_system_are_not_another_s():
    other = dataclasses.replace(PLANNED, name="other")
    entries = [*entries_of(first_references()), *entries_of({"a": "a dog"}, "other")]
    scored = score(*entries, systems=(other, PLANNED))
    assert list(scored) == ["other", "toy"]
    assert (scored["other"].clip_ids, len(scored["toy"].clip_ids)) == (("a",), 4)


def test_systems_that_are_not_planned_are_passed_over():
    assert list(score(*entries_of(first_references(), "gone"), *entries_of({"a": "rain"}))) == [
        "toy"
    ]


def test_a_system_without_a_caption_has_every_metric_unavailable_and_says_why():
    (toy,) = score(*entries_of(dict.fromkeys(REFERENCES))).values()
    assert toy.clip_ids == ()
    assert {score.reason for score in toy.scores.values()} == {"the system gave no caption"}
    assert not any(score.available for score in toy.scores.values())
    summary = toy.summarise()
    assert (summary.n_scored, summary.clips_sha256) == (0, hash_clip_ids(()))
    assert list(summary.metrics) == list(KEYS)
    assert {cell.value for cell in summary.metrics.values()} == {None}


def test_no_entry_at_all_is_no_caption():
    assert score()["toy"].scores["bleu_1"].reason == "the system gave no caption"


def test_only_planned_metrics_are_computed():
    (toy,) = score(*entries_of(first_references()), metrics=("bleu_1",)).values()
    assert list(toy.scores) == ["bleu_1"]
    assert toy.contributions.has("bleu_1")
    assert not toy.contributions.has("rouge_l")


def test_a_metric_with_statistics_has_an_interval_around_its_value():
    captions = {**first_references(), "b": "a dog", "c": "wind"}
    summary = score(*entries_of(captions))["toy"].summarise()
    for key in ("bleu_1", "rouge_l", "cider_d"):
        cell = summary.metrics[key]
        assert cell.low <= cell.value <= cell.high
        assert cell.low < cell.high


def test_intervals_are_the_same_each_time():
    entries = entries_of({**first_references(), "b": "a dog"})
    first, again = (score(*entries)["toy"].summarise() for _ in range(2))
    assert first == again


def test_what_only_describes_has_no_interval():
    cell = score(*entries_of(first_references()))["toy"].summarise().metrics["sent_len.cands"]
    assert cell.value == pytest.approx(np.mean([5, 6, 4, 5]))
    assert (cell.low, cell.high) == (None, None)


def test_one_clip_has_a_value_and_no_interval():
    cell = score(*entries_of({"a": "rain falls"}))["toy"].summarise().metrics["rouge_l"]
    assert cell.value > 0
    assert (cell.low, cell.high) == (None, None)


def test_the_hash_of_a_summary_is_that_of_the_scored_clips_alone():
    whole = score(*entries_of(first_references()))["toy"].summarise()
    other = score(*entries_of(first_references(1)))["toy"].summarise()
    part = score(*entries_of({"a": "rain"}))["toy"].summarise()
    assert whole.clips_sha256 == other.clips_sha256 == hash_clip_ids("abcd")
    assert part.clips_sha256 != whole.clips_sha256


def test_clips_of_a_part_keep_the_scores_they_have_in_the_whole():
    """Document frequencies come from all references, whichever clips are scored."""
    captions = {**first_references(), "b": "a dog"}
    whole = score(*entries_of(captions))["toy"].scores["cider_d"].per_clip
    part = (
        score(*entries_of({key: captions[key] for key in "bd"}))["toy"].scores["cider_d"].per_clip
    )
    assert part == pytest.approx([whole[1], whole[3]])


def leave_one_out(n_folds=3, clips="abcd", metrics=KEYS):
    entries = [
        entry
        for fold in range(n_folds)
        for entry in entries_of(
            {clip_id: REFERENCES[clip_id][fold] for clip_id in clips}, "last", fold=fold
        )
    ]
    return score(*entries, systems=(PLANNED_LAST,), metrics=metrics)["last"]


def test_a_left_out_reference_is_held_against_the_others_alone():
    assert leave_one_out().scores["rouge_l"].value < 0.9
    whole = score(
        *entries_of(first_references(), "last"),
        systems=(dataclasses.replace(PLANNED_LAST, leave_one_out=False),),
    )
    assert whole["last"].scores["rouge_l"].value == pytest.approx(1.0)


def test_values_of_folds_are_averaged_and_the_signature_says_so():
    last = leave_one_out()
    by_fold = [
        score(
            *entries_of(first_references(fold)),
            references={
                clip_id: tuple(text for at, text in enumerate(texts) if at != fold)
                for clip_id, texts in REFERENCES.items()
            },
        )["toy"].scores["rouge_l"]
        for fold in range(3)
    ]
    assert last.scores["rouge_l"].value == pytest.approx(np.mean([each.value for each in by_fold]))
    assert last.scores["rouge_l"].per_clip == pytest.approx(
        np.mean([each.per_clip for each in by_fold], axis=0)
    )
    assert last.scores["rouge_l"].signature.parts[-1] == ("folds", "3,leave-one-out")


def test_corpus_values_of_folds_are_the_value_of_their_contributions():
    last = leave_one_out()
    for key in ("bleu_1", "rouge_l", "cider_d"):
        assert last.contributions.sample(key).value == pytest.approx(last.scores[key].value)


def test_a_clip_with_one_reference_keeps_it():
    lonely = {**REFERENCES, "a": REFERENCES["a"][:1]}
    captions = {clip_id: texts[0] for clip_id, texts in lonely.items()}
    scored = score(*entries_of(captions, "last"), systems=(PLANNED_LAST,), references=lonely)[
        "last"
    ]
    assert scored.scores["rouge_l"].per_clip[0] == pytest.approx(1.0)
    assert scored.scores["rouge_l"].per_clip[1] < 1.0


def test_clips_of_any_fold_count_and_each_is_averaged_over_its_own():
    entries = [
        *entries_of({"a": REFERENCES["a"][0], "b": REFERENCES["b"][0]}, "last"),
        *entries_of({"b": REFERENCES["b"][1]}, "last", fold=1),
    ]
    last = score(*entries, systems=(PLANNED_LAST,))["last"]
    assert last.clip_ids == ("a", "b")
    rouge = last.scores["rouge_l"]
    first, second = last.contributions.arrays["rouge_l"]
    assert second[0] == first[0]
    assert rouge.per_clip == pytest.approx([first[0, 0], (first[1, 0] + second[1, 0]) / 2])


def test_a_clip_with_more_references_counts_no_more_than_others():
    uneven = {**REFERENCES, "a": (*REFERENCES["a"], *(f"rain {n}" for n in range(20)))}
    entries = [
        entry
        for fold in range(23)
        for entry in entries_of(
            {clip: texts[fold] for clip, texts in uneven.items() if fold < len(texts)},
            "last",
            fold=fold,
        )
    ]
    last = score(*entries, systems=(PLANNED_LAST,), references=uneven)["last"]
    for key in ("rouge_l", "cider_d"):
        assert last.scores[key].value == pytest.approx(last.scores[key].per_clip.mean())
    folds = last.contributions.arrays["bleu"]
    np.testing.assert_allclose(folds[5:, 1:], np.broadcast_to(folds[:3, 1:].mean(0), (18, 3, 10)))


def test_a_left_out_reference_weighs_words_as_in_the_whole_split():
    last = leave_one_out()
    tasks = [
        ScoringTask(
            "toy",
            "toy",
            {
                clip: tuple(text for at, text in enumerate(texts) if at != fold)
                for clip, texts in REFERENCES.items()
            },
            first_references(fold),
            IdfSource("toy", REFERENCES),
        )
        for fold in range(3)
    ]
    found = [each["cider_d"].value for each in score_tasks(tasks, ["cider_d"], MetricModels())]
    assert last.scores["cider_d"].value == pytest.approx(np.mean(found))


def test_a_fold_without_a_caption_is_no_fold():
    entries = [
        *entries_of(first_references(), "last"),
        *entries_of(dict.fromkeys("abcd"), "last", fold=1),
    ]
    last = score(*entries, systems=(PLANNED_LAST,))["last"]
    assert "folds" not in dict(last.scores["rouge_l"].signature.parts)


def test_the_table_of_clips_has_a_row_for_each_system_s_each_clip():
    other = dataclasses.replace(PLANNED, name="other")
    scored = score(
        *entries_of(first_references()),
        *entries_of({"b": "a dog"}, "other"),
        systems=(PLANNED, other),
    )
    header, rows = per_clip_table(scored, ("rouge_l", "sent_len.cands"))
    assert header == ["system", "clip_id", "rouge_l", "sent_len.cands"]
    assert [row[:2] for row in rows] == [
        *(["toy", clip_id] for clip_id in "abcd"),
        ["other", "b"],
    ]
    assert rows[0][2] == pytest.approx(1.0)


def test_an_unavailable_metric_is_blank_in_the_table():
    toy = score(*entries_of({"a": "rain"}))["toy"]
    scores = {**toy.scores, "spice": Score.unavailable("no jars")}
    rows = per_clip_table({"toy": dataclasses.replace(toy, scores=scores)}, ("spice",))[1]
    assert rows == [["toy", "a", ""]]


def test_a_clip_without_a_value_of_a_metric_is_blank_and_the_interval_is_of_the_others():
    spice = mean_score(np.array([0.1, np.nan, 0.3]), Signature("spice"), "b is too long")
    cider_d = mean_score(np.array([1.0, 2.0, 3.0]), Signature("cider_d"))
    scores = {"cider_d": cider_d, "spice": spice}
    scored = ScoredSystem(scores, Contributions.gather([(("a", "b", "c"), scores)]))
    cell = scored.summarise().metrics["spice"]
    assert cell.value == pytest.approx(0.2)
    assert cell.is_partial
    assert cell.reason == "b is too long"
    assert (cell.low, cell.high) == interval_of(Sample.of_mean(np.array([0.1, 0.3]), (0.0, 1.0)))
    _, rows = per_clip_table({"toy": scored}, ["cider_d", "spice"])
    assert rows == [["toy", "a", 1.0, 0.1], ["toy", "b", 2.0, ""], ["toy", "c", 3.0, 0.3]]


def test_one_clip_with_a_value_has_no_interval():
    spice = mean_score(np.array([0.1, np.nan, np.nan]), Signature("spice"), "too long")
    scored = ScoredSystem({"spice": spice}, Contributions.gather([("abc", {"spice": spice})]))
    cell = scored.summarise().metrics["spice"]
    assert (cell.value, cell.low, cell.high) == (0.1, None, None)


def test_clusters_are_the_units_of_an_interval_those_without_a_value_aside():
    values = np.array([0.1, 0.2, 0.5, 0.7, np.nan])
    spice = mean_score(values, Signature("spice"), "too long")
    scored = ScoredSystem({"spice": spice}, Contributions.gather([("abcde", {"spice": spice})]))
    known = ClipClusters("recording", {"a": "r", "b": "r", "c": "s", "d": "s"})
    cell = scored.summarise(known).metrics["spice"]
    of_two = interval_of(Sample.of_mean(np.array([0.15, 0.6]), (0.0, 1.0)))
    assert (cell.low, cell.high) == pytest.approx(of_two)
    alone = scored.summarise(ClipClusters("recording", {})).metrics["spice"]
    assert alone == scored.summarise().metrics["spice"]
    one = scored.summarise(ClipClusters("recording", dict.fromkeys("abcde", "r")))
    assert (one.metrics["spice"].low, one.metrics["spice"].high) == (None, None)
