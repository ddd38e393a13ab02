"""Nights one after the other: what each measured, and where a figure changed its level for good.

A history is a file of JSON lines, one a run and system, which only grows. A drift so slow that
every night passes on its own shows here as a step between levels, and a run that comes a second
time is known again.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from benchmark.contract import SplitLabel
from benchmark.errors import DataError, RunError
from benchmark.files import GrowingFile, parse_json, spell_json, writing
from benchmark.gate.held import hardware_of
from benchmark.gate.pairs import comparable_part
from benchmark.gate.speed import relative_medians
from benchmark.machine.clock import now
from benchmark.machine.typed_json import read_as
from benchmark.metrics.catalogue import METRICS, list_rankable
from benchmark.metrics.signature import Signature
from benchmark.runs.older import Unread, upgrade
from benchmark.runs.record import RunRecord
from benchmark.stats.steps import detect_steps

SCHEMA = 2
_LEAST_NOISE = 1e-3
_LEAST_NOISE_OF_TIMES = 0.02
"""Noise as a share of the usual value, at least: less is too little to call a step."""

Event = Literal["night", "accepted"]


@dataclass(frozen=True, slots=True)
class Night:
    """One system in one run.

    Attributes:
        date: when the run was begun, ISO 8601.
        run: content id of the run.
        event: a night that was gated, or a run that was accepted as baseline.
        outcome: the gate's verdict, or why the run was accepted.
        dataset: with its split.
        references_sha256: of the data set.
        system: canonical name.
        values: corpus values by metric, and medians of calls and stages in units of calibration
            work (``"latency"``, ``"stage encode"``).
        signatures: by the same, what values must share to be one series: how a metric was made,
            the hardware of a time.
        run_id: what the run drew when it began; None in runs of earlier versions.
        commit: that the run is of, where somebody said it.
        noted_at: when the night was added.
    """

    date: str
    run: str
    event: Event
    outcome: str
    dataset: str
    references_sha256: str
    system: str
    values: Mapping[str, float]
    signatures: Mapping[str, str]
    run_id: str | None = None
    commit: str | None = None
    noted_at: str | None = None
    schema: int = SCHEMA

    @property
    def identity(self) -> str:
        """What no other run has, though this one be resumed or scored again."""
        return self.run_id or self.run


class History(NamedTuple):
    """What a file of nights holds.

    Attributes:
        nights: oldest first.
        torn: what is left of a last line that a kill cut short, and that is no night; or empty.
    """

    nights: list[Night]
    torn: bytes = b""


@dataclass(frozen=True, slots=True)
class FoundStep:
    """A figure that changed its level for good.

    Attributes:
        system: whose.
        subject: a metric's key, ``"latency"`` or ``"stage ..."``.
        date: of the first run of the new level.
        run: content id of that run.
        before, after: medians of the levels.
    """

    system: str
    subject: str
    date: str
    run: str
    before: float
    after: float

    @property
    def change(self) -> float | None:
        """The step as a share of the level before; None where that is 0."""
        return (self.after - self.before) / abs(self.before) if self.before else None


def nights_of(record: RunRecord, event: Event, outcome: str) -> list[Night]:
    """Note what a run measured, one night a system."""
    nights = []
    for name, system in record.systems.items():
        values = {key: value for key in list_rankable() if (value := system.value(key)) is not None}
        medians = relative_medians(system)
        signatures = {key: str(comparable_part(system.signature(key))) for key in values}
        nights.append(
            Night(
                date=record.plan.created_at,
                run=record.noted_id,
                event=event,
                outcome=outcome,
                dataset=record.plan.dataset,
                references_sha256=record.plan.references_sha256,
                system=name,
                values={**values, **medians},
                signatures={**signatures, **dict.fromkeys(medians, hardware_of(record))},
                run_id=record.plan.header.run_id,
                commit=record.plan.header.commit,
                noted_at=now(),
            )
        )
    return nights


def read_history(path: Path) -> History:
    """Read a history; an absent file is an empty one.

    Raises:
        DataError: the file cannot be read, or a line is no night; the message says which. A last
            line without an end is another matter: see ``History``.
    """
    try:
        return _parse(path, path.read_bytes() if path.exists() else b"")
    except OSError as error:
        raise DataError(f"cannot read the history {path}: {error.strerror or error}.") from error


def append_nights(path: Path, nights: Sequence[Night]) -> None:
    """Add nights to a history that does not have them yet; its folders are made.

    What a kill left of a last line is cut off first. Gates that end at one moment wait for each
    other.

    Raises:
        DataError: the file holds something else.
        MachineError: it cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with closing(GrowingFile(path)) as file:
        file.lock()
        history = _parse(path, file.content())
        known = {_key(night) for night in history.nights}
        new = [spell_json(dataclasses.asdict(n)) for n in nights if _key(n) not in known]
        if not new:
            return
        if history.torn:
            file.cut(file.n_bytes - len(history.torn))
        file.add(b"\n" * file.is_cut + "".join(f"{line}\n" for line in new).encode())


