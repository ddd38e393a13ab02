"""The tables of ``bench profile``: one for each scenario, and one of what stands before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.display.numbers import show, show_shares
from benchmark.display.tables import NO_VALUE, Format, entitle, lay_out
from benchmark.machine.fingerprint import Machine
from benchmark.stats.percentiles import Percentile

Record = Mapping[str, Any]
NULL = "(null captioner)"


def profile_tables(profile: Record, form: Format = "text") -> str:
    """Lay out a whole profile, the machine under it.

    Args:
        profile: as ``system_profile.launch.profile_systems`` returns it.
        form: text, md, latex or html.
    """
    systems = {name: found for name, found in profile["systems"].items() if not found["failure"]}
    parts = []
    if systems:
        parts.append(_start_table(systems, form))
    timed = {name: found["scenarios"] for name, found in systems.items()}
    for scenario, lay in (
        ("single-stream", _stream_table),
        ("offline", _offline_table),
        ("server", _server_table),
    ):
        found = {name: record[scenario] for name, record in timed.items() if scenario in record}
        if found:
            parts.append(lay(found, systems, form))
    parts.append(str(Machine.from_json(profile["machine"], "the profile")))
    return "\n\n".join(parts)


def _start_table(systems: Record, form: Format) -> str:
    header = [
        *("system", "import s", "prepare s", "first caption s", "cold start s"),
        *("parameters", "artifacts MiB", "peak RSS MiB", "peak GPU MiB"),
    ]
    lines = []
    for name, found in systems.items():
        start, size, memory = found["cold_start"], found["size"], found["memory"]
        steps = [start[key] for key in ("import_s", "prepare_s", "first_call_s", "total_s")]
        lines.append(
            [
                name,
                *(f"{seconds:.3f}" for seconds in steps),
                f"{size['n_parameters']:,}" if size["n_parameters"] else NO_VALUE,
                f"{size['artifact_mib']:.1f}",
                _show(memory["peak_mib"], ".0f"),
                _show(memory["peak_gpu_mib"], ".0f"),
            ]
        )
    title = "Cold start, with what can be built before at hand, and size:"
    return entitle(title, _lay_told(lines, header, form), form)


def _stream_table(found: Record, systems: Record, form: Format) -> str:
    header = ["system", "calls", "p50 ms", "p90 ms", "p99 ms", "RTF", "stages of a call"]
    lines = [
        [
            name,
            *_void_or(
                record,
                str(record["n_calls"]),
                *_percentiles(record),
                _show(record["rtf"], ".2g"),
                show_shares({name: stage["share"] for name, stage in record["stages"].items()}),
            ),
        ]
        for name, record in found.items()
    ]
    # Of several processes the slowest: the harness takes no more than this.
    null = max(
        (record["harness"] for record in systems.values()), key=lambda own: own["p50_s"] or 0
    )
    lines.append([NULL, str(null["n_calls"]), *_percentiles(null), NO_VALUE, NO_VALUE])
    title = "Single stream, one clip a call, caches off, with 95 % bounds:"
    return entitle(title, _lay_told(lines, header, form), form)


def _offline_table(found: Record, _: Record, form: Format) -> str:
    header = ["system", "batch", "calls", "clips/s", "RTF", "p50 ms a call"]
    lines = [
        [
            name,
            str(record["batch_size"]),
            *_void_or(
                record,
                str(record["n_calls"]),
                _show(record["clips_per_s"], ",.2f"),
                _show(record["rtf"], ".2g"),
                next(_percentiles(record)),
            ),
        ]
        for name, records in found.items()
        for record in records
    ]
    return entitle("Offline, caches off:", _lay_told(lines, header, form), form)


def _server_table(found: Record, _: Record, form: Format) -> str:
    header = [
        *("system", "asked/s", "answered/s", "busy", "mean wait ms"),
        *("p50 ms", "p90 ms", "p99 ms"),
    ]
    lines = [
        [
            name,
            f"{record['rate_qps']:,.2f}",
            *_void_or(
                record,
                _show(record["achieved_qps"], ",.2f"),
                _show(record["utilisation"], ".0%").replace("%", " %"),
                _show(record["mean_wait_s"], ".3f", 1000),
                *_percentiles(record),
            ),
        ]
        for name, record in found.items()
    ]
    title = "Server, Poisson arrivals, latency from arrival to caption:"
    return entitle(title, _lay_told(lines, header, form), form)


def _percentiles(record: Record) -> Iterator[str]:
    for name in ("p50", "p90", "p99"):
        parts = (record[f"{name}{part}_s"] for part in ("", "_low", "_high"))
        yield show(Percentile.from_parts(*parts))


def _void_or(record: Record, *cells: str) -> list[str]:
    """Put the reason in place of times that mean nothing, or that there are not."""
    reason = record.get("skipped")
    if record["void"] is not None:
        reason = f"void: {record['void']}"
    return list(cells) if reason is None else [reason, *[NO_VALUE] * (len(cells) - 1)]


def _show(value: float | None, digits: str, factor: float = 1) -> str:
    return NO_VALUE if value is None else format(value * factor, digits)


def _lay_told(lines: Sequence[Sequence[str]], header: Sequence[str], form: Format) -> str:
    """Lay out the columns that say anything."""
    told = [at for at in range(len(header)) if any(line[at] != NO_VALUE for line in lines)]
    return lay_out([[line[at] for at in told] for line in lines], [header[at] for at in told], form)
