"""Nights shuffled clip by clip: the orders are counted, however few captions changed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.stats.samples import Sample
from benchmark.stats.shuffled_nights import fewest_changes, nights_for_changes, shuffle_nights


def of(*values):
    return Sample.of_mean(np.array(values, dtype=np.float64))


def test_shuffling_equal_nights_counts_in_how_many_orders_all_changes_are_of_one_night():
    nights = [of(*[1.0] * 30)] * 3
    for n_changed in (1, 2, 3):
        now = of(*[0.0] * n_changed, *[1.0] * (30 - n_changed))
        p_value = shuffle_nights(nights, now, higher_is_better=True, alpha=1e-4)
        assert p_value == pytest.approx(4.0**-n_changed, rel=0.1)


def test_shuffling_one_night_is_the_test_of_random_swaps():
    now = of(*[0.0] * 5, *[1.0] * 5)
    p_value = shuffle_nights([of(*[1.0] * 10)], now, higher_is_better=True, alpha=0.01)
    assert p_value == pytest.approx(2.0**-5, rel=0.1)
    assert shuffle_nights([now], now, higher_is_better=True, alpha=0.01) == 1.0


@pytest.mark.parametrize(("n_nights", "n_changes"), [(1, 7), (2, 5), (3, 4), (5, 3), (10, 2)])
def test_more_nights_tell_a_loss_by_fewer_captions(n_nights, n_changes):
    assert fewest_changes(n_nights, 0.01) == n_changes
    assert (n_nights + 1) ** -n_changes <= 0.01
    assert nights_for_changes(n_changes, 0.01) <= max(n_nights, 2)
