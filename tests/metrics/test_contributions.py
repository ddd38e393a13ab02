"""What clips add to corpus values: sums of statistics give the values that the metrics give."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_captions import read_rows
from shared_data import shared_path

from benchmark.metrics.catalogue import METRIC_SETS
from benchmark.metrics.contributions import Contributions, samples_alike
from benchmark.metrics.scores import Score, ScoringTask
from benchmark.metrics.suite import MetricModels, score_tasks
from benchmark.stats import Sample, randomise

JAVA = METRIC_SETS["java"]


@pytest.fixture(scope="module")
def scored():
    path = shared_path("data/clotho/clotho_captions_evaluation.csv")
    with path.open(encoding="utf-8", newline="") as file:
        references = {row.pop("file_name"): tuple(row.values()) for row in csv.DictReader(file)}
    captions = {
        clip_id: row["caption_predicted"] for clip_id, row in read_rows("enclap-clotho-sw").items()
    }
    task = ScoringTask("enclap", "clotho:evaluation", references, captions)
    return task, score_tasks([task], JAVA, MetricModels())[0]


@pytest.fixture(scope="module")
def statistics(scored):
    task, scores = scored
    return Contributions.gather([(task.clip_ids, scores)])


@pytest.mark.parametrize("key", JAVA)
def test_summed_statistics_of_real_captions_give_the_metrics_values(scored, statistics, key):
    task, scores = scored
    assert statistics.clip_ids == task.clip_ids
    sample = statistics.sample(key)
    whole = sample.aggregate(sample.statistics.sum(axis=0))
    assert whole == pytest.approx(scores[key].value, abs=1e-12)
    np.testing.assert_allclose(statistics.per_clip(key), scores[key].per_clip, atol=1e-12)


def test_statistics_are_the_same_after_a_round_trip_through_json(statistics):
    again = Contributions.from_json(json.loads(json.dumps(statistics.to_json())), "here")
    assert again.clip_ids == statistics.clip_ids
    assert again.arrays.keys() == statistics.arrays.keys()
    for name, array in statistics.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array)


def folds():
    first = Score(0.5, None, "", statistics=np.array([[0.25], [0.75]]))
    second = Score(1.0, None, "", statistics=np.array([[1.0]]))
    return [(("a", "b"), {"cider_d": first}), (("b",), {"cider_d": second})]


def test_each_clip_counts_once_in_the_value_of_several_folds():
    found = Contributions.gather(folds())
    sample = found.sample("cider_d")
    assert sample.aggregate(sample.statistics.sum(axis=0)) == pytest.approx((0.25 + 0.875) / 2)
    assert found.per_clip("cider_d").tolist() == [0.25, 0.875]


def test_a_clip_that_has_no_value_in_any_fold_has_none_after_a_round_trip():
    first = Score(0.75, None, "", statistics=np.array([[np.nan], [0.75]]))
    second = Score(1.0, None, "", statistics=np.array([[1.0]]))
    found = Contributions.gather([(("a", "b"), {"cider_d": first}), (("b",), {"cider_d": second})])
    again = Contributions.from_json(json.loads(json.dumps(found.to_json())), "here")
    np.testing.assert_array_equal(again.arrays["cider_d"], found.arrays["cider_d"])
    assert np.isnan(again.arrays["cider_d"][:, 0]).all()
    assert again.sample("cider_d").value == pytest.approx(0.875)


def test_a_draw_without_the_clips_of_a_fold_leaves_that_fold_out():
    sample = Contributions.gather(folds()).sample("cider_d")
    assert sample.aggregate(2 * sample.statistics[0]) == pytest.approx(0.25)
    assert sample.take(np.array([0])).value == pytest.approx(0.25)


@pytest.mark.parametrize("key", ["bleu_4", "meteor", "cider_d"])
def test_repeated_folds_leave_every_value_as_it_is(statistics, key):
    two = Contributions.average([statistics, statistics])
    three = Contributions.average([statistics] * 3)
    samples = samples_alike([statistics, two, three], key)
    (plain,) = samples_alike([statistics], key)
    assert {sample.statistics.shape for sample in samples} == {
        (statistics.n_clips, 6 * plain.statistics.shape[1])
    }
    for sample in samples:
        assert sample.value == pytest.approx(plain.value, abs=1e-12)
        np.testing.assert_allclose(sample.per_clip, plain.per_clip, atol=1e-12)


def test_swapping_clips_of_unlike_numbers_of_folds_swaps_their_means():
    one, three = np.array([0.2, 0.4, 0.9]), np.array([[0.1, 0.5, 0.3], [0.7, 0.5, 0.1], [0, 1, 0]])
    several = [
        Contributions(("a", "b", "c"), {"cider_d": values[..., np.newaxis]})
        for values in (one[np.newaxis], three)
    ]
    found = randomise([tuple(samples_alike(several, "cider_d"))], 50)
    means = randomise([(Sample.of_mean(one), Sample.of_mean(three.mean(axis=0)))], 50)
    np.testing.assert_allclose(found, means, atol=1e-12)


def test_a_system_without_captions_has_no_statistics():
    empty = Contributions.gather([])
    assert empty.n_clips == 0
    assert not empty.has("cider_d")


@given(
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 3),
    st.data(),
)
def test_finite_contributions_of_any_size_are_read_back_to_the_digit(n_folds, n_clips, width, data):
    numbers = st.integers(0, 10**6).map(float) | st.floats(allow_nan=False, allow_infinity=False)
    n_numbers = n_folds * n_clips * width
    values = data.draw(st.lists(numbers, min_size=n_numbers, max_size=n_numbers))
    array = np.array(values).reshape(n_folds, n_clips, width)
    if n_clips > 1:
        array[0, 0] = np.nan  # a clip that is not in the first fold
    contributions = Contributions(tuple("abcd"[:n_clips]), {"cider_d": array})
    record = json.loads(json.dumps(contributions.to_json(), allow_nan=False))
    again = Contributions.from_json(record, "statistics.json")
    assert again.clip_ids == contributions.clip_ids
    np.testing.assert_array_equal(again.arrays["cider_d"], array)


def without_some(n_clips=5, lacking=(1,)):
    """Contributions of two metrics, of which one has no value of some clips."""
    cider = np.arange(1.0, n_clips + 1)
    spice = np.where(np.isin(np.arange(n_clips), lacking), np.nan, cider / 10)
    arrays = {"cider_d": cider[None, :, None], "spice": spice[None, :, None]}
    return Contributions(tuple("abcdefghij"[:n_clips]), arrays)


def test_a_clip_without_a_value_of_one_metric_counts_in_the_others():
    found = without_some()
    assert found.sample("cider_d").value == 3.0
    assert found.sample("spice").value == pytest.approx(0.325)
    assert np.isnan(found.per_clip("spice")).tolist() == [False, True, False, False, False]
    assert (found.n_valued("cider_d"), found.n_valued("spice")) == (5, 4)
    again = Contributions.from_json(json.loads(json.dumps(found.to_json())), "here")
    np.testing.assert_array_equal(again.arrays["spice"], found.arrays["spice"])


def test_a_clip_that_lacks_a_value_in_one_of_its_folds_is_not_valued_whole():
    folds = np.array([[0.1, 0.2, 0.3], [0.1, np.nan, np.nan]])
    cider = np.array([[0.1, 0.2, 0.3], [0.1, 0.2, np.nan]])  # the last clip is not in that fold
    arrays = {"spice": folds[..., None], "cider_d": cider[..., None]}
    found = Contributions(("a", "b", "c"), arrays)
    assert found.n_valued("spice") == 2
    assert found.per_clip("spice").tolist() == [0.1, 0.2, 0.3]
