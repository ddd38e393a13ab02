"""Clips captioned one a call, one after the other (MLPerf Inference's "single stream")."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.machine.facts import describe_machine
from benchmark.profiling.cold_start import ReadySystem
from benchmark.profiling.first_pass import FirstPass
from benchmark.runs.entries import PrepareEntry
from benchmark.runs.latency import Latency
from benchmark.runs.timed_calls import summarise_latency
from benchmark.runs.timing import SingleStream


@dataclass(frozen=True, slots=True)
class Streamed:
    """Calls of one clip each.

    Attributes:
        latency: of the calls, as runs have it.
        calls_s: seconds of each call, warm-up left out.
    """

    latency: Latency
    calls_s: tuple[float, ...]

    def to_json(self) -> dict[str, object]:
        """Spell it as the latency of a run, with every call."""
        return {**self.latency.to_json(), "calls_s": list(self.calls_s)}


def time_stream(
    ready: ReadySystem, stream: SingleStream, first: FirstPass, n_queries: int
) -> Streamed:
    """Caption clips one a call with every cache off, and sum up the calls as a run's timing does.

    Args:
        ready: the system.
        stream: how, and for how long.
        first: its clips are taken in turn, and its captions are expected.
        n_queries: how many to caption, at most.
    """
    clip_ids = [clip.clip_id for clip in first.cycled(n_queries)]
    name, machine = ready.system.name, describe_machine().hash
    entries = [
        timed.to_entry(name, first.captions[timed.clip_id], machine)
        for timed in stream.time_calls(ready.captioner, clip_ids)
    ]
    prepared = PrepareEntry(name, 0, ready.prepare_s)
    latency = summarise_latency(entries, [prepared], "the first pass")
    assert latency is not None  # the first call always takes place
    return Streamed(latency, tuple(entry.caption_s for entry in entries))
