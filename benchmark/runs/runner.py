"""Clips captioned by one captioner; knows no metric, no clock but the captioner's, and no file."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol

from benchmark.errors import BenchError, describe
from benchmark.machine.progress import Bar
from benchmark.runs.clips import Clips
from benchmark.runs.entrants import ReadyEntrant
from benchmark.runs.entries import ClipEntry, Entry, state_of
from benchmark.runs.folds import Batch
from benchmark.runs.listening import Heard
from benchmark.runs.past import Past
from benchmark.runs.tries import Tally, Tried, try_clips
from benchmark.systems.calling import Call, call_captioner
from benchmark.systems.disclosure import read_disclosure
from benchmark.systems.explaining import Explained, Explainer, can_explain

_UNREADABLE = "unreadable"


class Sink(Protocol):
    """Where entries go: a ledger, or a plain list."""

    def extend(self, entries: Sequence[Entry], /) -> None:
        """Take entries, all of them or none."""


def _keep_still(batch: Batch) -> None:
    pass


def caption(
    ready: ReadyEntrant,
    batches: Iterable[Batch],
    clips: Clips,
    sink: Sink,
    *,
    before_call: Callable[[Batch], object] = _keep_still,
    past: Past | None = None,
) -> str | None:
    """Caption batches of clips, one call each.

    A sound that cannot be read costs that clip alone. So does what the captioner raises, as long
    as its patience lasts: a batch that fails is tried again clip by clip. After that it is
    stopped, and its clips so far are kept. What it says of itself goes to the sink before the
    first clip, and after the last one if that has changed. Where that is asked for, it says after
    each call what the captions leaned on; what it raises there is noted beside them and stops
    nothing.

    Args:
        ready: who is called.
        batches: at least one; each is asked for when the one before is in the sink.
        clips: where their sounds come from, and what the captioner is borne.
        sink: what was said, batch by batch.
        before_call: hears of each call, of which a batch that comes apart takes several.
        past: what failed in processes before this one; it counts.

    Returns:
        None, or why the captioner stopped: clip, error type and message.
    """
    sink.extend([ready.entry])
    feeder = _Feeder(ready, clips, before_call, past or Past())
    for batch in batches:
        entries, failure = feeder.feed(batch)
        sink.extend(entries)
        if failure:
            return failure
    return _disclose_again(ready, sink, clips.feeding.patience.timeout_s)


def advancing(batches: Iterable[Batch], bar: Bar) -> Iterator[Batch]:
    """Yield batches, and move a bar when the next is asked for: then one is done."""
    for batch in batches:
        yield batch
        bar.advance(len(batch.clip_ids))


class _Feeder:
    """Feeds one captioner its batches, and counts what fails."""

    def __init__(
        self,
        ready: ReadyEntrant,
        clips: Clips,
        before_call: Callable[[Batch], object],
        past: Past,
    ) -> None:
        entrant, feeding = ready.entrant, clips.feeding
        is_asked = feeding.is_explained and can_explain(ready.captioner)
        timeout_s = feeding.patience.timeout_s
        self._ready = ready
        self._clips = clips
        self._before_call = before_call
        self._explainer = Explainer(ready.captioner, timeout_s) if is_asked else None
        n_clips = len(clips.of_fold(entrant.system, entrant.fold))
        n_failed = past.n_failed(entrant.fold)
        self._tally = Tally(feeding.patience, n_clips, n_failed=n_failed, n_late=past.n_late)

    def feed(self, batch: Batch) -> tuple[list[ClipEntry], str | None]:
        """Caption one batch; return its entries, and why the captioner is to stop, if it is."""
        entries, heard = self._hear(batch)
        failure: str | None = None
        patience = self._clips.feeding.patience
        for tried in try_clips(partial(self._ask, batch), heard, patience) if heard else ():
            entries += self._note(batch, tried)
            failure = self._tally.add(tried)
            if failure:
                break
        entries.sort(key=lambda entry: entry.clip_id)
        return entries, failure

    def _hear(self, batch: Batch) -> tuple[list[ClipEntry], list[Heard]]:
        unread: list[ClipEntry] = []
        heard: list[Heard] = []
        for clip_id in batch.clip_ids:
            try:
                heard.append(self._clips.listener.hear(clip_id, self._ready.sample_rate_hz))
            except BenchError as error:
                key = self._ready.entrant.key_of(_UNREADABLE)
                unread.append(ClipEntry.unread(batch, clip_id, key, error))
        return unread, heard

    def _ask(self, batch: Batch, heard: Sequence[Heard]) -> Call:
        self._before_call(batch)
        sounds = [item.clip for item in heard]
        return call_captioner(self._ready.captioner, sounds, self._clips.feeding.patience.timeout_s)

    def _note(self, batch: Batch, tried: Tried) -> Iterator[ClipEntry]:
        """Note what a call gave for each clip, and ask what its captions leaned on."""
        call, n_heard = tried.call, len(tried.heard)
        reasons: Sequence[Explained | None] = [None] * n_heard
        if self._explainer and call.error is None:
            self._before_call(batch)
            reasons = self._explainer.ask([item.clip for item in tried.heard])
        # A batch that is not whole has unread clips; one that came apart has calls of its own.
        size = len(batch.clip_ids) if tried.n_tries == 1 else n_heard
        texts: Sequence[str | None] = call.captions or [None] * n_heard
        for item, text, explained in zip(tried.heard, texts, reasons, strict=True):
            entry = ClipEntry(
                system=batch.system_name,
                fold=batch.fold,
                clip_id=item.clip.clip_id,
                state=state_of(text),
                caption=text,
                key=self._ready.entrant.key_of(item.content),
                batch=batch.number,
                batch_size=size,
                read_s=item.read_s,
                caption_s=call.seconds,
                audio_s=item.clip.duration_s,
                explained=explained,
                n_tries=tried.n_tries,
            )
            yield entry if call.error is None else entry.failed(call.error)


def _disclose_again(ready: ReadyEntrant, sink: Sink, limit_s: float | None) -> str | None:
    """Note what the captioner says of itself after the last clip, if that has changed."""
    try:
        disclosure = read_disclosure(ready.captioner, limit_s)
    except Exception as error:
        sink.extend([ready.entry.failed(error)])
        return f"after the last clip: {describe(error)}"
    entry = dataclasses.replace(ready.entry, **disclosure._asdict())
    if entry != ready.entry:
        sink.extend([entry])
    return None
