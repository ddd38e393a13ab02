"""One system through a run: what is missing is captioned, then some clips are timed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmark.contract import Resources
from benchmark.machine.facts import describe_machine
from benchmark.machine.forks import ThisProcess, ending_forks
from benchmark.machine.memory import PeakMemory, watched_memory
from benchmark.machine.progress import Bar, progress_bar
from benchmark.runs.clips import Clips
from benchmark.runs.entrants import Entrant, prepare
from benchmark.runs.entries import Entry, MachineEntry, PrepareEntry
from benchmark.runs.folds import Batch, count_folds
from benchmark.runs.ledger import LedgerView
from benchmark.runs.loans import lent
from benchmark.runs.moments import Book, CrashError, Moment, Tell, note_crash
from benchmark.runs.past import Past
from benchmark.runs.patience import Patience
from benchmark.runs.plan import Feeding
from benchmark.runs.runner import advancing, caption
from benchmark.runs.timing import TIMING_LIMIT_S, needs_timing, time_again
from benchmark.systems.lending import CLOSE_LIMIT_S, closing
from benchmark.systems.registry import System


def _keep_still(moment: Moment) -> None:
    pass


def run_system(
    system: System,
    resources: Resources,
    clips: Clips,
    book: Book,
    tell: Tell = _keep_still,
    past: Past | None = None,
) -> str | None:
    """Caption the clips that have no caption yet, and time those that are to be timed.

    Args:
        system: which one.
        resources: what it may use; of its first fold.
        clips: all that it is to caption.
        book: holds what was done before, and takes what is done now.
        tell: hears what the system is about to do.
        past: what became of it in processes before this one.

    Returns:
        None, or why the system stopped: clip, error type and message.
    """
    n_folds = count_folds(system, clips.split)
    with ending_forks() as this, progress_bar(system.name, n_folds * len(clips.clip_ids)) as bar:
        way = _Way(book, tell, this, past or Past())
        try:
            for fold in range(n_folds):
                entrant = Entrant(system, dataclasses.replace(resources, fold=fold))
                if failure := _run_fold(entrant, clips, way, bar):
                    return failure
        except (Exception, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # asyncio.CancelledError, a panic in Rust
            this.require()
            crash = CrashError(f"{type(error).__name__}: {error}")
            return note_crash(system, resources, way.moment, crash, book)
    return None


@dataclass(slots=True)
class _Way:
    """A book that only the process that opened it writes to, and what is being done."""

    book: Book
    tell: Tell
    this: ThisProcess
    past: Past
    moment: Moment = field(default=Moment("starting"))

    @property
    def view(self) -> LedgerView:
        return self.book.view

    def extend(self, entries: Sequence[Entry], /) -> None:
        self.this.require()
        self.book.extend(entries)

    def come_to(self, moment: Moment) -> None:
        self.this.require()
        self.moment = moment
        self.tell(moment)

    def along(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield batches, and tell of each before and of their end."""
        for batch in batches:
            self.come_to(Moment("captioning", batch))  # whose sounds are read first
            yield batch
        self.come_to(Moment("ending"))


def _run_fold(entrant: Entrant, clips: Clips, way: _Way, bar: Bar) -> str | None:
    system, view = entrant.system, way.view
    batches = clips.batches(system, entrant.fold)
    missing = way.past.left_of(batches, view)
    bar.advance(_count_clips(batches) - _count_clips(missing))
    is_untimed = needs_timing(system, clips, view)
    if not missing and not is_untimed:
        return None
    with watched_memory() as memory, lent(entrant, clips) as loan:
        return _caption_and_time(*loan, missing, way, bar, memory)


def _caption_and_time(
    entrant: Entrant,
    clips: Clips,
    missing: Sequence[Batch],
    way: _Way,
    bar: Bar,
    memory: PeakMemory,
) -> str | None:
    """Get a system ready, caption what is missing, time it if that is to be done, close it."""
    system, view = entrant.system, way.view
    patience = clips.feeding.patience
    way.come_to(Moment("preparing", limit_s=patience.limit_of_preparing(system.spec)))
    ready = prepare(entrant, patience)
    if isinstance(ready, PrepareEntry):
        way.extend([ready])
        return f"while preparing: {ready.error}"
    with closing(ready.captioner, system.name):
        fed = advancing(way.along(missing), bar)
        limit_s = _longest_call(patience)

        def before_call(batch: Batch) -> None:
            way.come_to(Moment("captioning", batch, limit_s))

        failure = (
            caption(ready, fed, clips, way, before_call=before_call, past=way.past)
            if missing
            else None
        )
        if failure:
            way.come_to(Moment("ending", limit_s=CLOSE_LIMIT_S))
            return failure
        way.come_to(Moment("timing", limit_s=_longest_timing(clips.feeding)))
        timed = time_again(ready, clips, view) if needs_timing(system, clips, view) else []
        memory.look()
        way.extend([*timed, MachineEntry(describe_machine(), memory.peak_mib)])
        way.come_to(Moment("ending", limit_s=CLOSE_LIMIT_S))
    return None


def _longest_call(patience: Patience) -> float | None:
    """Tell how many seconds go by at most from a call to the next; None is for ever."""
    if patience.timeout_s is None:
        return None
    n_retries = patience.n_retries
    return patience.timeout_s + (patience.wait_before(n_retries) if n_retries else 0.0)


def _longest_timing(feeding: Feeding) -> float | None:
    timeout_s = feeding.patience.timeout_s
    return None if timeout_s is None else TIMING_LIMIT_S + 2 * timeout_s


def is_done(system: System, clips: Clips, view: LedgerView) -> bool:
    """Tell whether a system has captioned all of its clips, and needs no timing any more."""
    folds = range(count_folds(system, clips.split))
    is_missing = any(Past().left_of(clips.batches(system, fold), view) for fold in folds)
    return not (is_missing or needs_timing(system, clips, view))


def _count_clips(batches: Sequence[Batch]) -> int:
    return sum(len(batch.clip_ids) for batch in batches)
