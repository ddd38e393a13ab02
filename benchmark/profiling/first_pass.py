"""The captions of a system's very first calls: every scenario must give the same again."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from benchmark.contract import Captioner, Clip
from benchmark.errors import PluginError, describe
from benchmark.machine.calibration import Calibration
from benchmark.machine.clock import since
from benchmark.runs.timing import SingleStream, TimedCall

_HELD_BYTES = 128 * 2**20


@dataclass(frozen=True, slots=True)
class FirstPass:
    """Some clips, decoded, and their captions.

    Attributes:
        clips: with their sounds.
        calls: one for each clip; the first one is the captioner's very first.
    """

    clips: tuple[Clip, ...]
    calls: tuple[TimedCall, ...]

    @property
    def captions(self) -> Mapping[str, str]:
        return {
            timed.clip_id: timed.call.captions[0] for timed in self.calls if timed.call.captions
        }

    def cycled(self, n_clips: int) -> list[Clip]:
        """Take clips in turn, again from the first after the last."""
        return list(islice(cycle(self.clips), n_clips))

    def n_differing(self, clips: Sequence[Clip], captions: Sequence[str]) -> int:
        """Count the captions that differ from those of this pass."""
        first = self.captions
        return sum(first[c.clip_id] != text for c, text in zip(clips, captions, strict=True))


def take_first_pass(
    stream: SingleStream, captioner: Captioner, clip_ids: Sequence[str], n_least: int
) -> FirstPass:
    """Caption clips one a call, from a cold start on.

    Args:
        stream: how; its limit of time counts from the second clip on.
        captioner: ready, not called yet.
        clip_ids: at least one. Fewer are taken where time runs out, or 128 MiB of sound are held.
        n_least: so many are taken even beyond 128 MiB.

    Raises:
        DataError: a sound cannot be read.
        PluginError: a call failed.
    """
    calibration = Calibration()
    clips: list[Clip] = []
    calls: list[TimedCall] = []
    n_bytes, start_ns = 0, time.perf_counter_ns()
    for clip_id in clip_ids:
        is_full = n_bytes > _HELD_BYTES and len(calls) >= n_least
        if calls and (is_full or since(start_ns) > stream.limit_s):
            break
        clip, timed = stream.time_call(captioner, clip_id, calibration)
        if timed.call.error is not None:
            raise PluginError(
                f"at clip {clip_id!r}: {describe(timed.call.error)}"
            ) from timed.call.error
        clips.append(clip)
        calls.append(timed)
        n_bytes += clip.waveform.nbytes
    return FirstPass(tuple(clips), tuple(calls))
