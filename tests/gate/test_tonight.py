"""Whether a run is of this night: by its age, its commit, and whether it was judged."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest
from made_nights import run_of, system_of

from benchmark.errors import RunError, UsageError
from benchmark.gate.history import nights_of
from benchmark.gate.tonight import Expected, why_not_tonight

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40
MIDNIGHT = "2026-01-02T00:00:00+00:00"


def began(text=MIDNIGHT, **header):
    return run_of(system_of("toy", {"cider_d": 0.5}), created_at=text, **header)


def why_at(time, run=None, max_age_s=12 * 3600.0):
    moment = datetime.fromisoformat(f"{time}+00:00")
    return why_not_tonight(run or began(), Expected(max_age_s), [], moment)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-01-02T00:00:00", None),
        ("2026-01-02T12:00:00", None),
        ("2026-01-02T12:00:01", "the run is 12 h old, more than 12 h: it is not of this night"),
        ("2026-01-03T00:00:00", "the run is 24 h old, more than 12 h: it is not of this night"),
        ("2026-02-02T00:00:00", "the run is 31 days old, more than 12 h: it is not of this night"),
        ("2026-01-01T23:56:00", None),
    ],
)
def test_a_run_is_as_old_as_the_time_since_it_began(time, expected):
    assert why_at(time) == expected


def test_a_run_from_the_future_is_nobodys_night():
    why = why_at("2026-01-01T23:54:00")
    assert why == (
        "the run began 6 min from now, at 2026-01-02T00:00:00+00:00: the clock was wrong then, or "
        "is wrong now"
    )


def test_a_time_without_a_zone_is_utc_and_another_zone_is_heeded():
    assert why_at("2026-01-02T12:00:00", began("2026-01-02T00:00:00")) is None
    assert why_at("2026-01-02T12:00:00", began("2026-01-02T01:00:00+01:00")) is None
    assert why_at("2026-01-02T12:00:00", began("2026-01-02T00:59:59+01:00")) is not None


def test_a_time_that_is_none_is_a_broken_run():
    with pytest.raises(RunError, match="created_at 'yesterday' is no time"):
        why_at("2026-01-02T12:00:00", began("yesterday"))
    assert why_not_tonight(began("yesterday"), Expected(), []) is None


def why_of(found, asked):
    return why_not_tonight(began(commit=found), Expected(commit=asked), [])


def test_a_run_is_of_the_commit_that_was_asked_for_or_is_not_judged():
    assert why_of(COMMIT, COMMIT) is None
    assert why_of(COMMIT, COMMIT[:7]) is None
    assert why_of(COMMIT, OTHER) == f"the run is of commit {COMMIT}, not of {OTHER}"
    assert why_of(f"{COMMIT}-dirty", COMMIT) == (
        f"the run is of commit {COMMIT}-dirty, not of {COMMIT}"
    )
    assert why_of(None, COMMIT) == f"the run says no commit; expected {COMMIT}"


def test_head_is_what_a_run_would_note_now(monkeypatch):
    monkeypatch.setenv("BENCH_COMMIT", COMMIT)
    assert why_of(COMMIT, "HEAD") is None
    assert why_of(OTHER, "HEAD") == f"the run is of commit {OTHER}, not of {COMMIT}"


def test_head_is_refused_where_nobody_knows_it(tmp_path, monkeypatch):
    for name in ("BENCH_COMMIT", "GITHUB_SHA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="BENCH_COMMIT"):
        Expected(commit="HEAD")


def test_a_run_is_judged_once_whatever_became_of_it_since():
    run = began(run_id="drawn")
    past = nights_of(run, "night", "pass")
    scored_again = dataclasses.replace(
        run, manifest=dataclasses.replace(run.manifest, finished_at="2026-01-02T09:00:00+00:00")
    )
    assert scored_again.content_id != run.content_id
    for each in (run, scored_again):
        assert "the run was judged before at 20" in why_not_tonight(each, Expected(), past)
        assert why_not_tonight(each, Expected(is_again=True), past) is None
    assert why_not_tonight(began(run_id="another"), Expected(), past) is None


def test_a_run_without_an_id_of_its_own_is_known_by_its_content():
    run = began()
    assert "judged before" in why_not_tonight(run, Expected(), nights_of(run, "night", "fail"))
    assert why_not_tonight(began("2026-01-03T00:00:00+00:00"), Expected(), []) is None


def test_a_run_that_was_accepted_was_not_judged_yet():
    run = began(run_id="drawn")
    assert why_not_tonight(run, Expected(), nights_of(run, "accepted", "the first")) is None
