"""Tests that can never call anything are known before they are made."""

from __future__ import annotations

import pytest

from benchmark.stats.deciding import can_decide, draws_needed, smallest_p, units_needed


@pytest.mark.parametrize(
    ("n_tests", "level", "n_draws"),
    [(1, 0.95, 19), (11, 0.95, 219), (143, 0.95, 2859), (1, 0.999, 999)],
)
def test_the_smallest_p_of_so_many_draws_is_called_even_after_holm(n_tests, level, n_draws):
    assert draws_needed(n_tests, level) == n_draws
    assert n_tests / (n_draws + 1) <= 1 - level + 1e-12 < n_tests / n_draws


def test_five_clips_never_tell_two_systems_apart_and_six_may():
    assert smallest_p(5) == pytest.approx(0.0625)
    assert not can_decide(5)
    assert can_decide(6)
    assert can_decide(5, sided=1)
    assert smallest_p(0) == smallest_p(1) == 1.0


@pytest.mark.parametrize("n_tests", [1, 2, 12, 78])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.999])
@pytest.mark.parametrize("sided", [1, 2])
def test_the_units_needed_are_the_first_that_can_decide(n_tests, level, sided):
    n_units = units_needed(n_tests, level, sided)
    assert can_decide(n_units, n_tests, level, sided)
    assert not can_decide(n_units - 1, n_tests, level, sided)
