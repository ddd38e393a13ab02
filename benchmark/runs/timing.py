"""Clips captioned one a call, one after the other (MLPerf Inference's "single stream")."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.contract import Captioner, Clip
from benchmark.errors import describe, harmless
from benchmark.machine.calibration import Calibration
from benchmark.machine.clock import since
from benchmark.machine.facts import describe_machine
from benchmark.runs.clips import Clips
from benchmark.runs.entrants import ReadyEntrant
from benchmark.runs.entries import CAPTIONED, TimedEntry
from benchmark.runs.folds import spread
from benchmark.runs.ledger import LedgerView
from benchmark.runs.listening import Listener
from benchmark.stages import collected_stages, timed_call
from benchmark.systems.calling import Call, call_captioner
from benchmark.systems.registry import System

TIMING_LIMIT_S = 30.0
MOST_OF_A_STAGE = 40
"""Characters of a stage's name, which stands in tables."""


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
        self, system_name: str, caption: str | None, machine: str, *, is_embedded: bool = False
    ) -> TimedEntry:
        """Write the call down.

        Args:
            system_name: who was called.
            caption: its first one of this clip.
            machine: this one's hash.
            is_embedded: no encoder heard the clip, because its embedding is known.
        """
        return TimedEntry(
            system=system_name,
            clip_id=self.clip_id,
            caption_s=self.call.seconds,
            audio_s=self.audio_s,
            is_same=self.call.captions == [caption],
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
        with timed_call() as stages:
            call = call_captioner(captioner, [clip], self.timeout_s)
        named = {harmless(str(name), MOST_OF_A_STAGE): spent_s for name, spent_s in stages.items()}
        spent = (named, dict(reading), calibration.seconds())
        return clip, TimedCall(clip_id, clip.duration_s, heard.read_s, call, *spent)


def needs_timing(system: System, clips: Clips, view: LedgerView) -> bool:
    """Tell whether a system is to be timed and was not."""
    spec = system.spec
    is_timed = clips.feeding.n_timed > 0 and spec.is_timed and not spec.leave_one_out
    return is_timed and not view.timed_entries(system.name)


def time_again(ready: ReadyEntrant, clips: Clips, view: LedgerView) -> list[TimedEntry]:
    """Caption some clips once more, for their time.

    Args:
        ready: who is called.
        clips: those to be timed are spread over them; the ones that have a sound, if any has.
        view: holds the first caption of each; clips without one are passed over.
    """
    system, fold = ready.entrant.system, ready.entrant.fold
    embedded = frozenset() if system.spec.needs_waveform else clips.split.embedded
    clip_ids = clips.of_fold(system, fold)
    sounding = [clip_id for clip_id in clip_ids if clip_id not in embedded]
    sample = spread(sounding or clip_ids, clips.feeding.n_timed)
    entries = [view.clips[system.name, fold, clip_id] for clip_id in sample]
    captions = {entry.clip_id: entry.caption for entry in entries if entry.state in CAPTIONED}
    stream = SingleStream(
        clips.listener, ready.sample_rate_hz, clips.feeding.patience.timeout_s, TIMING_LIMIT_S
    )
    machine = describe_machine().hash
    return [
        timed.to_entry(
            system.name,
            captions[timed.clip_id],
            machine,
            is_embedded=timed.clip_id in embedded,
        )
        for timed in stream.time_calls(ready.captioner, list(captions))
    ]
