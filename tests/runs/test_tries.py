"""Clips that a captioner is asked for until there are captions, or none is to be had."""

from __future__ import annotations

import time

import pytest
from noises import Echo

from benchmark.runs import tries
from benchmark.runs.patience import Patience


class Moody:
    """Fails at some clips, so many times each; notes who came in together."""

    def __init__(self, act, **times):
        self.act, self.calls = act, []
        self.left = {f"clip-{name[-1]}": n_times for name, n_times in times.items()}

    def caption(self, clips):
        ids = [clip.clip_id for clip in clips]
        self.calls.append(ids)
        bad = [clip_id for clip_id in ids if self.left.get(clip_id, 0) > 0]
        for clip_id in bad:
            self.left[clip_id] -= 1
        if bad:
            self.act()
        return [f"{clip_id} among {len(ids)}" for clip_id in ids]


def err():
    raise ConnectionError("503")


def states(entries):
    return [entry.state for entry in entries]


def test_one_bad_clip_costs_that_clip_alone(noises):
    entries, failure = noises.caption(Moody(err, c2=99), max_failures=None)
    assert failure is None
    assert states(entries) == ["ok", "ok", "error", "ok", "ok"]
    assert (entries[2].error, entries[2].caption) == ("ConnectionError: 503", None)


def test_a_failed_batch_is_tried_again_clip_by_clip(noises):
    moody = Moody(err, c2=99)
    entries, failure = noises.caption(moody, batch_size=3, max_failures=None)
    assert failure is None
    assert states(entries) == ["ok", "ok", "error", "ok", "ok"]
    assert moody.calls[1:4] == [["clip-0"], ["clip-1"], ["clip-2"]]
    assert [entry.n_tries for entry in entries] == [2, 2, 2, 1, 1]
    assert [entry.batch_size for entry in entries] == [1, 1, 1, 2, 2]
    assert [entry.caption for entry in entries[::2]] == ["clip-0 among 1", None, "clip-4 among 2"]


def test_where_no_failure_is_borne_a_failed_batch_stops_its_system_untried(noises):
    moody = Moody(err, c2=99)
    entries, failure = noises.caption(moody, batch_size=3)
    assert failure == "at clip 'clip-0': ConnectionError: 503"
    assert states(entries) == ["error"] * 3
    assert len(moody.calls) == 1


@pytest.mark.parametrize(("max_failures", "n_clips"), [(1, 4), (0.2, 4), (2, 5), (0.4, 5)])
def test_a_system_is_stopped_once_more_clips_failed_than_may(noises, max_failures, n_clips):
    moody = Moody(err, c1=99, c3=99)
    entries, failure = noises.caption(moody, max_failures=max_failures)
    assert len(entries) == n_clips
    if n_clips == 5:
        assert failure is None
    else:
        assert failure == (
            "at clip 'clip-3': ConnectionError: 503; 2 of 5 clips failed, and 1 may "
            "(--max-failures)"
        )


def test_a_batch_that_comes_apart_stops_at_the_clip_that_is_one_too_many(noises):
    moody = Moody(err, c1=99, c2=99)
    entries, failure = noises.caption(moody, batch_size=5, max_failures=1)
    assert states(entries) == ["ok", "error", "error"]
    assert failure.startswith("at clip 'clip-2': ConnectionError: 503; 2 of 5 clips failed")


def test_a_clip_is_tried_again_and_waits_longer_each_time(noises, monkeypatch):
    waited = []
    monkeypatch.setattr(tries.time, "sleep", waited.append)
    moody = Moody(err, c1=3, c3=2)
    entries, failure = noises.caption(moody, n_retries=2, backoff_s=0.5, max_failures=1)
    assert failure is None
    assert states(entries) == ["ok", "error", "ok", "ok", "ok"]
    assert [entry.n_tries for entry in entries] == [1, 3, 1, 3, 1]
    assert waited == [0.5, 1, 0.5, 1]


def test_retries_come_before_a_failure_stops_anything(noises):
    moody = Moody(err, c1=2)
    entries, failure = noises.caption(moody, batch_size=5, n_retries=1, backoff_s=0)
    assert failure is None
    assert states(entries) == ["ok"] * 5
    assert moody.calls == [[f"clip-{i}" for i in range(5)], *[[f"clip-{i}"] for i in (0, 1, 1, 2)],
                           ["clip-3"], ["clip-4"]]  # fmt: skip


def test_who_breaks_the_contract_is_not_asked_again(noises):
    class Numbering(Echo):
        n_calls = 0

        def caption(self, clips):
            self.n_calls += 1
            return [self.n_calls]

    numbering = Numbering()
    entries, failure = noises.caption(numbering, n_retries=5, max_failures=None)
    assert failure is None
    assert states(entries) == ["error"] * 5
    assert numbering.n_calls == 5


def test_a_clip_that_runs_out_of_time_costs_that_clip_alone(noises):
    moody = Moody(lambda: time.sleep(20), c1=1, c3=1)
    start = time.monotonic()
    entries, failure = noises.caption(moody, timeout_s=0.05, n_retries=3, max_failures=None)
    assert failure is None
    assert states(entries) == ["ok", "timeout", "ok", "timeout", "ok"]
    assert time.monotonic() - start < 5


def test_two_clips_in_a_row_that_run_out_of_time_stop_their_system(noises):
    moody = Moody(lambda: time.sleep(20), c1=1, c2=1)
    entries, failure = noises.caption(moody, timeout_s=0.05, max_failures=None)
    assert states(entries) == ["ok", "timeout", "timeout"]
    assert failure.endswith("took longer than 0.05 s for 1 clips; 2 clips in a row ran out of time")


def test_a_call_that_is_still_at_work_stops_its_system(noises, monkeypatch):
    monkeypatch.setattr("benchmark.machine.time_limits._has_alarm", lambda: True)
    moody = Moody(lambda: time.sleep(0.3), c1=1)
    entries, failure = noises.caption(moody, timeout_s=0.05, max_failures=None)
    assert states(entries) == ["ok", "timeout"]
    assert failure.endswith("; the call is still at work")


def test_a_sound_that_cannot_be_read_is_no_failure_of_the_system(noises):
    noises.broken = frozenset({"clip-1"})
    entries, failure = noises.caption(Moody(err, c3=9), batch_size=5, max_failures=1)
    assert failure is None
    assert states(entries) == ["ok", "error", "ok", "error", "ok"]


def test_the_default_bears_one_clip_in_twenty():
    assert Patience(max_failures=0.05).most_failures(19) == 0
    assert Patience(max_failures=0.05).most_failures(20) == 1


def test_resuming_tries_failed_clips_again_and_counts_anew(noises):
    moody = Moody(err, c1=1, c3=1)
    assert "1 may" in noises.run(moody, max_failures=1)
    assert noises.states == ["ok", "error", "ok", "error"]
    assert noises.run(moody, max_failures=1) is None
    assert noises.states == ["ok"] * 5


def test_what_is_said_of_a_system_is_read_in_limited_time(noises):
    class Slow(Echo):
        @property
        def facts(self):
            time.sleep(20)

    assert noises.run(Slow(), timeout_s=0.05) == (
        "while preparing: CallTimeoutError: reading trained_on and facts took longer than 0.05 s"
    )
