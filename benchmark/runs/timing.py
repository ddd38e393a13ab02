"""Clips captioned one a call, one after the other (MLPerf Inference's "single stream")."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from benchmark.contract import Captioner, Clip
from benchmark.embeddings.store import embeddings_computed_anew
from benchmark.errors import describe
from benchmark.machine.calibration import Calibration
from benchmark.machine.clock import since
from benchmark.runs.entries import CAPTIONED, ClipEntry, TimedEntry
from benchmark.runs.listening import Listener
from benchmark.stages import collected_stages
from benchmark.systems.calling import Call, call_captioner


@dataclass(frozen=True, slots=True)
class TimedCall:
    """One clip under the clock; its sound is not kept.

    Attributes:
        clip_id: the clip.
        audio_s: its length.
        read_s: seconds to decode and resample it.
        call: what came of it, and its seconds.
        stages: seconds of the call by stage.
        reading: seconds by stage before the call.
        calibration_s: of the fixed work right after the call.
    """

    clip_id: str
    audio_s: float
    read_s: float
    call: Call
    stages: dict[str, float]
    reading: dict[str, float]
    calibration_s: float

    def to_entry(
        self, system: str, said: str | None, machine: str, *, is_embedded: bool = False
    ) -> TimedEntry:
        """Write the call down.

        Args:
            system: that was called.
            said: its caption of this clip before.
            machine: this one's hash.
            is_embedded: no encoder heard the clip, because its embedding is known.
        """
        return TimedEntry(
            system=system,
            clip_id=self.clip_id,
            caption_s=self.call.seconds,
            audio_s=self.audio_s,
            is_same=self.call.captions == [said],
            is_embedded=is_embedded,
            stages=self.stages,
            reading=self.reading,
            calibration_s=self.calibration_s,
            machine=machine,
            error=None if self.call.error is None else describe(self.call.error),
        )


@dataclass(frozen=True, slots=True)
class SingleStream:
    """How clips are timed.

    Attributes:
        listener: reads them, each time anew.
        sample_rate_hz: at which.
        timeout_s: seconds a call may take; None waits for ever.
        limit_s: no call but the first one after the warm-up begins later than this.
    """

    listener: Listener
    sample_rate_hz: int
    timeout_s: float | None
    limit_s: float

    def time_calls(self, captioner: Captioner, clip_ids: Sequence[str]) -> list[TimedCall]:
        """Caption clips with every cache off; the first one once before, to warm up.

        A call that fails is the last one.
        """
        start_ns = time.perf_counter_ns()
        calibration = Calibration()
        timed: list[TimedCall] = []
        for clip_id in [*clip_ids[:1], *clip_ids]:
            if len(timed) > 1 and since(start_ns) > self.limit_s:
                break
            timed.append(self.time_call(captioner, clip_id, calibration)[1])
            if timed[-1].call.error is not None:
                return timed if len(timed) == 1 else timed[1:]
        return timed[1:]

    def time_call(
        self, captioner: Captioner, clip_id: str, calibration: Calibration
    ) -> tuple[Clip, TimedCall]:
        """Read and caption one clip with every cache off.

        Returns:
            The clip with its sound, and its call.

        Raises:
            DataError: its sound cannot be read.
        """
        with collected_stages() as reading:
            heard = self.listener.hear_anew(clip_id, self.sample_rate_hz)
        clip = heard.clip
        with embeddings_computed_anew(), collected_stages() as stages:
            call = call_captioner(captioner, [clip], self.timeout_s)
        spent = (dict(stages), dict(reading), calibration.seconds())
        return clip, TimedCall(clip_id, clip.duration_s, heard.read_s, call, *spent)


def profile_again(
    stream: SingleStream,
    captioner: Captioner,
    rows: Sequence[ClipEntry],
    embedded: Collection[str],
    machine: str,
) -> list[TimedEntry]:
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
        row = said[timed.clip_id]
        is_embedded = timed.clip_id in embedded
        profiled.append(timed.to_entry(row.system, row.caption, machine, is_embedded=is_embedded))
    return profiled
