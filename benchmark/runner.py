"""Runs systems over a split and writes what they say into the ledger. Knows no metric."""

from __future__ import annotations

import dataclasses
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmark.contract import Captioner, Clip, Resources, Split
from benchmark.errors import BenchError, DataError, PluginError
from benchmark.ledger import (
    CAPTIONED,
    ClipRow,
    Ledger,
    LedgerView,
    PrepareRow,
    State,
    content_key,
)
from benchmark.listening import Heard, Listener
from benchmark.progress import Bar, progress_bar
from benchmark.registry import System


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How clips are fed.

    Attributes:
        clip_ids: the clips to caption, sorted.
        batch_size: clips a call; the latency figures say which it was.
        timeout_s: seconds a call may take before its system is stopped; None waits for ever.
    """

    clip_ids: tuple[str, ...]
    batch_size: int = 1
    timeout_s: float | None = None


class CallTimeoutError(Exception):
    """A captioner's call took longer than it may."""


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
    n_folds = _n_folds(system, split)
    with progress_bar(system.name, n_folds * len(settings.clip_ids)) as bar:
        for fold in range(n_folds):
            fold_resources = dataclasses.replace(resources, fold=fold)
            run = _FoldRun(system, fold, split, settings, listener, ledger, bar)
            if failure := run.caption_missing(fold_resources, done):
                return failure
    return None


def fold_clip_ids(system: System, split: Split, clip_ids: Sequence[str], fold: int) -> list[str]:
    """List the clips of one fold: all of them, save for leave-one-out.

    There a clip needs a reference number ``fold`` and at least one other to be held against.
    """
    if not system.spec.leave_one_out:
        return list(clip_ids)
    return [clip_id for clip_id in clip_ids if len(split.references[clip_id]) > max(fold, 1)]


def _n_folds(system: System, split: Split) -> int:
    if not system.spec.leave_one_out:
        return 1
    n_references = max((len(texts) for texts in split.references.values()), default=0)
    if n_references < 2:
        raise DataError(
            f"{system.name} holds each reference against the others, but {split.label} has one "
            "reference a clip; expected at least 2."
        )
    return n_references


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
        if not batches:
            return None
        captioner = self._prepare(resources)
        if isinstance(captioner, str):
            return captioner
        for number, batch in batches:
            if failure := self._caption_batch(captioner, resources, number, batch):
                return failure
            self.bar.advance(len(batch))
        return None

    def _is_done(self, batch: Sequence[str], done: LedgerView) -> bool:
        rows = [done.clips.get((self.system.name, self.fold, clip_id)) for clip_id in batch]
        return all(row is not None and row.state in CAPTIONED for row in rows)

    def _prepare(self, resources: Resources) -> Captioner | str:
        start = time.perf_counter()
        try:
            captioner = self.system.spec.prepare(resources, self.system.options)
            if not callable(getattr(captioner, "caption", None)):
                raise PluginError(f"prepare() returned {captioner!r}; expected a captioner.")
        except Exception as error:
            message = _describe(error)
            row = PrepareRow(
                self.system.name, self.fold, _since(start), message, traceback.format_exc()
            )
            self.ledger.append([row])
            return f"while preparing: {message}"
        self.ledger.append([PrepareRow(self.system.name, self.fold, _since(start))])
        return captioner

    def _caption_batch(
        self, captioner: Captioner, resources: Resources, number: int, batch: Sequence[str]
    ) -> str | None:
        heard: list[Heard] = []
        rows: list[ClipRow] = []
        for clip_id in batch:
            try:
                heard.append(self.listener.hear(clip_id, self.system.spec.sample_rate_hz))
            except BenchError as error:
                rows.append(self._failed_read(clip_id, resources, number, len(batch), error))
        failure: str | None = None
        if heard:
            captions, caption_s, raised = _call(captioner, heard, self.settings.timeout_s)
            for index, item in enumerate(heard):
                text = captions[index] if captions is not None else None
                row = self._row(item, resources, number, len(batch), text, caption_s)
                rows.append(_with_error(row, raised) if raised is not None else row)
            if raised is not None:
                failure = f"at clip {heard[0].clip.clip_id!r}: {_describe(raised)}"
        rows.sort(key=lambda row: row.clip_id)
        self.ledger.append(rows)
        return failure

    def _row(
        self,
        item: Heard,
        resources: Resources,
        number: int,
        batch_size: int,
        text: str | None,
        caption_s: float,
    ) -> ClipRow:
        return ClipRow(
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
    ) -> ClipRow:
        silent = Heard(Clip(clip_id, Listener.SILENCE, 1), "unreadable", 0.0)
        return _with_error(self._row(silent, resources, number, batch_size, None, 0.0), error)

    def _key(self, content: str, resources: Resources) -> str:
        provenance = self.system.provenance
        train = resources.train.label if resources.train else ""
        parts = (self.system.name, str(provenance), str(resources.seed), train, content)
        return content_key((*parts, str(self.fold)))


def _call(
    captioner: Captioner, heard: Sequence[Heard], timeout_s: float | None
) -> tuple[list[str] | None, float, Exception | None]:
    """Caption one batch: the captions or what was raised, and the seconds it took."""
    clips = [item.clip for item in heard]
    start = time.perf_counter()
    try:
        if timeout_s is None:
            captions = captioner.caption(clips)
        else:
            captions = _call_within(captioner, clips, timeout_s)
        caption_s = _since(start)
        _check_captions(captions, clips)
    except Exception as error:
        return None, _since(start), error
    return captions, caption_s, None


def _call_within(captioner: Captioner, clips: list[Clip], timeout_s: float) -> list[str]:
    """Call in a thread of its own, which is left behind if it does not come back in time."""
    outcome: list[list[str] | Exception] = []

    def work() -> None:
        try:
            outcome.append(captioner.caption(clips))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout_s)
    if not outcome:
        raise CallTimeoutError(f"caption() took longer than {timeout_s:g} s for {len(clips)} clips")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _check_captions(captions: object, clips: Sequence[Clip]) -> None:
    if not isinstance(captions, list | tuple):
        raise PluginError(
            f"caption() returned {type(captions).__name__}; expected a list of {len(clips)} str."
        )
    if len(captions) != len(clips):
        raise PluginError(
            f"caption() returned {len(captions)} captions for {len(clips)} clips "
            f"(first clip {clips[0].clip_id!r}); expected one per clip, in order."
        )
    for clip, text in zip(clips, captions, strict=True):
        if not isinstance(text, str):
            raise PluginError(
                f"the caption for clip {clip.clip_id!r} is {type(text).__name__}; expected str."
            )


def _with_error(row: ClipRow, error: Exception) -> ClipRow:
    state: State = "timeout" if isinstance(error, CallTimeoutError) else "error"
    trace = "".join(traceback.format_exception(error))
    return dataclasses.replace(
        row, state=state, caption=None, error=_describe(error), traceback=trace
    )


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _since(start: float) -> float:
    return time.perf_counter() - start


def _batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