def find_steps(nights: Sequence[Night], n_runs: int) -> list[FoundStep]:
    """Look for steps in the figures of the latest run, newest step first.

    A figure's series holds the latest ``n_runs`` runs whose values compare with the last one's:
    the same data set, references and signature, as far as both signatures say. A run that is
    noted twice, as a night and as accepted, counts once.
    """
    series: dict[tuple[str, ...], dict[str, Night]] = {}
    for night in sorted(nights, key=lambda night: night.date):
        for subject in night.values:
            series.setdefault(_series_of(night, subject), {})[night.identity] = night
    last = max(nights, key=lambda night: night.date, default=None)
    steps = [
        step
        for (*_, subject), by_run in series.items()
        if last is not None and last.identity in by_run
        for step in _steps_of(subject, _made_as(by_run[last.identity], subject, by_run)[-n_runs:])
    ]
    return sorted(steps, key=lambda step: (step.date, step.system, step.subject), reverse=True)


def history_beside(baseline: Path) -> Path:
    """Name the file that notes every run which was accepted as a baseline."""
    return baseline.with_suffix(".history.jsonl")


def _series_of(night: Night, subject: str) -> tuple[str, ...]:
    label = str(SplitLabel.parse(night.dataset).portable)
    return (label, night.references_sha256, night.system, subject)


def _made_as(last: Night, subject: str, by_run: Mapping[str, Night]) -> list[Night]:
    """List the nights whose figure was made as the last one's."""
    made = _signature(last, subject)
    return [night for night in by_run.values() if _signature(night, subject).agrees_with(made)]


def _signature(night: Night, subject: str) -> Signature:
    first, *parts = night.signatures.get(subject, "").split("|")
    spelt = (part.partition(":") for part in parts)
    return Signature(first, tuple((name, value) for name, _, value in spelt))


def _steps_of(subject: str, series: Sequence[Night]) -> list[FoundStep]:
    values = [night.values[subject] for night in series]
    share = _LEAST_NOISE if subject in METRICS else _LEAST_NOISE_OF_TIMES
    steps = detect_steps(values, least_noise=share * abs(statistics.median(values)))
    return [
        FoundStep(
            series[step.index].system,
            subject,
            series[step.index].date,
            series[step.index].run,
            step.before,
            step.after,
        )
        for step in steps
    ]


def _key(night: Night) -> tuple[str, ...]:
    # A run scored again is the same night, and another baseline where it is accepted.
    run = night.identity if night.event == "night" else night.run
    return (run, night.system, night.event)


def _parse(path: Path, content: bytes) -> History:
    *lines, last = content.split(b"\n")
    nights = [_night(path, number, line) for number, line in enumerate(lines, start=1)]
    torn = b""
    if last:
        try:
            nights.append(_night(path, len(lines) + 1, last))
        except DataError:
            torn = last
    return History(sorted(nights, key=lambda night: night.date), torn)


def _night(path: Path, number: int, line: bytes) -> Night:
    where = f"{path}, line {number}"
    try:
        record = upgrade(parse_json(line), where, SCHEMA, {1: _without_id})
        if unknown := record.keys() - {field.name for field in dataclasses.fields(Night)}:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        night = _without_path(read_as(Night, record, where))
        if not all(math.isfinite(value) for value in night.values.values()):
            raise ValueError("a value is not finite")
        datetime.fromisoformat(night.date)
    except (ValueError, AttributeError, RunError, RecursionError) as error:
        start = line[:80].decode(errors="backslashreplace")
        raise DataError(
            f"{where}: {start!r} is not a night ({error}). The file was changed by something "
            "else; mend or remove that line."
        ) from error
    return night


def _without_id(record: Unread) -> Unread:
    return {"run_id": None, "commit": None, "noted_at": None, **record}


def _without_path(night: Night) -> Night:
    """Name a folder's captions where earlier versions wrote its path into signatures."""
    name = SplitLabel.parse(night.dataset).identify(night.references_sha256)
    before, now = f"|idf:{night.dataset},", f"|idf:{name},"
    signatures = {key: text.replace(before, now) for key, text in night.signatures.items()}
    return dataclasses.replace(night, signatures=signatures)
