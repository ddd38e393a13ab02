"""Clips captioned one a call, one after the other (MLPerf Inference's "single stream")."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from benchmark.calling import Call, call_captioner, describe, since
from benchmark.contract import Captioner, Clip
from benchmark.embeddings import embeddings_computed_anew
from benchmark.ledger import CAPTIONED, ClipRow, ProfileRow
from benchmark.listening import Heard, Listener
from benchmark.profiling.calibration import Calibration
from benchmark.stages import collected_stages


@dataclass(frozen=True, slots=True)
class TimedCall:
    """One clip under the clock.

    Attributes:
        heard: the clip.
        call: what came of it, and its seconds.
        stages: seconds of the call by stage.
        reading: seconds by stage before the call.
        calibration_s: of the fixed work right after the call.
    """

    heard: Heard
    call: Call
    stages: dict[str, float]
    reading: dict[str, float]
    calibration_s: float


@dataclass(frozen=True, slots=True)
class SingleStream:
    """How clips are timed.

    Attributes:
        listener: reads them, each time anew.
        sample_rate_hz: at which.
        timeout_s: seconds a call may take; None waits for ever.
        limit_s: no call begins later than this.
    """

    listener: Listener
    sample_rate_hz: int
    timeout_s: float | None
    limit_s: float

    def time_calls(self, captioner: Captioner, clip_ids: Sequence[str]) -> list[TimedCall]:
        """Caption clips with every cache off; the first one once before, to warm up.

        A call that fails is the last one.
        """
        timed: list[TimedCall] = []
        start_ns = time.perf_counter_ns()
        with embeddings_computed_anew():
            calibration = Calibration()
            for clip_id in [*clip_ids[:1], *clip_ids]:
                if since(start_ns) > self.limit_s:
                    break
                timed.append(self._time_call(captioner, clip_id, calibration))
                if timed[-1].call.error is not None:
                    return timed[-1:] if len(timed) == 1 else timed[1:]
        return timed[1:]

    def _time_call(self, captioner: Captioner, clip_id: str, calibration: Calibration) -> TimedCall:
        with collected_stages() as reading:
            heard = self.listener.hear_anew(clip_id, self.sample_rate_hz)
        call, stages = time_call(captioner, [heard.clip], self.timeout_s)
        return TimedCall(heard, call, stages, dict(reading), calibration.seconds())


def time_call(
    captioner: Captioner, clips: list[Clip], timeout_s: float | None
) -> tuple[Call, dict[str, float]]:
    """Call a captioner and listen to its stages."""
    with collected_stages() as stages:
        call = call_captioner(captioner, clips, timeout_s)
        return call, dict(stages)


def profile_again(
    stream: SingleStream,
    captioner: Captioner,
    rows: Sequence[ClipRow],
    embedded: Collection[str],
    machine: str,
) -> list[ProfileRow]:
    """Caption again what a run has captioned, for its time.

    Args:
        stream: how.
        captioner: of the run.
        rows: of one system; those without a caption are passed over.
        embedded: clips whose sound no encoder hears, because their embedding is known.
        machine: this one's hash.
    """
    said = {row.clip_id: row for row in rows if row.state in CAPTIONED}
    profiled = []
    for timed in stream.time_calls(captioner, list(said)):
        clip, call = timed.heard.clip, timed.call
        row = ProfileRow(
            system=said[clip.clip_id].system,
            clip_id=clip.clip_id,
            caption_s=call.seconds,
            audio_s=clip.duration_s,
            is_same=call.captions == [said[clip.clip_id].caption],
            is_embedded=clip.clip_id in embedded,
            stages=timed.stages,
            reading=timed.reading,
            calibration_s=timed.calibration_s,
            machine=machine,
            error=None if call.error is None else describe(call.error),
        )
        profiled.append(row)
    return profiled
