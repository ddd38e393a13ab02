"""The hooks a plugin may implement, and what is told through them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pluggy

from benchmark.contract import (
    CommandSpec,
    DatasetSpec,
    EncoderSpec,
    Engine,
    Fact,
    Kind,
    Lineup,
    SystemSpec,
)

PROJECT = "aac_bench"  # pluggy's project name and the entry-point group
TRACKERS = "aac_bench_trackers"  # the entry-point group of what hears of sealed runs
COMMANDS = "aac_bench_commands"  # and of commands: an entry's name is the command's
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class TrackedMetric:
    """A metric's value, as a tracker hears of it.

    Attributes:
        value: of all clips together, raw (BLEU 0.65, CIDEr-D 0.91).
        low, high: its 95 % bootstrap interval; None where it only describes.
        signature: all that another value must share to be compared with it.
    """

    value: float
    low: float | None
    high: float | None
    signature: str


@dataclass(frozen=True, slots=True)
class TrackedSystem:
    """A system of a sealed run, as a tracker hears of it.

    Attributes:
        name: canonical, options included.
        kind: floors and ceilings frame the ranked rows.
        distribution: what brought it, and its version.
        flaws: what must be known of its numbers; nothing where all is well.
        n_clips: clips that were scored.
        clip_ids_sha256: hash of their ids; numbers over other clips are not to be compared.
        metrics: by key, those that have a value.
        facts: what it said of how it was prepared.
        p50_s: median seconds of a timed call; None where too few were timed.
    """

    name: str
    kind: Kind
    distribution: str
    flaws: tuple[str, ...]
    n_clips: int
    clip_ids_sha256: str
    metrics: Mapping[str, TrackedMetric]
    facts: Mapping[str, Fact]
    p50_s: float | None


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A sealed run, as a tracker hears of it.

    Attributes:
        path: its folder.
        content_id: hash of all that it says; scored again it has another.
        dataset: with its split, as ``clotho:evaluation``; of a folder without its path.
        created_at: UTC, ISO 8601.
        seed: of every random choice.
        n_expected: clips in the split.
        references_sha256: hash of the split's captions.
        systems: in the order of the plan.
    """

    path: Path
    content_id: str
    dataset: str
    created_at: str
    seed: int
    n_expected: int
    references_sha256: str
    systems: tuple[TrackedSystem, ...]


@hookspec
def bench_systems() -> Iterable[SystemSpec]:  # type: ignore[empty-body]
    """Return the systems this plugin offers.

    Called by every command that names systems, so keep it cheap: heavy imports belong in
    ``SystemSpec.prepare``. Names are unique across all installed plugins.
    """


@hookspec
def bench_datasets() -> Iterable[DatasetSpec]:  # type: ignore[empty-body]
    """Return the data sets this plugin offers.

    Cheap, as ``bench_systems``: files wait for ``DatasetSpec.load``.
    """


@hookspec
def bench_encoders() -> Iterable[EncoderSpec[Any]]:  # type: ignore[empty-body]
    """Return the encoders this plugin offers.

    Cheap, as ``bench_systems``: weights wait for ``EncoderSpec.load``. Every system that takes an
    encoder takes these by name, options included.
    """


@hookspec
def bench_metrics() -> Iterable[Engine]:  # type: ignore[empty-body]
    """Return the metrics this plugin offers, each with what computes it.

    Cheap, as ``bench_systems``: models wait for ``Engine.score``. A metric's key is unique across
    all installed plugins; it is computed where it is asked for by name.
    """


@hookspec
def bench_lineups() -> Iterable[Lineup]:  # type: ignore[empty-body]
    """Return the line-ups this plugin offers, such as the systems of one paper."""


@hookspec
def bench_commands() -> Iterable[CommandSpec]:  # type: ignore[empty-body]
    """Return the commands that this module brings.

    Of the modules that entry points of the group ``aac_bench_commands`` name. An entry's name is
    that of a command, so that ``bench --help`` lists it and imports nothing; the module is
    imported when the command is called. Cheap, as ``bench_systems``.
    """


@hookspec
def bench_run_sealed(run: TrackedRun) -> None:
    """Hear of a run that was just sealed: run, scored, resumed or scored again.

    Of the modules that entry points of the group ``aac_bench_trackers`` name; nothing else of
    them is asked. What it raises is told on standard error and changes nothing.
    """
