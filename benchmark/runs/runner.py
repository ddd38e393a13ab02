"""Runs systems over a split and writes what they say into the ledger. Knows no metric."""

from __future__ import annotations

import dataclasses
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmark.contract import Captioner, Clip, Resources, Split
from benchmark.errors import BenchError, describe
from benchmark.machine.clock import since
from benchmark.machine.facts import describe_machine, peak_rss_mib
from benchmark.machine.progress import Bar, progress_bar
from benchmark.runs.entries import (
    CAPTIONED,
    ClipEntry,
    Entry,
    MachineEntry,
    PrepareEntry,
    State,
    TimedEntry,
    content_key,
)
from benchmark.runs.folds import count_folds, fold_clip_ids, spread
from benchmark.runs.ledger import Ledger, LedgerView, read_ledger
from benchmark.runs.listening import Heard, Listener
from benchmark.runs.timing import SingleStream, profile_again
from benchmark.systems.calling import (
    CallTimeoutError,
    call_captioner,
    prepare_captioner,
    sample_rate_of,
)
from benchmark.systems.disclosure import read_disclosure
from benchmark.systems.registry import System


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How clips are fed.

    Attributes:
        clip_ids: the clips to caption, sorted.
        batch_size: clips a call; the latency figures say which it was.
        timeout_s: seconds a call may take before its system is stopped; None waits for ever.
        n_profiled: clips to caption once more for the latency, at most ``PROFILE_LIMIT_S`` long.
    """

    clip_ids: tuple[str, ...]
    batch_size: int = 1
    timeout_s: float | None = None
    n_profiled: int = 0


PROFILE_LIMIT_S = 30.0

_Row = TypeVar("_Row", ClipEntry, PrepareEntry)


def run_system(
    system: System,
    split: Split,
    resources: Resources,
    settings: RunSettings,
    listener: Listener,
    ledger: Ledger,
    done: LedgerView,
) -> str | None:
    """Caption the clips that ``done`` does not hold yet, appending to the ledger.

    A sound that cannot be read costs that clip alone. Anything the captioner raises stops the
    system; its clips so far are kept.

    Returns:
        None, or why the system stopped: clip, error type and message.
    """
    n_folds = count_folds(system, split)
    with progress_bar(system.name, n_folds * len(settings.clip_ids)) as bar:
        for fold in range(n_folds):
            fold_resources = dataclasses.replace(resources, fold=fold)
            run = _FoldRun(system, fold, split, settings, listener, ledger, bar)
            if failure := run.caption_missing(fold_resources, done):
                return failure
    return None


@dataclass(slots=True)
class _FoldRun:
    """One pass of one system over the clips."""

    system: System
    fold: int
    split: Split
    settings: RunSettings
    listener: Listener
    ledger: Ledger
    bar: Bar

    def caption_missing(self, resources: Resources, done: LedgerView) -> str | None:
        clip_ids = fold_clip_ids(self.system, self.split, self.settings.clip_ids, self.fold)
        batches = [
            (number, batch)
            for number, batch in enumerate(_batches(clip_ids, self.settings.batch_size))
            if not self._is_done(batch, done)
        ]
        self.bar.advance(len(clip_ids) - sum(len(batch) for _, batch in batches))
        if not batches and not self._lacks_profile(done):
            return None
        captioner, prepared = self._prepare(resources)
        if batches or captioner is None:  # what was said by who captioned the clips stands
            self.ledger.extend([prepared])
        if captioner is None:
            return f"while preparing: {prepared.error}"
        for number, batch in batches:
            if failure := self._caption_batch(captioner, resources, number, batch):
                return failure
            self.bar.advance(len(batch))
        if batches and (failure := self._disclose_again(captioner, prepared)):
            return failure
        machine = describe_machine()
        rows: list[Entry] = []
        if self._lacks_profile(done):
            rows += self._profile(captioner, clip_ids, machine.hash)
        self.ledger.extend([*rows, MachineEntry(machine, peak_rss_mib())])
        return None

    def _lacks_profile(self, done: LedgerView) -> bool:
        is_profiled = any(name == self.system.name for name, _ in done.timed)
        wanted = self.settings.n_profiled > 0 and not self.system.spec.leave_one_out
        return wanted and not is_profiled

    def _profile(
        self, captioner: Captioner, clip_ids: Sequence[str], machine: str
    ) -> list[TimedEntry]:
        """Time clips spread over the split, those that have a sound, if there are any."""
        spec, settings = self.system.spec, self.settings
        embedded = frozenset() if spec.needs_waveform else self.split.embedded
        sounding = [clip_id for clip_id in clip_ids if clip_id not in embedded]
        sample = spread(sounding or clip_ids, settings.n_profiled)
        said = read_ledger(self.ledger.path).clips
        rows = [said[self.system.name, self.fold, clip_id] for clip_id in sample]
        rate_hz = sample_rate_of(captioner, spec)
        stream = SingleStream(self.listener, rate_hz, settings.timeout_s, PROFILE_LIMIT_S)
        return profile_again(stream, captioner, rows, embedded, machine)

    def _is_done(self, batch: Sequence[str], done: LedgerView) -> bool:
        rows = [done.clips.get((self.system.name, self.fold, clip_id)) for clip_id in batch]
        return all(row is not None and row.state in CAPTIONED for row in rows)

    def _prepare(self, resources: Resources) -> tuple[Captioner | None, PrepareEntry]:
        start_ns = time.perf_counter_ns()
        try:
            captioner = prepare_captioner(self.system.spec, resources, self.system.options)
            row = PrepareEntry(self.system.name, self.fold, since(start_ns))
            return captioner, dataclasses.replace(row, **read_disclosure(captioner)._asdict())
        except Exception as error:
            row = PrepareEntry(self.system.name, self.fold, since(start_ns))
            return None, _with_error(row, error)

    def _disclose_again(self, captioner: Captioner, prepared: PrepareEntry) -> str | None:
        """Record what the captioner says of itself after the last clip, if that has changed."""
        try:
            row = dataclasses.replace(prepared, **read_disclosure(captioner)._asdict())
        except Exception as error:
            self.ledger.extend([_with_error(prepared, error)])
            return f"after the last clip: {describe(error)}"
        if row != prepared:
            self.ledger.extend([row])
        return None

    def _caption_batch(
        self, captioner: Captioner, resources: Resources, number: int, batch: Sequence[str]
    ) -> str | None:
        sample_rate_hz = sample_rate_of(captioner, self.system.spec)
        heard: list[Heard] = []
        rows: list[ClipEntry] = []
        for clip_id in batch:
            try:
                heard.append(self.listener.hear(clip_id, sample_rate_hz))
            except BenchError as error:
                rows.append(self._failed_read(clip_id, resources, number, len(batch), error))
        failure: str | None = None
        if heard:
            call = call_captioner(captioner, [item.clip for item in heard], self.settings.timeout_s)
            for index, item in enumerate(heard):
                text = call.captions[index] if call.captions is not None else None
                row = self._row(item, resources, number, len(batch), text, call.seconds)
                rows.append(row if call.error is None else _failed(row, call.error))
            if call.error is not None:
                failure = f"at clip {heard[0].clip.clip_id!r}: {describe(call.error)}"
        rows.sort(key=lambda row: row.clip_id)
        self.ledger.extend(rows)
        return failure

    def _row(
        self,
        item: Heard,
        resources: Resources,
        number: int,
        batch_size: int,
        text: str | None,
        caption_s: float,
    ) -> ClipEntry:
        return ClipEntry(
            system=self.system.name,
            fold=self.fold,
            clip_id=item.clip.clip_id,
            state="ok" if text and text.strip() else "empty",
            caption=text,
            key=self._key(item.content, resources),
            batch=number,
            batch_size=batch_size,
            read_s=item.read_s,
            caption_s=caption_s,
            audio_s=item.clip.duration_s,
        )

    def _failed_read(
        self, clip_id: str, resources: Resources, number: int, batch_size: int, error: BenchError
    ) -> ClipEntry:
        silent = Heard(Clip(clip_id, Listener.SILENCE, 1), "unreadable", 0.0)
        return _failed(self._row(silent, resources, number, batch_size, None, 0.0), error)

    def _key(self, content: str, resources: Resources) -> str:
        provenance = self.system.provenance
        train = str(resources.train.label) if resources.train else ""
        parts = (self.system.name, str(provenance), str(resources.seed), train, content)
        return content_key((*parts, str(self.fold)))


def _failed(row: ClipEntry, error: Exception) -> ClipEntry:
    state: State = "timeout" if isinstance(error, CallTimeoutError) else "error"
    return _with_error(dataclasses.replace(row, state=state, caption=None), error)


def _with_error(row: _Row, error: Exception) -> _Row:
    trace = "".join(traceback.format_exception(error))
    return dataclasses.replace(row, error=describe(error), traceback=trace)


def _batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
