"""The tables of ``bench profile``: one for each scenario, and one of what stands before them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from benchmark.display.numbers import (
    show,
    show_milliseconds,
    show_number,
    show_percent,
    show_shares,
)
from benchmark.display.records import Record
from benchmark.display.tables import NO_VALUE, WHOLE, Column, Format, Part, Table, View, render
from benchmark.profiling.offline import Batches
from benchmark.profiling.profile import Harness, Profile, SystemProfile
from benchmark.profiling.server import Served
from benchmark.runs.latency import Latency

NULL = "(null captioner)"

_Times = TypeVar("_Times", Latency, Batches, Served)


@dataclass(frozen=True, slots=True)
class Timed(Generic[_Times]):
    """A system and its times in one scenario."""

    system_name: str
    times: _Times

    @property
    def reason(self) -> str | None:
        """Why there are no times to show: they are void, or were not measured."""
        if self.times.void is not None:
            return f"void: {self.times.void}"
        return self.times.skipped if isinstance(self.times, Batches) else None

    def to_record(self) -> Record:
        """Spell what csv and json hold: all but lists, and times by stage."""
        facts = self.times.to_json().items()
        scalars = {k: v for k, v in facts if v is None or isinstance(v, str | int | float)}
        return {"system": self.system_name, **scalars}


def profile_tables(profile: Profile, form: Format = "text", view: View = WHOLE) -> str:
    """Lay out a whole profile, the machine under it; json is the profile itself."""
    content = profile.to_json() if form == "json" else None
    return render([*_parts(profile)], form, content, view)


def _parts(profile: Profile) -> Iterator[Part]:
    systems = profile.systems
    if systems:
        yield _start_table(systems)
    scenarios = [(name, system.scenarios) for name, system in systems.items()]
    streamed = [Timed(n, s.single_stream.latency) for n, s in scenarios if s.single_stream]
    if streamed:
        # Of several processes the slowest: the harness takes no more than this.
        harness = max((system.harness for system in systems.values()), key=_median_s)
        yield _stream_table([*streamed, Timed(NULL, _as_latency(harness))])
    offline = [Timed(name, batches) for name, s in scenarios for batches in s.offline]
    if offline:
        yield _offline_table(offline)
    served = [Timed(name, s.server) for name, s in scenarios if s.server]
    if served:
        yield _server_table(served)
    yield str(profile.machine)


def _start_table(systems: dict[str, SystemProfile]) -> Table[tuple[str, SystemProfile]]:
    def column(
        header: str, number: Callable[[SystemProfile], float | None], spec: str, order: int
    ) -> Column[tuple[str, SystemProfile]]:
        return Column(header, lambda row: show_number(number(row[1]), spec), order=order)

    return Table(
        columns=[
            Column("system", lambda row: row[0]),
            column("import s", lambda system: system.cold_start.import_s, ".3f", 6),
            column("prepare s", lambda system: system.cold_start.prepare_s, ".3f", 2),
            column("first caption s", lambda system: system.cold_start.first_call_s, ".3f", 3),
            column("cold start s", lambda system: system.cold_start.total_s, ".3f", 1),
            column("parameters", lambda system: system.footprint.size.n_parameters or None, ",", 5),
            column("artifacts MiB", lambda system: system.footprint.size.artifact_mib, ".1f", 7),
            column("peak RSS MiB", lambda system: system.footprint.memory.peak_mib, ".0f", 4),
            column("peak GPU MiB", lambda system: system.footprint.memory.peak_gpu_mib, ".0f", 8),
        ],
        rows=list(systems.items()),
        title="Cold start, with what can be built before at hand, and size:",
        name="cold_start",
        records=[
            {
                "system": name,
                **system.cold_start.to_json(),
                **dataclasses.asdict(system.footprint.memory),
                **dataclasses.asdict(system.footprint.size),
            }
            for name, system in systems.items()
        ],
    )


def _stream_table(rows: list[Timed[Latency]]) -> Table[Timed[Latency]]:
    return Table(
        columns=[
            Column("system", lambda row: row.system_name),
            _reasons("calls", rows, lambda latency: str(latency.n_calls), order=6),
            _column("p50 ms", lambda latency: show(latency.seconds.p50), order=0),
            _column("p90 ms", lambda latency: show(latency.seconds.p90), order=5),
            _column("p99 ms", lambda latency: show(latency.seconds.p99), order=3),
            _column("RTF", lambda latency: show_number(latency.rtf, ".2g"), order=2),
            _column("stages of a call", lambda latency: show_shares(latency.shares), order=4),
        ],
        rows=rows,
        title="Single stream, one clip a call, caches off, with 95 % bounds of one process:",
        name="single_stream",
        records=[row.to_record() for row in rows],
    )


def _offline_table(rows: list[Timed[Batches]]) -> Table[Timed[Batches]]:
    return Table(
        columns=[
            Column("system", lambda row: row.system_name),
            Column("batch", lambda row: str(row.times.batch_size), order=0),
            _reasons("calls", rows, lambda batches: str(len(batches.calls_s)), order=4),
            _column("clips/s", lambda batches: show_number(batches.clips_per_s, ",.2f"), order=0),
            _column("RTF", lambda batches: show_number(batches.rtf, ".2g"), order=2),
            _column("p50 ms a call", lambda batches: show(batches.seconds.p50), order=3),
        ],
        rows=rows,
        title="Offline, caches off:",
        name="offline",
        records=[row.to_record() for row in rows],
    )


def _server_table(rows: list[Timed[Served]]) -> Table[Timed[Served]]:
    return Table(
        columns=[
            Column("system", lambda row: row.system_name),
            Column("asked/s", lambda row: show_number(row.times.rate_qps, ",.2f"), order=6),
            _reasons(
                "answered/s", rows, lambda served: show_number(served.achieved_qps, ",.2f"), order=2
            ),
            _column("busy", lambda served: show_percent(served.utilisation), order=4),
            _column("mean wait ms", lambda served: show_milliseconds(served.mean_wait_s), order=7),
            _column("p50 ms", lambda served: show(served.seconds.p50), order=0),
            _column("p90 ms", lambda served: show(served.seconds.p90), order=5),
            _column("p99 ms", lambda served: show(served.seconds.p99), order=3),
        ],
        rows=rows,
        title="Server, Poisson arrivals, latency from arrival to caption, of one process:",
        notes=[f"{row.system_name}: {row.times.shortage}." for row in rows if row.times.shortage],
        name="server",
        records=[row.to_record() for row in rows],
    )


def _column(header: str, spell: Callable[[_Times], str], *, order: int) -> Column[Timed[_Times]]:
    """Make a column that is empty where times mean nothing, or where there are none."""
    return Column(header, lambda row: NO_VALUE if row.reason else spell(row.times), order=order)


def _reasons(
    header: str, rows: Sequence[Timed[_Times]], spell: Callable[[_Times], str], *, order: int
) -> Column[Timed[_Times]]:
    """Make the column that also says why there are no times; with a reason it is always shown."""
    is_needed = any(row.reason for row in rows)
    return Column(
        header,
        lambda row: row.reason or spell(row.times),
        order=0 if is_needed else order,
        flex="wrap" if is_needed else None,
    )


def _median_s(harness: Harness) -> float:
    return harness.seconds.p50.value if harness.seconds.p50 else 0.0


def _as_latency(harness: Harness) -> Latency:
    return Latency(harness.n_calls, harness.seconds, rtf=None, prepare_s=0.0)
