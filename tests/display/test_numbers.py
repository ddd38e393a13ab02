"""Numbers as tables spell them."""

from __future__ import annotations

import math

from benchmark.display.numbers import (
    show,
    show_milliseconds,
    show_number,
    show_p_value,
    show_percent,
    show_shares,
    show_x100,
)
from benchmark.display.tables import NO_VALUE
from benchmark.stats.percentiles import Percentile


def test_scores_are_told_times_100_with_their_interval_if_they_have_both_bounds():
    assert show_x100(0.4812) == "48.1"
    assert show_x100(0.4812, 0.4712, 0.4912) == "48.1 [47.1, 49.1]"
    assert show_x100(0.4812, 0.4712, None) == "48.1"
    assert show_x100(-0.005, -0.01, 0.0, spec="+.2f") == "-0.50 [-1.00, +0.00]"


def test_seconds_are_told_in_milliseconds_with_bounds_that_bound():
    assert show(Percentile(0.0123, 0.0119, 0.0128)) == "12.300 [11.900, 12.800]"
    assert show(Percentile(0.5, -math.inf, math.inf)) == "500.000"
    assert show_milliseconds(0.0015) == "1.500"


def test_shares_are_told_in_percent_and_those_of_nothing_left_out():
    assert show_percent(0.846) == "85 %"
    shares = {"encode": 0.85, "read": None, "wait": 0.0, "generate": 0.12}
    assert show_shares(shares) == "encode 85 %, generate 12 %"
    assert show_shares({}) == NO_VALUE


def test_small_p_values_do_not_become_nought():
    assert show_p_value(0.03124) == "0.0312"
    assert show_p_value(0.00002) == "2e-05"


def test_what_there_is_not_is_told_alike():
    for spell in (show, show_milliseconds, show_percent, show_x100):
        assert spell(None) == NO_VALUE
    assert show_number(None, ".2g") == NO_VALUE
