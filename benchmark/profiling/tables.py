"""The tables of ``bench profile``: one for each scenario, and one of what stands before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from benchmark.display.numbers import (
    show,
    show_milliseconds,
    show_number,
    show_percent,
    show_shares,
)
from benchmark.display.records import Record
from benchmark.display.tables import NO_VALUE, Column, Format, Part, Table, render
from benchmark.machine.fingerprint import Machine
from benchmark.stats.percentiles import Percentile

Facts = Mapping[str, Any]
NULL = "(null captioner)"
_PARTS = ("", "_low", "_high")
_LISTS = ("calls_s", "latencies_s", "stages", "reading")


class _Named(NamedTuple):
    """What was measured of a system: the whole of it, or one scenario."""

    system: str
    facts: Any  # JSON: a mapping, or a list of them


def profile_tables(profile: Facts, form: Format = "text") -> str:
    """Lay out a whole profile, the machine under it; json is the profile itself.

    Args:
        profile: as ``profiling.launch.profile_systems`` returns it.
        form: of six.
    """
    return render([*_parts(profile)], form, profile)


def _parts(profile: Facts) -> Iterator[Part]:
    systems = [_Named(*item) for item in profile["systems"].items() if not item[1]["failure"]]
    if systems:
        yield _start_table(systems)
    for scenario, lay in (
        ("single-stream", _stream_table),
        ("offline", _offline_table),
        ("server", _server_table),
    ):
        timed = [
            _Named(system, facts["scenarios"][scenario])
            for system, facts in systems
            if scenario in facts["scenarios"]
        ]
        if timed:
            yield lay(timed, systems)
    yield str(Machine.from_json(profile["machine"], "the profile"))


def _start_table(systems: list[_Named]) -> Table[_Named]:
    def part(header: str, name: str, key: str, spec: str) -> Column[_Named]:
        return Column(header, lambda row: show_number(row.facts[name][key], spec))

    return Table(
        columns=[
            Column("system", lambda row: row.system),
            part("import s", "cold_start", "import_s", ".3f"),
            part("prepare s", "cold_start", "prepare_s", ".3f"),
            part("first caption s", "cold_start", "first_call_s", ".3f"),
            part("cold start s", "cold_start", "total_s", ".3f"),
            Column(
                "parameters",
                lambda row: show_number(row.facts["size"]["n_parameters"] or None, ","),
            ),
            part("artifacts MiB", "size", "artifact_mib", ".1f"),
            part("peak RSS MiB", "memory", "peak_mib", ".0f"),
            part("peak GPU MiB", "memory", "peak_gpu_mib", ".0f"),
        ],
        rows=systems,
        title="Cold start, with what can be built before at hand, and size:",
        name="cold_start",
        record=lambda row: {
            "system": row.system,
            **row.facts["cold_start"],
            **row.facts["memory"],
            **row.facts["size"],
        },
    )


def _stream_table(timed: list[_Named], systems: list[_Named]) -> Table[_Named]:
    # Of several processes the slowest: the harness takes no more than this.
    null = max((system.facts["harness"] for system in systems), key=lambda own: own["p50_s"] or 0)
    harness = {**null, "void": None, "rtf": None, "stages": {}}
    return Table(
        columns=[
            Column("system", lambda row: row.system),
            Column("calls", lambda row: _why_void(row.facts) or str(row.facts["n_calls"])),
            *_percentiles("p50", "p90", "p99"),
            _timed("RTF", lambda facts: show_number(facts["rtf"], ".2g")),
            _timed("stages of a call", lambda facts: show_shares(_shares(facts))),
        ],
        rows=[*timed, _Named(NULL, harness)],
        title="Single stream, one clip a call, caches off, with 95 % bounds:",
        name="single_stream",
        record=_record,
    )


def _offline_table(timed: list[_Named], _: list[_Named]) -> Table[_Named]:
    return Table(
        columns=[
            Column("system", lambda row: row.system),
            Column("batch", lambda row: str(row.facts["batch_size"])),
            Column("calls", lambda row: _why_void(row.facts) or str(row.facts["n_calls"])),
            _timed("clips/s", lambda facts: show_number(facts["clips_per_s"], ",.2f")),
            _timed("RTF", lambda facts: show_number(facts["rtf"], ".2g")),
            _timed("p50 ms a call", lambda facts: _percentile(facts, "p50")),
        ],
        rows=[_Named(system, facts) for system, sizes in timed for facts in sizes],
        title="Offline, caches off:",
        name="offline",
        record=_record,
    )


def _server_table(timed: list[_Named], _: list[_Named]) -> Table[_Named]:
    return Table(
        columns=[
            Column("system", lambda row: row.system),
            Column("asked/s", lambda row: show_number(row.facts["rate_qps"], ",.2f")),
            Column(
                "answered/s",
                lambda row: _why_void(row.facts) or show_number(row.facts["achieved_qps"], ",.2f"),
            ),
            _timed("busy", lambda facts: show_percent(facts["utilisation"])),
            _timed("mean wait ms", lambda facts: show_milliseconds(facts["mean_wait_s"])),
            *_percentiles("p50", "p90", "p99"),
        ],
        rows=timed,
        title="Server, Poisson arrivals, latency from arrival to caption:",
        name="server",
        record=_record,
    )


def _timed(header: str, show: Callable[[Facts], str]) -> Column[_Named]:
    """Make a column that is empty where times mean nothing, or where there are none."""
    return Column(header, lambda row: NO_VALUE if _why_void(row.facts) else show(row.facts))


def _percentiles(*names: str) -> Iterator[Column[_Named]]:
    for name in names:
        yield _timed(f"{name} ms", partial(_percentile, name=name))


def _percentile(facts: Facts, name: str) -> str:
    return show(Percentile.from_parts(*(facts[f"{name}{part}_s"] for part in _PARTS)))


def _shares(facts: Facts) -> dict[str, float | None]:
    return {name: stage["share"] for name, stage in facts["stages"].items()}


def _why_void(facts: Facts) -> str | None:
    """Say what stands in the place of times that mean nothing, or that there are not."""
    skipped: str | None = facts.get("skipped")
    return skipped if facts["void"] is None else f"void: {facts['void']}"


def _record(row: _Named) -> Record:
    return {"system": row.system, **{k: v for k, v in row.facts.items() if k not in _LISTS}}
