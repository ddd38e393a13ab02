"""Steps in histories: known cases, noise, and the optimum against brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.stats import Step, detect_steps
from benchmark.stats.steps import _best_starts

FINITE = st.floats(-1e6, 1e6)


def noisy(*levels, n=20, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    return np.concatenate([level + scale * rng.normal(size=n) for level in levels])


def indices(values, **settings):
    return [step.index for step in detect_steps(values, **settings)]


def test_a_step_is_found_with_its_levels():
    assert detect_steps([10.0] * 8 + [12.0] * 7) == [Step(8, 10.0, 12.0)]


def test_several_steps_are_found_in_noise():
    assert indices(noisy(0, 12, 4)) == [20, 40]


def test_a_level_that_has_just_begun_counts_from_its_third_value():
    history = list(noisy(0, n=15))
    assert indices([*history, 30.0, 31.0]) == []
    assert indices([*history, 30.0, 31.0, 29.5]) == [15]


def test_one_or_two_bad_nights_are_no_steps():
    history = noisy(0, n=40)
    history[[7, 20, 21, 33]] += 50  # two of them in a row
    assert indices(history) == []
    history[22] += 50
    assert indices(history) == [20, 23]


def test_constant_and_short_histories_have_no_steps():
    assert indices([0.0] * 30) == indices([0.1] * 30) == indices([]) == indices([1.0, 9.0]) == []


def test_rounding_is_no_step_but_any_real_change_of_an_exact_figure_is():
    assert indices([0.1 + 0.2] * 9 + [0.3] * 9) == []
    assert indices([0.4187] * 9 + [0.4188] * 9) == [9]
    assert indices([0.4187] * 9 + [0.4188] * 9, least_noise=0.001) == []


@pytest.mark.parametrize("n", [8, 10, 30, 120])
@pytest.mark.parametrize("noise", ["normal", "laplace", "drifting"])
def test_noise_alone_has_steps_rarely(n, noise):
    rng = np.random.default_rng(n)
    found = 0
    for _ in range(200):
        values = rng.laplace(size=n) if noise == "laplace" else rng.normal(size=n)
        for index in range(1, n if noise == "drifting" else 0):
            values[index] += 0.5 * values[index - 1]
        found += bool(indices(100 + values))
    assert found / 200 <= (0.1 if noise == "drifting" else 0.05)


def test_steps_of_five_deviations_are_found_nearly_always():
    found = [indices(noisy(0, 5, n=15, seed=seed)) for seed in range(100)]
    assert sum(len(steps) == 1 and abs(steps[0] - 15) <= 1 for steps in found) >= 95


@given(st.lists(FINITE, max_size=40), st.floats(0.1, 10), st.floats(-1e3, 1e3))
@settings(deadline=None)
def test_units_do_not_matter(values, scale, shift):
    values = [round(value) for value in values]
    noise = 1e-3 * (1 + max(map(abs, values), default=0) + abs(shift))
    moved = [scale * value + shift for value in values]
    assert indices(values, least_noise=noise) == indices(moved, least_noise=scale * noise)


@given(st.lists(FINITE, max_size=40))
@settings(deadline=None)
def test_levels_are_medians_of_what_lies_between_steps(values):
    steps = detect_steps(values)
    starts = [0, *(step.index for step in steps), len(values)]
    if steps:
        assert min(np.diff(starts)) >= 1
    for step, (begin, middle, end) in zip(
        steps, zip(starts, starts[1:], starts[2:], strict=False), strict=True
    ):
        assert step.before == np.median(values[begin:middle])
        assert step.after == np.median(values[middle:end])


@given(
    st.lists(st.integers(0, 5).map(float), min_size=4, max_size=12),
    st.floats(0.1, 5),
    st.integers(1, 3),
)
@settings(deadline=None)
def test_no_other_history_of_levels_costs_less(values, penalty, least):
    history = np.array(values)

    def cost(starts):
        parts = np.split(history, list(starts))
        deviations = sum(np.abs(part - np.median(part)).sum() for part in parts)
        return deviations + penalty * len(starts)

    every = (
        starts
        for n_steps in range(len(values))
        for starts in combinations(range(1, len(values)), n_steps)
        if min(np.diff([0, *starts, len(values)])) >= least
    )
    found = _best_starts(history, penalty, least)
    assert cost(found) == pytest.approx(min(map(cost, every)))


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        detect_steps([1.0] * 8 + [float("nan")])
