"""``run``: systems caption a split and are scored, as ``bench run`` does it."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmark.api.datasets import find_data_root
from benchmark.api.given import gather_metrics
from benchmark.api.own_systems import Systems, call_systems
from benchmark.api.results import Result
from benchmark.errors import UsageError
from benchmark.machine.descriptors import stdout_to_stderr
from benchmark.machine.isolation import ISOLATIONS, Isolation
from benchmark.metrics.suite import MetricModels
from benchmark.plugins.called_files import calling_files
from benchmark.runs.carry_out import start_run
from benchmark.runs.folder import default_run_path
from benchmark.runs.isolation.apart import Apart
from benchmark.runs.learning import AskedLearning
from benchmark.runs.requests import RUN_FEEDING, RunRequest
from benchmark.systems.registry import Registry, load_registry


def run(
    systems: Systems,
    dataset: str = "soundscapes:test",
    *,
    out: str | Path | None = None,
    metrics: str | Iterable[str] = "all",
    data_root: str | Path | None = None,
    models: MetricModels | None = None,
    train: str | None = None,
    validation: str | None = None,
    embeddings: Sequence[str | Path] = (),
    seed: int = 0,
    device: str = "cpu",
    batch_size: int = RUN_FEEDING.batch_size,
    n_timed: int = RUN_FEEDING.n_timed,
    is_explained: bool = False,
    limit: int | None = None,
    clips_of: str | Path | None = None,
    text_only: bool = False,
    isolation: Isolation | None = None,
) -> Result:
    """Caption a split with systems, score what they say, and seal the run.

    A system that stops, or fails at a clip, raises nothing here: the table says so, and
    ``Result.failures`` why. An interrupted run goes on with ``bench run --resume``.

    Args:
        systems: names of installed systems, options included, paths of files, as ``./mine.py``,
            and captioners and functions of your own, which run in this process; or such objects
            by the names of their rows; or names with commas between, as ``--systems`` takes them.
        dataset: whose clips are captioned, as ``clotho:evaluation`` or ``folder:PATH:test``.
        out: the run's folder; else a new one under ``runs/``.
        metrics: as of ``score``.
        data_root: the folder that holds the data sets; else BENCH_DATA, else the platform's.
        models: what metrics stand on; else the field's standard.
        train: split that systems learn from; else the data set's own.
        validation: split that epochs are chosen on, or ``"none"``; else the training data's own.
        embeddings: files of ``bench embed``, which stand for sounds that are not here.
        seed: of every random choice.
        device: torch's name.
        batch_size: clips a call.
        n_timed: clips to caption once more, alone and with caches off, for the latency.
        is_explained: systems that can are asked what their captions leaned on.
        limit: caption the first so many clips only.
        clips_of: a run on this data set, or ``"RUN::SYSTEM"``: caption only the clips that it was
            scored on, so that rows join its table.
        text_only: give no sound.
        isolation: where systems run: each in a ``process`` of its own (the default), in an ``env``
            with what its distribution requires, too, or ``none``: all in this process, which is
            the default where one of them is an object of this process.

    Raises:
        BenchError: the request cannot be met, or the folder cannot be written.
    """
    if batch_size < 1 or n_timed < 0:
        raise UsageError(
            f"batch_size is {batch_size} and n_timed {n_timed}; expected at least 1 and 0."
        )
    with calling_files():
        registry = _load_registry()
        called = call_systems(systems, registry, text_only=text_only)
        request = RunRequest(
            systems=called.names,
            dataset=dataset,
            data_root=find_data_root(data_root),
            metrics=gather_metrics(metrics),
            learning=AskedLearning(train, validation),
            seed=seed,
            device=device,
            feeding=dataclasses.replace(
                RUN_FEEDING, batch_size=batch_size, n_timed=n_timed, is_explained=is_explained
            ),
            text_only=text_only,
            limit=limit,
            clips_of=None if clips_of is None else str(clips_of),
            embeddings=tuple(map(Path, embeddings)),
        )
        apart = Apart(_choose_isolation(isolation, has_objects=called.has_objects))
        path = default_run_path("run", dataset) if out is None else Path(out)
        return Result(start_run(request, registry, path, models or MetricModels(), apart=apart))


def _load_registry() -> Registry:
    with stdout_to_stderr():
        registry = load_registry()
    for deprecation in registry.deprecations:
        warnings.warn(deprecation.warning, DeprecationWarning, stacklevel=3)
    return registry


def _choose_isolation(asked: Isolation | None, *, has_objects: bool) -> Isolation:
    if asked is None:
        return "none" if has_objects else "process"
    if asked not in ISOLATIONS:
        raise UsageError(f"isolation is {asked!r}; expected one of {', '.join(ISOLATIONS)}.")
    if has_objects and asked != "none":
        raise UsageError(
            f"isolation is {asked!r}, and one of the systems is an object of this process; "
            "expected 'none'. Make it a plugin, or run the others apart from it."
        )
    return asked
