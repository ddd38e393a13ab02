"""From a request to a frozen plan: every name and file is checked before any work."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmark.contract import EvaluatedClips, Resources, Split, hash_captions
from benchmark.datasets.catalogue import load_split, train_split_of
from benchmark.datasets.passport import issue_passport
from benchmark.embeddings.files import EmbeddingFile
from benchmark.embeddings.splits import describe_files, open_files, with_embeddings
from benchmark.errors import RunError, UnknownNameError, UsageError, listed
from benchmark.machine.clock import now
from benchmark.machine.commits import find_commit
from benchmark.machine.device import require_device
from benchmark.machine.places import artifacts
from benchmark.metrics.catalogue import describe_strangers
from benchmark.models.revisions import pin_revisions, unpin_revisions
from benchmark.plugins.provenance import how_to_have
from benchmark.runs.changes import (
    current_versions,
    find_changes,
    go_on_with,
    leave_unpinned,
    pin_systems,
    require_accepted,
)
from benchmark.runs.clip_choice import choose_clips, refuse_leaks
from benchmark.runs.clips import Clips
from benchmark.runs.eligibility import seat_for_clips, seat_for_needs, seat_for_text
from benchmark.runs.entries import ChangeEntry
from benchmark.runs.kept_references import find_kept_split
from benchmark.runs.learning import (
    Learning,
    choose_learning,
    label_of,
    load_learning,
    loader_for,
)
from benchmark.runs.ledger import LedgerView
from benchmark.runs.listening import Listener
from benchmark.runs.plan import Plan, PlanHeader
from benchmark.runs.requests import RunRequest
from benchmark.runs.row_names import refuse_repeats, require_called_well
from benchmark.runs.shelf import Shelf
from benchmark.systems.needs import Found, look_for_needs
from benchmark.systems.registry import Registry, System
from benchmark.systems.roster import Roster, call_lineup, join_systems, names_of


def _looks_here(system: System) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ResolvedRun:
    """A plan together with the things that it names.

    Attributes:
        plan: what it is about.
        systems: in its order.
        split: with the clips of which only embeddings are here.
        learning: what they learn from.
        data_root: where the splits were found.
        files: of embeddings.
        changes: of an earlier run, the systems that are not what they were.
    """

    plan: Plan
    systems: tuple[System, ...]
    split: Split
    learning: Learning
    data_root: Path
    files: tuple[EmbeddingFile, ...] = ()
    changes: tuple[ChangeEntry, ...] = ()

    def clips(self, shelf: Shelf | None = None) -> Clips:
        """Gather the clips, to be read as they are asked for.

        Args:
            shelf: where processes of the run leave each other what they decoded.
        """
        plan = self.plan
        given = "".join(file.sha256 for file in plan.embeddings)
        listener = Listener(
            self.split, text_only=plan.text_only, embeddings_sha256=given, shelf=shelf
        )
        return Clips(listener, plan.clip_ids, plan.feeding)

    def resources_for(self, system: System) -> Resources:
        """Gather what one system may use."""
        spec, learning = system.spec, self.learning.for_system(system.spec, self.files)
        is_embedded = not self.split.embedded.isdisjoint(self.plan.clip_ids)
        return Resources(
            device=self.plan.device,
            seed=self.plan.seed,
            artifacts=artifacts(),
            train=learning.train,
            validation=learning.validation,
            references=self.split.references if spec.kind == "ceiling" else None,
            embedding_files=tuple(file.path for file in self.files),
            embedded_split=str(self.split.label.portable) if is_embedded else None,
            load_split=loader_for(spec, self.files, self.data_root),
            evaluated=self._describe_clips(),
        )

    def _describe_clips(self) -> EvaluatedClips:
        split = self.split
        spellings = {**split.aliases, **{clip_id: clip_id for clip_id in split.references}}
        return EvaluatedClips(split.label, self.plan.clip_ids, spellings)


def resolve_run(
    request: RunRequest,
    registry: Registry,
    *,
    is_pinned: bool = True,
    looks_elsewhere: Callable[[System], bool] = _looks_here,
) -> ResolvedRun:
    """Check a request and turn it into a plan.

    Args:
        request: what was asked for.
        registry: what is installed.
        is_pinned: the plan holds hashes of what the systems are made of; False where nobody will
            go on with it, or hold its rows against others.
        looks_elsewhere: whether a system gets an environment of its own, which may have what this
            one lacks: only there it is found out.

    Raises:
        BenchError: systems lack what they need, an unknown name or option, no data, a device or
            option that cannot be.
    """
    lineups = [call_lineup(text) for text in request.lineups]
    roster = join_systems(lineups, request.systems, registry, text_only=request.text_only)
    refuse_repeats(names_of(roster.systems))
    require_called_well(roster.systems)
    if request.text_only:
        roster = seat_for_text(roster)
    require_device(request.device)
    split = load_split(request.dataset, request.data_root, artifacts())
    specs = [system.spec for system in roster.systems]
    learning = choose_learning(request.learning, specs, split, request.data_root)
    files = _open_files(request, [split, *learning.splits])
    whole = with_embeddings(split, files)
    clip_ids = choose_clips(whole, request)
    roster = seat_for_clips(roster, whole, clip_ids)
    plan = Plan(
        header=describe_run("run", request.argv, split, request.metrics),
        systems=(),
        clip_ids=clip_ids,
        feeding=request.feeding,
        train=label_of(learning.train),
        validation=label_of(learning.validation),
        seed=request.seed,
        device=request.device,
        text_only=request.text_only,
        limit=request.limit,
        embeddings=describe_files(files),
        lineups=tuple(dict.fromkeys(called.lineup.name for called in lineups)),
    )
    refuse_leaks(plan.clip_ids, split, learning)
    run = ResolvedRun(plan, (), whole, learning, request.data_root, files)
    unpin_revisions()

    def look(system: System) -> Found:
        if looks_elsewhere(system):
            return Found()
        return look_for_needs(system, run.resources_for(system))

    roster, found = seat_for_needs(roster, look)
    return _with_systems(run, roster, found, is_pinned=is_pinned)


def _with_systems(
    run: ResolvedRun, roster: Roster, found: Mapping[str, Found], *, is_pinned: bool
) -> ResolvedRun:
    """Put the systems of a roster into a plan, once what they need is here."""
    models = {name: each.revisions for name, each in found.items()}
    for revisions in models.values():
        pin_revisions(revisions)
    for fetch in [fetch for each in found.values() for fetch in each.fetches]:
        fetch()  # before their files are hashed, and outside of all timing
    pinned = (
        pin_systems(roster.systems, run.plan.train, models)
        if is_pinned
        else leave_unpinned(roster.systems)
    )
    plan = dataclasses.replace(
        run.plan,
        systems=tuple(planned for _, planned in pinned),
        left_out=roster.left_out,
    )
    return dataclasses.replace(
        run,
        plan=plan,
        systems=tuple(system for system, _ in pinned),
    )


def find_again(
    plan: Plan,
    registry: Registry,
    data_root: Path,
    where: Path,
    *,
    view: LedgerView | None = None,
    accepts_changes: bool = False,
) -> ResolvedRun:
    """Find the systems and data of an earlier plan, to go on with it.

    Args:
        plan: of the run.
        registry: what is installed.
        data_root: see ``load_split``.
        where: names the run in messages.
        view: of its ledger, which knows the libraries that captions were computed with; None
            where nothing was captioned.
        accepts_changes: a changed system is no error: it is among the ``changes`` of what comes
            back, and the plan there is of what it is now.

    Raises:
        RunError: a system, the data set's captions or a file of embeddings changed since.
    """
    require_device(plan.device)
    split = load_same_split(plan, data_root, where)
    models = {each.name: each.makeup.models for each in plan.systems if each.makeup}
    for revisions in models.values():
        pin_revisions(revisions)
    systems = [registry.system(planned.spelling) for planned in plan.systems]
    pinned = pin_systems(systems, plan.train, models)
    versions = current_versions()
    found = [planned for _, planned in pinned]
    changes = find_changes(plan, found, versions, view or LedgerView())
    if not accepts_changes:
        require_accepted(changes, where)
    plan = go_on_with(plan, found, versions, changes)
    learning = load_learning(plan.train, plan.validation, data_root)
    refuse_leaks(plan.clip_ids, split, learning)
    paths = [Path(file.path) for file in plan.embeddings]
    files = open_files(paths, [split, *learning.splits])
    if describe_files(files) != plan.embeddings:
        raise RunError(
            f"{where}: {listed([str(path) for path in paths])} changed since the run began. Put "
            "the files back that it began with, or start anew."
        )
    return ResolvedRun(
        plan,
        tuple(system for system, _ in pinned),
        with_embeddings(split, files),
        learning,
        data_root,
        files,
        tuple(changes),
    )


def describe_run(
    command: Literal["run", "score"],
    argv: tuple[str, ...],
    split: Split,
    metrics: tuple[str, ...],
) -> PlanHeader:
    """Gather what every command that makes a run records alike."""
    return PlanHeader(
        command=command,
        created_at=now(),
        # Bytes that are no UTF-8, as of file names, have no place in the plan's own.
        argv=tuple(text.encode(errors="backslashreplace").decode() for text in argv),
        dataset=str(split.label),
        references_sha256=hash_captions(split.references),
        n_expected=len(split.references),
        passport=issue_passport(split).to_dict(),
        metrics=metrics,
        versions=current_versions(),
        run_id=secrets.token_hex(8),
        commit=find_commit(),
        declared=describe_strangers(metrics),
        clusters=None if split.clusters is None else split.clusters.shared,
    )


def load_same_split(plan: Plan, data_root: Path, where: Path) -> Split:
    """Load the split of an earlier plan.

    Raises:
        RunError: its captions are not those the run was made with, or the plugin that brought
            the data set is not installed.
    """
    try:
        split = find_kept_split(plan, where) or load_split(plan.dataset, data_root, artifacts())
    except UnknownNameError as error:
        brought_by = plan.header.passport.get("brought_by")
        if not isinstance(brought_by, str):
            raise
        raise RunError(
            f"{where}: {error} {brought_by} brought the data set when the run was made: "
            f"{how_to_have(brought_by)}."
        ) from error
    sha256 = hash_captions(split.references)
    if sha256 != plan.references_sha256:
        raise RunError(
            f"{where}: the captions of {plan.dataset} under {data_root} hash to "
            f"{sha256[:16]}, but the run was made with {plan.references_sha256[:16]}. Point "
            "--data-root at the data the run was made with."
        )
    return split


def load_train_split(plan: Plan, data_root: Path) -> Split:
    """Load the split that an earlier plan's systems learnt from; where none did, the data set's.

    Raises:
        DataError: its files are not here, or the data set has none.
    """
    label = plan.train or str(train_split_of(plan.label))
    return load_split(label, data_root, artifacts())


def _open_files(request: RunRequest, splits: Sequence[Split]) -> tuple[EmbeddingFile, ...]:
    if request.text_only and request.embeddings:
        raise UsageError("--text-only gives no sound, --embeddings stand for sounds; choose one.")
    return open_files(request.embeddings, splits)
