"""Captioners whose calls take as long as they are told to."""

from __future__ import annotations

import time

import numpy as np

from benchmark import Clip, Split, stage
from benchmark.listening import Listener
from benchmark.profiling.first_pass import take_first_pass
from benchmark.profiling.single_stream import SingleStream

CLIP_IDS = tuple(f"clip-{number}" for number in range(5))


class Sleeper:
    """Takes 30 ms to encode a batch and 20 ms to write its captions."""

    def caption(self, clips):
        with stage("encode"):
            time.sleep(0.030)
        with stage("generate"):
            time.sleep(0.020)
        return [f"sound of {clip.clip_id}" for clip in clips]


class Punctual:
    """Takes the same time for every call, to the microsecond: it sleeps, then watches the clock."""

    def __init__(self, seconds):
        self._ns = round(seconds * 1e9)

    def caption(self, clips):
        end_ns = time.perf_counter_ns() + self._ns
        time.sleep(max(0, self._ns / 1e9 - 0.0002))
        while time.perf_counter_ns() < end_ns:
            pass
        return [f"sound of {clip.clip_id}" for clip in clips]


class Crowded:
    """Says among how many a clip came."""

    def caption(self, clips):
        return [f"one of {len(clips)}" for _ in clips]


def split_of(n_clips=5, read=None):
    """Half a second of silence each."""
    references = {f"clip-{number}": ("silence",) for number in range(n_clips)}

    def silence(clip_id, rate_hz):
        return Clip(clip_id, np.zeros(rate_hz // 2, np.float32), rate_hz)

    return Split("silences", "test", references, frozenset(references), read or silence)


def stream_of(n_clips=5, limit_s=60.0, read=None):
    """Time clips of such a split."""
    return SingleStream(Listener(split_of(n_clips, read), text_only=False), 8000, None, limit_s)


def first_pass_of(captioner, n_clips=5):
    """Caption every clip of such a split once."""
    clip_ids = [f"clip-{number}" for number in range(n_clips)]
    return take_first_pass(stream_of(n_clips), captioner, clip_ids, 1)
