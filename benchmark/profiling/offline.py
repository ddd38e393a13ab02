"""Captions clips in batches, all of them at hand (MLPerf Inference's "offline")."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmark.contract import Captioner, Clip
from benchmark.errors import describe
from benchmark.machine.clock import since
from benchmark.profiling.first_pass import FirstPass
from benchmark.stages import caches_off
from benchmark.stats.percentiles import Percentiles
from benchmark.stats.series import percentiles_of_stream
from benchmark.systems.calling import call_captioner


@dataclass(frozen=True, slots=True)
class Batches:
    """Calls of one batch size, warm-up left out, sounds decoded before.

    Attributes:
        batch_size: clips a call, all different.
        calls_s: seconds of each call.
        n_clips: captioned in all calls.
        audio_s: seconds of sound in all calls.
        skipped: why there are no calls, else None.
        void: why the times mean nothing, else None.
    """

    batch_size: int
    calls_s: tuple[float, ...] = ()
    n_clips: int = 0
    audio_s: float = 0.0
    skipped: str | None = None
    void: str | None = None

    @property
    def clips_per_s(self) -> float | None:
        """Throughput while a call was going on."""
        busy_s = sum(self.calls_s)
        return self.n_clips / busy_s if busy_s > 0 else None

    @property
    def rtf(self) -> float | None:
        """Real-time factor: seconds of calls over seconds of sound."""
        has_calls = self.audio_s > 0 and self.calls_s
        return sum(self.calls_s) / self.audio_s if has_calls else None

    @property
    def seconds(self) -> Percentiles:
        """Percentiles of a call's seconds."""
        return percentiles_of_stream(self.calls_s)

    def to_json(self) -> dict[str, object]:
        """Spell it out, with throughput, real-time factor and percentiles of a call."""
        return {
            "batch_size": self.batch_size,
            "n_calls": len(self.calls_s),
            "n_clips": self.n_clips,
            "clips_per_s": self.clips_per_s,
            "rtf": self.rtf,
            **self.seconds.to_json(),
            "calls_s": list(self.calls_s),
            "skipped": self.skipped,
            "void": self.void,
        }


def time_batches(
    captioner: Captioner,
    first: FirstPass,
    batch_size: int,
    n_clips: int,
    limit_s: float,
    *,
    timeout_s: float | None = None,
) -> Batches:
    """Caption clips in batches of one size with every cache off.

    Args:
        captioner: ready.
        first: its clips are taken in turn, and its captions are expected.
        batch_size: no call is made where there are fewer different clips: a sound that comes
            twice in a batch would be encoded once.
        n_clips: how many to caption, at least; whole batches are taken.
        limit_s: no call but the first timed one begins later than this.
        timeout_s: seconds a call may take; None waits for ever.
    """
    n_found = len(first.calls)
    if n_found < batch_size:
        return Batches(batch_size, skipped=f"only {n_found} different clips are at hand")
    n_calls = -(-n_clips // batch_size)
    clips = first.cycled((n_calls + 1) * batch_size)
    batches = [clips[at : at + batch_size] for at in range(0, len(clips), batch_size)]
    calls_s: list[float] = []
    timed: list[Clip] = []
    n_differing, start_ns = 0, time.perf_counter_ns()
    with caches_off():
        for number, batch in enumerate(batches):
            if calls_s and since(start_ns) > limit_s:
                break
            call = call_captioner(captioner, batch, timeout_s)
            if call.captions is None:
                assert call.error is not None
                return Batches(batch_size, void=f"a call failed: {describe(call.error)}")
            n_differing += first.n_differing(batch, call.captions)
            if number > 0:  # the first one warms up
                calls_s.append(call.seconds)
                timed += batch
    void = f"{n_differing} captions differ from the first pass" if n_differing else None
    audio_s = sum(clip.duration_s for clip in timed)
    return Batches(batch_size, tuple(calls_s), len(timed), audio_s, void=void)
