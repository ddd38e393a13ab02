"""Captioners whose calls take as long as they are told to."""

from __future__ import annotations

import time

import numpy as np

from benchmark import Clip, Split, stage
from benchmark.profiling.first_pass import take_first_pass
from benchmark.runs.listening import Listener
from benchmark.runs.timing import SingleStream

CLIP_IDS = tuple(f"clip-{number}" for number in range(5))


class Sleeper:
    """Takes 30 ms to encode a batch and 20 ms to write its captions.

    It notes what it really took: a busy machine lets nobody sleep to the millisecond.
    """

    def __init__(self):
        self.encode_s, self.generate_s = [], []

    def caption(self, clips):
        start_s = time.perf_counter()
        with stage("encode"):
            time.sleep(0.030)
        encoded_s = time.perf_counter()
        with stage("generate"):
            time.sleep(0.020)
        self.encode_s.append(encoded_s - start_s)
        self.generate_s.append(time.perf_counter() - encoded_s)
        return [f"sound of {clip.clip_id}" for clip in clips]


class Punctual:
    """Takes the same time for every call, to the microsecond: it sleeps, then watches the clock.

    On a busy machine it may take longer; ``calls_s`` holds what it took.
    """

    def __init__(self, seconds):
        self._ns = round(seconds * 1e9)
        self.calls_s = []

    def caption(self, clips):
        start_ns = time.perf_counter_ns()
        time.sleep(max(0, self._ns / 1e9 - 0.0002))
        while (elapsed_ns := time.perf_counter_ns() - start_ns) < self._ns:
            pass
        self.calls_s.append(elapsed_ns / 1e9)
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
