"""The run's side of a system in a process of its own: keeps what it says, and outlives it."""

from __future__ import annotations

import dataclasses
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from benchmark.errors import MachineError, RunError
from benchmark.files import parse_json
from benchmark.files.locks import Hold
from benchmark.machine.forks import can_copy
from benchmark.machine.progress import ERROR_CONSOLE, is_watched
from benchmark.machine.typed_json import read_as
from benchmark.runs.entries import ClipEntry, Entry, MachineEntry, PrepareEntry
from benchmark.runs.isolation.channel import Kind, Message
from benchmark.runs.isolation.child import live
from benchmark.runs.isolation.environments import environment_for
from benchmark.runs.isolation.messages import Done, Raised
from benchmark.runs.isolation.orders import Order, Work
from benchmark.runs.isolation.processes import (
    Child,
    describe_end,
    start_copy,
    start_fresh,
)
from benchmark.runs.lines import read_line
from benchmark.runs.moments import Book, CrashError, Moment, note_crash
from benchmark.runs.tries import MOST_LATE, Tally
from benchmark.systems.calling import CallTimeoutError

_T = TypeVar("_T")
_GLANCE_S = 0.2
"""How often a child that says nothing is looked at: what it forked may hold its socket open."""
_GRACE_S = 5.0
"""What a child gets beyond a limit that it holds itself to, before it is killed."""
_END_S = 10.0
"""How long a child may take to end once it is done."""
_SAVING_S = 60.0
"""How long it may take once it was interrupted: a training writes its checkpoint meanwhile."""


def run_apart(work: Work, order: Order, book: Book) -> str | None:
    """Take a system through a run in a process of its own, which is gone afterwards.

    Where that process ends at a clip, or hangs, and failures are borne, the clip has failed, and
    another one goes on after it; a batch is tried again clip by clip, as where ``caption`` raises.

    Args:
        work: what is to be done.
        order: the same, for an interpreter that has to find it.
        book: takes what is done.

    Returns:
        None, or why the system stopped; a crash is such a reason.

    Raises:
        MachineError: the book cannot be written.
        BenchError: what ``run_system`` raises.
    """
    while True:
        ended = _run_once(work, order, book)
        if not isinstance(ended, _Ended):
            return ended
        if reason := _bear(work, ended, book):
            return reason
        order = dataclasses.replace(order, past=work.past)


class _Ended(NamedTuple):
    """How a process ended that was not done, and at what."""

    moment: Moment
    error: CrashError | CallTimeoutError


def _bear(work: Work, ended: _Ended, book: Book) -> str | None:
    """Note what a process ended at; return why its system stops, None where it goes on."""
    (moment, error), past = ended, work.past
    batch, patience = moment.batch, work.clips.feeding.patience
    if batch is None or book.view.has_captions_of(batch):
        return note_crash(work.system, work.resources, moment, error, book)
    past.n_late = past.n_late + 1 if isinstance(error, CallTimeoutError) else 0
    if len(batch.clip_ids) > 1 and patience.goes_on and past.n_late < MOST_LATE:
        past.tear(batch)
        return None
    n_tries = 1 + past.is_torn(batch)
    reason = note_crash(work.system, work.resources, moment, error, book, n_tries=n_tries)
    past.failed += [(batch.fold, clip_id) for clip_id in batch.clip_ids]
    n_clips = len(work.clips.of_fold(work.system, batch.fold))
    n_failed = past.n_failed(batch.fold)
    return Tally(patience, n_clips, n_failed=n_failed, n_late=past.n_late).judge(reason)


def _run_once(work: Work, order: Order, book: Book) -> str | _Ended | None:
    """Let one process do what is left; return why the system stopped, or how the process ended."""
    try:
        child, hold = _start(work, order)
    except MachineError as error:
        return f"while its environment was built: {error}"
    watch = _Watch(child, work, book)
    try:
        return watch.listen()
    except (KeyboardInterrupt, SystemExit):
        watch.let_it_save()
        raise
    finally:
        child.end()
        if hold is not None:
            hold.close()
        if is_watched():
            ERROR_CONSOLE.show_cursor(True)  # a bar that was killed left none


