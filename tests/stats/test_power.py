"""Simulated comparisons: their errors are those that were promised."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.stats import Sample, resolvable_gap
from benchmark.stats.power import (
    Rate,
    imitate_version,
    measure_power,
    simulate_results,
    size_drop,
)


def values(seed=0, n_clips=300):
    return np.random.default_rng(seed).gamma(1.0, size=n_clips)


def ratio(statistics):
    return Sample(np.asarray(statistics, float), lambda sums: sums[..., 0] / sums[..., 1])


def a_pair(n_clips=300):
    own = Sample.of_mean(values(n_clips=n_clips))
    return own, imitate_version([own], 0.3)[0]


def test_a_rate_knows_the_error_of_its_trials():
    assert Rate(20, 400).value == 0.05
    assert Rate(20, 400).error == pytest.approx(0.010897, abs=1e-6)


def test_an_imitated_version_has_the_same_value_and_as_many_other_clips_as_asked():
    own = Sample.of_mean(values(n_clips=3000))
    version, again = imitate_version([own, own], 0.3)
    assert version.value == pytest.approx(own.value)
    assert (version.per_clip != own.per_clip).sum() == 900
    np.testing.assert_array_equal(version.per_clip, again.per_clip)
    assert np.corrcoef(version.per_clip, own.per_clip)[0, 1] == pytest.approx(0.7, abs=0.05)
    for share in (0.0, 1.1):
        with pytest.raises(ValueError, match="expected above 0"):
            imitate_version([own], share)


def test_a_drop_costs_what_was_asked_for():
    rng = np.random.default_rng(1)
    lengths = rng.integers(5, 20, size=300)
    matched = ratio(np.stack([lengths * rng.random(300), lengths], axis=1))
    drop = size_drop((matched, matched), 0.02, higher_is_better=True)
    assert len(drop.poor) == 75
    assert matched.per_clip[drop.poor].max() <= np.quantile(matched.per_clip, 0.26)
    mean = matched.statistics.mean(axis=0)
    bad = matched.statistics[drop.poor].mean(axis=0)
    value = matched.aggregate((1 - drop.share) * mean + drop.share * bad)
    assert value == pytest.approx(0.98 * matched.value)


def test_where_less_is_better_a_drop_is_a_rise():
    errors = Sample.of_mean((values() > 1.5).astype(float))
    drop = size_drop((errors, errors), 0.1, higher_is_better=False)
    assert not drop.lowers
    assert (errors.per_clip[drop.poor].mean() - errors.value) * drop.share == pytest.approx(
        0.1 * errors.value
    )


@pytest.mark.parametrize(("sample", "drop"), [(np.zeros(9), 0.02), (np.ones(9), 0.5)])
def test_a_drop_that_no_captions_can_cost_is_refused(sample, drop):
    pair = (Sample.of_mean(sample), Sample.of_mean(sample))
    with pytest.raises(ValueError, match="bad captions cannot cost"):
        size_drop(pair, drop, higher_is_better=True)


def test_sides_that_do_not_differ_are_called_one_time_in_twenty():
    results = [found for (found,) in simulate_results([a_pair()], 200, 400)]
    for p_values in (
        [result.p_randomisation for result in results],
        [result.p_bootstrap for result in results],
    ):
        assert 0.02 <= (np.array(p_values) <= 0.05).mean() <= 0.085
    assert np.mean([result.difference for result in results]) == pytest.approx(0, abs=0.01)


def test_versions_of_unlike_quality_do_not_make_the_sides_differ():
    own = Sample.of_mean(values())
    worse = Sample.of_mean(values() * 0.5)
    results = [found for (found,) in simulate_results([(own, worse)], 200, 200)]
    assert np.mean([result.p_randomisation <= 0.05 for result in results]) <= 0.1


def test_power_is_about_four_in_five_where_the_drop_is_the_resolvable_gap():
    pair = a_pair(n_clips=2000)
    results = simulate_results([pair], 2000, 200)
    gap = resolvable_gap(float(np.std([found.difference for (found,) in results])))
    drop = size_drop(pair, gap / pair[0].value, higher_is_better=True)
    # Somewhat less: captions that went bad also add to the noise.
    assert 0.65 < measure_power([pair], [drop], 2000, 200)[0].value < 0.85


def test_power_grows_with_the_clips():
    pair = a_pair()
    drop = size_drop(pair, 0.1, higher_is_better=True)
    few, many = (measure_power([pair], [drop], n, 200)[0].value for n in (100, 1000))
    assert few < 0.4 < 0.9 < many


def test_only_calls_in_the_way_of_the_drop_count():
    pair = a_pair()
    drop = size_drop(pair, 0.3, higher_is_better=True)
    errors = size_drop(pair, 0.3, higher_is_better=False)
    down, up = measure_power([pair, pair], [drop, errors], 300, 60)
    assert down.value > 0.9
    assert up.value > 0.9
    no_loss = type(drop)(0.0, drop.poor, lowers=True)
    assert measure_power([pair], [no_loss], 300, 200)[0].value <= 0.06
