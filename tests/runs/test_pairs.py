"""Two systems held against each other: common clips, samples alike, parts that differ."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from leaderboard_rows import cell
from run_records import contributions, system

from benchmark.errors import DataError, UsageError
from benchmark.metrics.contributions import Contributions
from benchmark.runs.pairs import SystemPair, UnlikeParts, sort_metrics, sort_pair

SHA = "cd" * 32


def two_folds(clip_ids="abcde"):
    """Contributions of two folds, of which the second lacks the last clip."""
    first = np.arange(1.0, len(clip_ids) + 1)
    second = np.append(first[:-1] + 2, np.nan)
    return Contributions(tuple(clip_ids), {"cider_d": np.stack([first, second])[..., None]})


def pair_of(first_clips, second_clips):
    return SystemPair.of(system("a", first_clips), system("b", second_clips))


@pytest.mark.parametrize(
    ("first", "second", "common"),
    [
        ("abcde", "abcde", "abcde"),
        ("abc", "cde", "c"),
        ("ace", "abcde", "ace"),
        ("ab", "cd", ""),
        ("", "abc", ""),
    ],
)
def test_a_pair_is_of_the_clips_that_both_were_scored_on(first, second, common):
    pair = SystemPair.of(
        system(contributions=contributions(first)), system(contributions=contributions(second))
    )
    assert pair.clips.clip_ids == tuple(common)
    assert pair.n_clips == len(common)


def test_rows_lead_from_the_common_clips_to_each_system_s_own():
    pair = pair_of("acde", "bcd")
    assert pair.clips.clip_ids == ("c", "d")
    assert [rows.tolist() for rows in pair.clips.rows] == [[1, 2], [1, 2]]


def test_samples_are_taken_over_the_common_clips_in_one_order():
    first = system("a", "acde", [0.1, 0.2, 0.3, 0.4])
    second = system("b", "bcd", [0.5, 0.6, 0.7])
    one, other = SystemPair.of(first, second).samples("cider_d")
    assert one.per_clip == pytest.approx([0.2, 0.3])
    assert other.per_clip == pytest.approx([0.6, 0.7])
    assert (one.value, other.value) == (pytest.approx(0.25), pytest.approx(0.65))


def test_samples_of_unlike_numbers_of_folds_can_be_swapped_clip_by_clip():
    folded = system("folded", contributions=two_folds())
    one, other = SystemPair.of(folded, system("plain", "abcde", [5.0, 4.0, 3.0, 2.0, 1.0])).samples(
        "cider_d"
    )
    assert one.statistics.shape == other.statistics.shape
    assert one.value == pytest.approx((3.0 + 4.5) / 2)  # the mean over folds, each of its own clips
    assert other.value == pytest.approx(3.0)
    assert one.per_clip == pytest.approx([2.0, 3.0, 4.0, 5.0, 5.0])


def test_a_metric_without_statistics_in_one_of_both_has_no_samples():
    pair = SystemPair.of(system(), system(contributions=contributions(rouge_l=[0.1] * 5)))
    with pytest.raises(KeyError):
        pair.samples("cider_d")


def test_parts_that_stand_in_one_signature_alone_are_listed_as_they_are_spelt():
    first = system(metrics={"cider_d": cell(0.3, parts=[("n", "4"), ("idf", "a"), ("refs", "5")])})
    second = system(metrics={"cider_d": cell(0.3, parts=[("n", "4"), ("idf", "b"), ("refs", "4")])})
    pair = SystemPair.of(first, second)
    assert pair.unlike_parts("cider_d", ()) == UnlikeParts(("idf:a", "refs:5"), ("idf:b", "refs:4"))
    assert pair.unlike_parts("cider_d", ("refs",)) == UnlikeParts(("idf:a",), ("idf:b",))
    assert pair.unlike_parts("cider_d", ("refs", "idf")) == UnlikeParts((), ())


def test_a_metric_that_one_of_both_lacks_differs_in_all_parts_of_the_other():
    pair = SystemPair.of(system(metrics={"cider_d": cell(0.3)}), system(metrics={}))
    assert pair.unlike_parts("cider_d", ("clips",)) == UnlikeParts(("n:4", "refs:5"), ())


def test_systems_over_the_same_references_match():
    pair = SystemPair.match(system("a", "abc"), system("b", "bcd"))
    assert (pair.first.name, pair.second.name, pair.n_clips) == ("a", "b", 2)


@pytest.mark.parametrize(("clips", "n_common"), [("xyz", 0), ("axy", 1)])
def test_fewer_than_two_common_clips_are_refused_with_all_three_counts(clips, n_common):
    with pytest.raises(DataError) as caught:
        SystemPair.match(system("a", "abcde"), system("b", clips, run="runs/2"))
    assert str(caught.value) == (
        f"runs/1::a and runs/2::b have scores for {n_common} common clips of 5 and 3; expected "
        "two or more."
    )


def test_systems_of_two_data_sets_are_refused_by_their_names():
    other = system("b", dataset="audiocaps:test", run="runs/2")
    with pytest.raises(
        UsageError, match="1::a is of clotho:evaluation, runs/2::b of audiocaps:tes"
    ):
        SystemPair.match(system("a"), other)


def test_systems_of_other_references_of_one_data_set_are_refused_by_their_hashes():
    other = system("b", references_sha256="ef" * 32)
    with pytest.raises(
        UsageError, match=r"of different references \(cdcdcdcdcdcd and efefefefefef"
    ):
        SystemPair.match(system("a"), other)


def test_equal_folders_at_two_paths_match_and_unequal_ones_do_not():
    here, there = (system("a", dataset=f"folder:/{place}:test") for place in ("here", "there"))
    assert SystemPair.match(here, there).n_clips == 5
    edited = system("a", dataset="folder:/there:test", references_sha256="ef" * 32)
    with pytest.raises(UsageError, match="different references"):
        SystemPair.match(here, edited)


def test_metrics_of_all_systems_are_sorted_in_the_order_of_the_catalogue():
    values = dict.fromkeys(("cider_d", "bleu", "rouge_l"), [0.1] * 5)
    cells = {key: cell(0.1, metric=key) for key in ("cider_d", "rouge_l", "bleu_1")}
    systems = [
        system(name, metrics=cells, contributions=contributions(**values)) for name in ("a", "b")
    ]
    assert sort_metrics(systems, None) == (["bleu_1", "rouge_l", "cider_d"], {})
    assert sort_metrics(systems, ["cider_d", "bleu_1"]).present == ["cider_d", "bleu_1"]


def test_a_metric_that_only_one_system_has_is_absent_with_the_reason():
    both = {"cider_d": cell(0.1), "spice": cell(0.1, metric="spice")}
    first = system(metrics=both, contributions=contributions(cider_d=[0.1] * 5, spice=[0.1] * 5))
    second = system(metrics={"cider_d": cell(0.1)}, run="runs/2")
    chosen = sort_metrics([first, second], None)
    assert chosen.present == ["cider_d"]
    assert chosen.absent == {"spice": "not computed in runs/2"}


def test_the_first_system_that_lacks_a_metric_says_why():
    reasons = ("no jars", "no weights")
    systems = [
        system(metrics={"cider_d": cell(0.1), "spice": cell(None, reason, "spice")})
        for reason in reasons
    ]
    assert sort_metrics(systems, None).absent == {"spice": "no jars"}


def test_what_only_describes_is_absent_if_it_was_asked_for_and_else_not_spoken_of():
    cells = {"cider_d": cell(0.1), "vocab.cands": cell(80.0, metric="vocab.cands")}
    toy = system(metrics=cells)
    assert sort_metrics([toy], None) == (["cider_d"], {})
    chosen = sort_metrics([toy], ["cider_d", "vocab.cands"])
    assert chosen == (["cider_d"], {"vocab.cands": "it only describes"})


def test_no_metric_at_all_is_an_error_with_every_reason():
    toy = system("a", metrics={"spice": cell(None, "no jars", "spice")})
    with pytest.raises(DataError) as caught:
        sort_metrics([toy, system("b", metrics={})], ["spice", "fense"])
    assert str(caught.value) == (
        "no metric can be resampled in runs/1::a and runs/1::b. "
        "SPICE: no jars; FENSE: not computed in runs/1"
    )


def test_systems_without_scores_say_so():
    with pytest.raises(DataError, match=r"in runs/1::a\. They have no scores\."):
        sort_metrics([system("a", metrics={})], None)


def test_a_pair_keeps_the_records_it_was_made_of():
    first = system("a")
    second = dataclasses.replace(system("b"), captions={"a": "rain"})
    pair = SystemPair.match(first, second)
    assert pair.first is first
    assert pair.second is second
    assert pair.second.captions == {"a": "rain"}
    assert pair.first.plan.references_sha256 == SHA


def lacking(name, *clips, n_clips=5):
    """A system whose SPICE has no value of some clips."""
    spice = [None if clip in clips else 0.1 * clip for clip in range(n_clips)]
    values = np.array([np.nan if value is None else value for value in spice])
    made = contributions("abcdefgh"[:n_clips], cider_d=np.ones(n_clips), spice=values)
    cells = {"cider_d": cell(1.0), "spice": cell(float(np.nanmean(values)), metric="spice")}
    return system(name, "abcdefgh"[:n_clips], contributions=made, metrics=cells)


def test_two_systems_are_tested_on_the_clips_that_have_the_metric_in_both():
    pair = SystemPair.of(lacking("a", 1), lacking("b", 4))
    one, other = pair.samples("spice")
    assert one.value == other.value == pytest.approx((0.0 + 0.2 + 0.3) / 3)
    assert [pair.n_valued(key) for key in ("cider_d", "spice")] == [5, 3]


def test_a_metric_that_two_systems_share_on_one_clip_is_left_out_with_the_reason():
    pair = SystemPair.of(lacking("a", 1, 2), lacking("b", 3, 4))
    present, absent = sort_pair(pair, None)
    assert present == ["cider_d"]
    assert absent == {"spice": "of 5 common clips 1 have it in both; expected two or more"}
    with pytest.raises(DataError, match=r"SPICE: of 5 common clips 1 have it"):
        sort_pair(pair, ["spice"])