def _start(work: Work, order: Order) -> tuple[Child, Hold | None]:
    """Start the child; return it, and what keeps its environment from being pruned.

    Raises:
        MachineError: its environment cannot be built.
    """
    if not order.requirements and can_copy(work.system.spec.imports):
        return start_copy(partial(live, work=work)), None
    environment = environment_for(order.requirements or ())
    child = start_fresh("benchmark.runs.isolation.child", python=environment.python)
    with suppress(OSError):  # it is over; that is heard next
        child.channel.send(Kind.ORDER, order.to_bytes())
    return child, environment.hold


class _EndedError(Exception):
    """The child has ended, or is not to be listened to any more; the message says why."""


@dataclass(slots=True)
class _Watch:
    """A child, what it is doing, and until when it may."""

    child: Child
    work: Work
    book: Book
    moment: Moment = field(default_factory=lambda: Moment("starting"))
    until_s: float | None = None
    is_interrupted: bool = False
    failure: str | None = None

    def listen(self) -> str | _Ended | None:
        """Hear the child until it is done; return why its system stopped, or how it ended."""
        try:
            while not self._heed(self._next_message()):
                pass
        except CallTimeoutError as error:
            self.child.end()
            return _Ended(self.moment, error)
        except _EndedError as error:
            self.child.end()
            return _Ended(self.moment, CrashError(str(error)))
        self.child.wait(_END_S)
        return self.failure

    def let_it_save(self) -> None:
        """Interrupt the child and keep what it says until it ends; a second interrupt kills it."""
        self.child.signal(signal.SIGINT)
        self.is_interrupted = True
        self.until_s = time.monotonic() + _SAVING_S
        with suppress(_EndedError, CallTimeoutError, KeyboardInterrupt):
            while not self._heed(self._next_message()):
                pass

    def _next_message(self) -> Message:
        """Wait for a message.

        Raises:
            CallTimeoutError: none came while one must.
            _EndedError: none will come.
        """
        try:
            while (message := self.child.channel.receive(_GLANCE_S)) is None:
                if self.child.is_over:
                    message = self.child.channel.receive(0)
                    if message is None:
                        raise EOFError
                    return message
                if self.until_s is not None and time.monotonic() > self.until_s:
                    raise CallTimeoutError(
                        f"it did not come back within {self.moment.limit_s or 0:g} s, and its "
                        "process was killed"
                    )
        except EOFError:
            if self.child.wait(_GRACE_S):
                raise _EndedError(describe_end(self.child.end())) from None
            raise _EndedError("its code closed descriptors that are not its own") from None
        except ValueError as error:
            raise _EndedError(f"its process sent {error}") from None
        return message

    def _heed(self, message: Message) -> bool:
        """Do what a message asks for; return whether it was the last one.

        Raises:
            _EndedError: it is no message of a child.
            BenchError: it says that the run ends with one, or the book cannot be written.
        """
        if message.kind is Kind.ENTRIES:
            self.book.extend(self._read_entries(message.body))
            with suppress(OSError):  # it is over; that is heard next
                self.child.channel.send(Kind.KEPT)
        elif message.kind is Kind.MOMENT:
            self._come_to(_read(Moment, message.body))
        elif message.kind is Kind.DONE:
            self.failure = _read(Done, message.body).failure
            return True
        else:
            raise _read(Raised, message.body).to_error()
        return False

    def _come_to(self, moment: Moment) -> None:
        if self.is_interrupted:
            return
        self.moment = moment
        self.until_s = None
        if moment.limit_s is not None:
            self.until_s = time.monotonic() + moment.limit_s + _GRACE_S

    def _read_entries(self, lines: bytes) -> list[Entry]:
        """Read entries; those of another system are refused."""
        name, entries = self.work.system.name, list[Entry]()
        for number, line in enumerate(lines.splitlines(), start=1):
            try:
                entry = read_line(line, Path(name), number)
            except RunError as error:
                raise _EndedError(f"its process sent what is no entry: {error}") from error
            if not isinstance(entry, MachineEntry) and entry.system != name:
                raise _EndedError(f"its process spoke for {entry.system!r}")
            if isinstance(entry, ClipEntry):
                entry = self.work.past.note(entry)
            if isinstance(entry, PrepareEntry) and entry.fold == 0:
                entry = entry.after(self.work.ahead_s)
            entries.append(entry)
        return entries


def _read(kind: type[_T], body: bytes) -> _T:
    try:
        return read_as(kind, parse_json(body), "a message")
    except (RunError, ValueError, RecursionError) as error:
        raise _EndedError(f"its process sent what is no message: {error}") from error
