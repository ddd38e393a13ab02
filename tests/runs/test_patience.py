"""How long a system is waited for, and how many failures it is borne."""

from __future__ import annotations

import math

import pytest
from noises import system_of

from benchmark.runs.patience import LONGEST_WAIT_S, RUN_PATIENCE, Patience


@pytest.mark.parametrize(
    ("max_failures", "most"), [(0, 0), (3, 3), (0.05, 2), (0.01, 0), (None, None), (0.5, 20)]
)
def test_failures_that_are_borne_are_a_number_or_a_share_of_the_clips(max_failures, most):
    assert Patience(max_failures=max_failures).most_failures(40) == most


def test_a_system_that_learns_has_longer_to_get_ready():
    assert RUN_PATIENCE.limit_of_preparing(system_of(None).spec) == 3_600
    assert RUN_PATIENCE.limit_of_preparing(system_of(None, needs_train=True).spec) == 86_400


def test_each_retry_waits_twice_as_long_as_the_one_before_up_to_a_minute():
    patience = Patience(backoff_s=1)
    assert [patience.wait_before(retry) for retry in (1, 2, 3)] == [1, 2, 4]
    assert patience.wait_before(10**6) == LONGEST_WAIT_S


@pytest.mark.parametrize(
    "nonsense",
    [
        {"timeout_s": 0},
        {"prepare_timeout_s": -1.0},
        {"train_timeout_s": math.inf},
        {"n_retries": -1},
        {"backoff_s": math.nan},
        {"max_failures": 1.5},
        {"max_failures": -1},
        {"max_failures": math.nan},
    ],
)
def test_nonsense_is_refused(nonsense):
    with pytest.raises(ValueError, match="expected"):
        Patience(**nonsense)
