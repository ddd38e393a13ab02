"""Drops from several accepted nights: what differs from night to night is chance, and no more."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_nights import accept, run_of, system_of

from benchmark.gate.held import HeldRun
from benchmark.gate.policy import read_policy
from benchmark.gate.pooling import pool_nights
from benchmark.gate.quality import judge_quality

CLIPS = tuple(f"c{at:03d}" for at in range(120))
STEADY = np.full(120, 0.5)


def hold(nights, now, policy=None, others=0):
    """Hold one night's clip scores against accepted ones, beside other systems that are equal."""

    def run(scores, day):
        names = ("toy", *(f"s{at}" for at in range(others)))
        systems = [
            system_of(name, {"cider_d": scores if name == "toy" else STEADY}, clips=CLIPS)
            for name in names
        ]
        return run_of(*systems, clip_ids=CLIPS, created_at=f"2026-01-{day:02d}T00:00:00+00:00")

    first, *more = (run(scores, day) for day, scores in enumerate(nights, start=1))
    baseline = accept(first)
    kept = pool_nights(first, more)
    acceptance = dataclasses.replace(baseline.acceptance, nights=kept)
    baseline = dataclasses.replace(baseline, acceptance=acceptance)
    return judge_quality(HeldRun(run(now, 20), baseline), policy or read_policy(None))


def redrawn(rng, n_changed, spread=0.4):
    now = STEADY.copy()
    now[rng.permutation(120)[:n_changed]] += rng.normal(0, spread, n_changed)
    return now


def spoil(scores, n_spoiled):
    now = scores.copy()
    now[:n_spoiled] = 0.0
    return now


def test_of_a_system_that_never_differs_a_loss_of_five_percent_fails():
    found = hold([STEADY] * 5, spoil(STEADY, 6), others=12)
    check = found.checks[0]
    assert (check.status, check.baseline) == ("fail", 0.5)
    assert check.reason.startswith("5.00 % worse, corrected p")
    assert {each.status for each in found.checks[1:]} == {"pass"}


def test_within_the_limit_it_passes():
    (check,) = hold([STEADY] * 5, spoil(STEADY, 2)).checks
    assert (check.status, check.reason) == ("pass", "1.67 % worse")


def test_two_captions_that_changed_once_in_four_nights_may_be_rare_chance():
    scores = np.concatenate([[2.0, 2.0], STEADY[2:]])
    (check,) = hold([scores] * 3, spoil(scores, 2)).checks
    assert check.status == "inconclusive"
    assert check.reason.endswith(
        "3 equal nights cannot tell 2 changed captions from rare chance; accept 10 nights to tell"
    )
    assert hold([scores] * 10, spoil(scores, 2)).checks[0].status == "fail"


def test_a_loss_such_as_nights_differ_by_passes_and_says_so():
    rng = np.random.default_rng(0)
    nights = [redrawn(rng, 40) for _ in range(5)]
    now = redrawn(rng, 40)
    now -= now.mean() - 0.97 * np.mean(nights)
    (check,) = hold(nights, now).checks
    assert check.status == "pass"
    assert check.reason.startswith("3.00 % worse, corrected p 0.")
    assert check.reason.endswith("no more than nights differ")


def test_a_loss_that_is_real_alone_and_not_among_many_systems_is_warned_of():
    rng = np.random.default_rng(1)
    nights = [redrawn(rng, 30) for _ in range(5)]
    now = redrawn(rng, 30)
    now -= now.mean() - 0.86 * np.mean(nights)
    alone, among = hold(nights, now), hold(nights, now, others=12)
    assert (alone.checks[0].status, among.checks[0].status) == ("fail", "warning")


def test_the_value_before_is_the_mean_of_the_nights():
    (check,) = hold([STEADY, STEADY - 0.1, STEADY + 0.4], STEADY + 0.1).checks
    assert check.baseline == pytest.approx(0.6)
    assert check.run == pytest.approx(0.6)


def test_even_the_smallest_alpha_and_a_hundred_systems_can_fail(tmp_path):
    (tmp_path / "p.toml").write_text("schema = 1\n[tests]\nalpha = 0.001\n")
    policy = read_policy(tmp_path / "p.toml")
    for nights in ([STEADY], [STEADY] * 3):
        check = hold(nights, spoil(STEADY, 60), policy, others=99).checks[0]
        assert check.status == "fail"


def test_what_a_night_calls_is_told_of_every_system():
    rng = np.random.default_rng(2)
    found = hold([redrawn(rng, 40) for _ in range(3)], STEADY, others=1)
    of_toy, steady = found.reach
    assert of_toy.least > 0.05
    assert of_toy.words.startswith("120 clips and 3 nights of CIDEr-D call a loss of 1")
    assert of_toy.words.endswith(f" %; for 5 % take {of_toy.clips:,} clips")
    assert (of_toy.nights, of_toy.clips > 120) == (None, True)
    assert steady.words == (
        "120 clips and 3 nights of CIDEr-D are equal and call any loss beyond 2 % that "
        "4 captions make"
    )


def test_more_nights_may_call_what_few_do_not():
    rng = np.random.default_rng(3)
    found = hold([redrawn(rng, 60, 0.06) for _ in range(2)], STEADY)
    (told,) = found.reach
    assert told.nights is not None
    assert f"for 5 % accept {told.nights} nights or take" in told.words


def test_of_one_night_it_is_said_that_more_would_show_what_is_chance():
    (told,) = hold([STEADY], STEADY).reach
    assert told.words.endswith("accept three nights or more, which show what is chance")
    assert 0.05 < told.least < 0.3
