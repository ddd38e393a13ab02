"""Leaderboard rows as text: terminal, markdown, csv, json. The only user of pandas."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from benchmark.leaderboard import (
    RANKED_BY,
    Cell,
    Row,
    differing_signatures,
    group_rows,
    table_columns,
    way_to_human,
)
from benchmark.metrics.table import METRICS
from benchmark.published import PublishedRow, published_rows
from benchmark.suites import Suite

Format = Literal["text", "md", "csv", "json"]

_STYLES = {"text": "rounded_outline", "md": "github"}
_NOTE_WIDTH = 120
_NONE = "–"  # noqa: RUF001 (an en dash is what tables print for "no value")


def render(
    rows: Sequence[Row], form: Format, *, published: bool = False, suites: Sequence[Suite] = ()
) -> str:
    """Lay rows out in a format; text and md hold one table per set of scored clips.

    Args:
        rows: of any runs.
        form: json and csv hold what was measured, and nothing in print.
        published: whether all numbers in print of a split follow its table.
        suites: else those of their papers, on splits that have any.
    """
    if form == "json":
        return json.dumps([row.to_json() for row in rows], indent=1)
    if form == "csv":
        return _render_csv(rows)
    parts: list[str] = []
    for group in group_rows(rows):
        parts.append(_heading(group, form))
        parts.append(_quality_table(group, form))
        parts.append(_notes(group))
        if any(row.latency for row in group):
            parts.append(_latency_table(group, form))
        label = f"{group[0].dataset}:{group[0].split}"
        if published:
            parts.append(_published_table(label, published_rows(label), form))
        elif printed := _published_of(suites, label):
            parts.append(_published_table(label, printed, form))
    return "\n\n".join(parts)


def _render_csv(rows: Sequence[Row]) -> str:
    import pandas

    records = []
    for row in rows:
        record = {key: value for key, value in row.to_json().items() if key != "metrics"}
        record["latency"] = json.dumps(row.latency) if row.latency else ""
        record |= {"trained_on": " ".join(row.trained_on), "facts": json.dumps(row.facts)}
        for key, cell in row.metrics.items():
            record |= {key: cell.value, f"{key}.low": cell.low, f"{key}.high": cell.high}
            record[f"{key}.signature"] = cell.signature
        records.append(record)
    return str(pandas.DataFrame.from_records(records).to_csv(index=False))


def _heading(group: Sequence[Row], form: Format) -> str:
    row = group[0]
    text = (
        f"{row.dataset}:{row.split}, {row.n_scored:,} of {row.n_expected:,} clips "
        f"(clip ids {row.clips_sha256[:12]})"
    )
    return f"### {text}" if form == "md" else text


def _quality_table(group: Sequence[Row], form: Format) -> str:
    columns = [column for column in table_columns(group)[0] if METRICS[column.key].in_table]
    line_break = "\n(" if form == "text" else " ("
    header = ["#", "system", *(column.label.replace(" (", line_break) for column in columns)]
    ranked = [row for row in group if row.rung == "system" and row.complete]
    shares = way_to_human(group)
    if shares is not None:
        header.append(f"way to human{line_break}%)")
    tells_training = any(row.trained_on for row in group)
    if tells_training:
        header.append("saw data")
    lines = []
    for row in group:
        place = row.rung if row.rung != "system" else _NONE
        name = row.system if row.complete else f"{row.system} (incomplete)"
        cells = [_cell(column.key, column.cell(row)) for column in columns]
        if shares is not None:
            cells.append(f"{100 * shares[row.system]:.0f}" if row.system in shares else _NONE)
        if tells_training:
            cells.append(row.saw_data)
        lines.append([str(ranked.index(row) + 1) if row in ranked else place, name, *cells])
    return _lay_out(lines, header, form)


def _cell(key: str, cell: Cell | None) -> str:
    if cell is None or cell.value is None:
        return _NONE
    if not METRICS[key].in_percent:
        return f"{cell.value:,.0f}"
    text = f"{100 * cell.value:.1f}"
    if key == RANKED_BY and cell.low is not None and cell.high is not None:
        text += f" [{100 * cell.low:.1f}, {100 * cell.high:.1f}]"
    return text


def _notes(group: Sequence[Row]) -> str:
    notes = ["Values x100; in brackets the 95 % bootstrap interval. Ranked by CIDEr-D."]
    reasons: dict[str, list[str]] = {}
    for key, reason in table_columns(group)[1].items():
        reasons.setdefault(reason, []).append(METRICS[key].label)
    notes += [f"Unavailable: {', '.join(labels)}: {why}" for why, labels in reasons.items()]
    notes += [
        f"{label}: the rows were not all computed the same way; compare their signatures (json)"
        for label in differing_signatures(group)
    ]
    for row in group:
        if row.failure:
            notes.append(f"{row.system} stopped {row.failure}")
        if row.n_failed:
            notes.append(f"{row.system}: {row.n_failed} clips failed and are not scored")
        if row.n_empty:
            notes.append(f"{row.system}: {row.n_empty} captions are empty and scored as they stand")
    return "\n".join(textwrap.fill(note, _NOTE_WIDTH, subsequent_indent="  ") for note in notes)


def _latency_table(group: Sequence[Row], form: Format) -> str:
    header = ["system", "calls", "p50 ms", "p90 ms", "RTF", "prepare s"]
    lines = [[row.system, *_latency_cells(row.latency)] for row in group if row.latency]
    told = [at for at in range(len(header)) if any(line[at] != _NONE for line in lines)]
    lines = [[line[at] for at in told] for line in lines]
    header = [header[at] for at in told]
    return "Latency, one clip a call, caches off:\n\n" + _lay_out(lines, header, form)


def _latency_cells(latency: Mapping[str, Any]) -> list[str]:
    def show(key: str, factor: float, digits: str) -> str:
        value = latency[key]
        return _NONE if value is None or latency["void"] else format(value * factor, digits)

    return [
        latency["void"] or str(latency["n_calls"]),
        show("p50_s", 1000, ".3f"),
        show("p90_s", 1000, ".3f"),
        show("rtf", 1, ".2g"),
        show("prepare_s", 1, ".2f"),
    ]


def _published_of(suites: Sequence[Suite], split_label: str) -> list[PublishedRow]:
    return [
        row
        for row in (published_rows(split_label) if suites else ())
        if any(suite.has_published(row.system, row.sources) for suite in suites)
    ]


def _published_table(split_label: str, rows: Sequence[PublishedRow], form: Format) -> str:
    if not rows:
        return f"No numbers in print are recorded for {split_label}."
    keys = [key for key in METRICS if any(key in row.values for row in rows)]
    header = ["in print", "supervision", *(METRICS[key].label for key in keys), "source"]
    lines = [[row.system, row.supervision, *_printed(row, keys), row.sources[0]] for row in rows]
    title = (
        "Numbers in print, not measured here (other clips, tools and tokenisers may lie behind):"
    )
    return f"{title}\n\n{_lay_out(lines, header, form)}"


def _printed(row: PublishedRow, keys: Sequence[str]) -> list[str]:
    return [f"{100 * row.values[key]:.1f}" if key in row.values else _NONE for key in keys]


def _lay_out(lines: Sequence[Sequence[str]], header: Sequence[str], form: Format) -> str:
    from tabulate import tabulate

    if form == "md":
        lines = [[cell.replace("|", r"\|") for cell in line] for line in lines]
    numbers = ("right",) * (len(header) - 2)
    return tabulate(
        lines,
        headers=header,
        tablefmt=_STYLES[form],
        disable_numparse=True,
        colalign=("left", "left", *numbers),
    )
