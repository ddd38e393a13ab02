"""Batches under the clock."""

from __future__ import annotations

import numpy as np
import pytest
from sleepers import Crowded, Punctual, first_pass_of

from benchmark.profiling.offline import time_batches


def test_throughput_is_clips_over_the_seconds_of_calls():
    captioner = Punctual(0.020)
    first = first_pass_of(captioner)
    record = time_batches(captioner, first, 4, 40, 60.0).to_json()
    assert (record["n_calls"], record["n_clips"], record["void"]) == (10, 40, None)
    took_s = np.median(captioner.calls_s[-10:])
    assert 0.020 <= record["p50_s"] == pytest.approx(took_s, rel=0.02)
    assert record["clips_per_s"] == pytest.approx(40 / sum(record["calls_s"]))
    assert record["rtf"] == pytest.approx(sum(record["calls_s"]) / (40 * 0.5))


def test_batches_are_whole_and_of_different_clips():
    batches = []

    class Watching:
        def caption(self, clips):
            batches.append([clip.clip_id for clip in clips])
            return ["silence" for _ in clips]

    first = first_pass_of(Watching())
    batches.clear()
    assert time_batches(Watching(), first, 3, 10, 60.0).n_clips == 12
    assert [len(batch) for batch in batches] == [3] * 5  # a warm-up and four
    assert all(len(set(batch)) == 3 for batch in batches)


def test_captions_that_depend_on_the_batch_void_it():
    first = first_pass_of(Crowded())
    assert time_batches(Crowded(), first, 1, 5, 60.0).void is None
    void = time_batches(Crowded(), first, 2, 10, 60.0).void
    assert void == "12 captions differ from the first pass"


def test_a_batch_larger_than_the_clips_at_hand_is_skipped_and_not_filled_up():
    first = first_pass_of(Crowded())
    record = time_batches(Crowded(), first, 6, 10, 60.0).to_json()
    assert record["skipped"] == "only 5 different clips are at hand"
    assert (record["n_calls"], record["clips_per_s"], record["p50_s"]) == (0, None, None)


def test_a_call_that_fails_voids_it():
    class Narrow:
        def caption(self, clips):
            if len(clips) > 1:
                raise MemoryError("out of memory")
            return ["silence"]

    record = time_batches(Narrow(), first_pass_of(Narrow()), 2, 10, 60.0).to_json()
    assert record["void"] == "a call failed: MemoryError: out of memory"


def test_at_least_one_batch_is_timed_however_long_it_takes():
    captioner = Punctual(0.005)
    assert time_batches(captioner, first_pass_of(captioner), 2, 100, 1e-9).n_clips == 2
