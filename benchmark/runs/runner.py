"""Clips captioned by one captioner; knows no metric, no clock but the captioner's, and no file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from benchmark.errors import BenchError, describe
from benchmark.machine.progress import Bar
from benchmark.runs.clips import Clips
from benchmark.runs.entrants import ReadyEntrant
from benchmark.runs.entries import ClipEntry, Entry, state_of
from benchmark.runs.folds import Batch
from benchmark.runs.listening import Heard
from benchmark.systems.calling import Call, call_captioner
from benchmark.systems.disclosure import read_disclosure
from benchmark.systems.explaining import Explained, Explainer, can_explain

_UNREADABLE = "unreadable"


class Sink(Protocol):
    """Where entries go: a ledger, or a plain list."""

    def extend(self, entries: Sequence[Entry], /) -> None:
        """Take entries, all of them or none."""


def caption(ready: ReadyEntrant, batches: Iterable[Batch], clips: Clips, sink: Sink) -> str | None:
    """Caption batches of clips, one call each.

    A sound that cannot be read costs that clip alone. Anything the captioner raises stops it; its
    clips so far are kept. What it says of itself goes to the sink before the first clip, and after
    the last one if that has changed. Where that is asked for, it says after each call what the
    captions leaned on; what it raises there is noted beside them and stops nothing.

    Args:
        ready: who is called.
        batches: at least one; each is asked for when the one before is in the sink.
        clips: where their sounds come from, and how long a call may take.
        sink: what was said, batch by batch.

    Returns:
        None, or why the captioner stopped: clip, error type and message.
    """
    sink.extend([ready.entry])
    is_asked = clips.feeding.is_explained and can_explain(ready.captioner)
    explainer = Explainer(ready.captioner, clips.feeding.patience.timeout_s) if is_asked else None
    for batch in batches:
        if failure := _caption_batch(ready, explainer, batch, clips, sink):
            return failure
    return _disclose_again(ready, sink)


def advancing(batches: Iterable[Batch], bar: Bar) -> Iterator[Batch]:
    """Yield batches, and move a bar when the next is asked for: then one is done."""
    for batch in batches:
        yield batch
        bar.advance(len(batch.clip_ids))


def _caption_batch(
    ready: ReadyEntrant, explainer: Explainer | None, batch: Batch, clips: Clips, sink: Sink
) -> str | None:
    heard: list[Heard] = []
    entries: list[ClipEntry] = []
    for clip_id in batch.clip_ids:
        try:
            heard.append(clips.listener.hear(clip_id, ready.sample_rate_hz))
        except BenchError as error:
            key = ready.entrant.key_of(_UNREADABLE)
            entries.append(ClipEntry.unread(batch, clip_id, key, error))
    failure: str | None = None
    if heard:
        sounds = [item.clip for item in heard]
        call = call_captioner(ready.captioner, sounds, clips.feeding.patience.timeout_s)
        explained = explainer.ask(sounds) if explainer and call.error is None else None
        entries += _entries(ready, batch, heard, call, explained)
        if call.error is not None:
            failure = f"at clip {sounds[0].clip_id!r}: {describe(call.error)}"
    entries.sort(key=lambda entry: entry.clip_id)
    sink.extend(entries)
    return failure


def _entries(
    ready: ReadyEntrant,
    batch: Batch,
    heard: Sequence[Heard],
    call: Call,
    explained: Sequence[Explained] | None,
) -> Iterator[ClipEntry]:
    """Note what a call gave for each clip."""
    nothing: list[None] = [None] * len(heard)
    for item, text, reasons in zip(
        heard, call.captions or nothing, explained or nothing, strict=True
    ):
        entry = ClipEntry(
            system=batch.system_name,
            fold=batch.fold,
            clip_id=item.clip.clip_id,
            state=state_of(text),
            caption=text,
            key=ready.entrant.key_of(item.content),
            batch=batch.number,
            batch_size=len(batch.clip_ids),
            read_s=item.read_s,
            caption_s=call.seconds,
            audio_s=item.clip.duration_s,
            explained=reasons,
        )
        yield entry if call.error is None else entry.failed(call.error)


def _disclose_again(ready: ReadyEntrant, sink: Sink) -> str | None:
    """Note what the captioner says of itself after the last clip, if that has changed."""
    try:
        disclosure = read_disclosure(ready.captioner)
    except Exception as error:
        sink.extend([ready.entry.failed(error)])
        return f"after the last clip: {describe(error)}"
    entry = dataclasses.replace(ready.entry, **disclosure._asdict())
    if entry != ready.entry:
        sink.extend([entry])
    return None
