"""A program as a captioner: started anew where it dies, as far as that may be."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.contract import Clip, Fact, Resources
from benchmark.errors import shown
from benchmark.files import tell
from benchmark.systems.program.messages import (
    PROTOCOL,
    DeclinedError,
    Hello,
    ProgramError,
    read_captions,
    read_hello,
    spell_call,
    spell_hello,
)
from benchmark.systems.program.process import Grace, Process

USUAL_RATE_HZ = 16_000
_GRACE = Grace()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user says of a program.

    Attributes:
        command: the program and its arguments.
        sample_rate_hz: of the sounds that it gets; None: as it says, else ``USUAL_RATE_HZ``.
        batch: clips that it gets at most in one line; None: as it says, else 1.
        trained_on: data sets that its weights have seen; None: as it says.
        most_restarts: times that it is started again.
    """

    command: tuple[str, ...]
    sample_rate_hz: int | None = None
    batch: int | None = None
    trained_on: tuple[str, ...] | None = None
    most_restarts: int = 100


class ProgramCaptioner:
    """Asks a program, clip by clip or in batches as large as it takes.

    Where it ends, hangs or breaks the protocol at some clips, these have failed, and another
    process of it is started for the next ones. One that ends between two calls costs no clip.
    """

    def __init__(self, asked: Asked, resources: Resources, grace: Grace = _GRACE) -> None:
        """Start the program, and wait for its hello.

        Raises:
            EndedError: it ended before.
            ProgramError: it says something else.
            UsageError: it cannot be started.
        """
        self._asked = asked
        self._resources = resources
        self._grace = grace
        self._n_calls = 0
        self._n_restarts = 0
        self._process: Process | None = None
        self._hello = self._start()

    @property
    def sample_rate_hz(self) -> int:
        return self._hello.sample_rate_hz or self._asked.sample_rate_hz or USUAL_RATE_HZ

    @property
    def trained_on(self) -> tuple[str, ...] | None:
        """What the user says, else what the program does; None where nobody says anything."""
        said = self._asked.trained_on
        return self._hello.trained_on if said is None else said

    @property
    def facts(self) -> Mapping[str, Fact]:
        """What the program says, and how often it had to be started again."""
        restarts = {"restarts of the program": self._n_restarts} if self._n_restarts else {}
        return {**self._hello.facts, **restarts}

    @property
    def pid(self) -> int | None:
        """Of the process at work; None where there is none."""
        return None if self._process is None else self._process.pid

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        """Ask for captions.

        Raises:
            DeclinedError: the program says that it has none, and why.
            EndedError: it ended.
            ProgramError: it broke the protocol, or was started again often enough.
        """
        size = self._size
        captions: list[str] = []
        for first in range(0, len(clips), size):
            captions += self._ask(clips[first : first + size])
        return captions

    def close(self) -> None:
        """Let the program end, and make it where it does not."""
        process, self._process = self._process, None
        if process is not None:
            process.close(self._grace)

    def _ask(self, clips: Sequence[Clip]) -> list[str]:
        process = self._living()
        self._n_calls += 1
        try:
            answer = process.ask(spell_call(self._n_calls, clips))
            return read_captions(answer, self._n_calls, len(clips))
        except DeclinedError:
            raise
        except BaseException:  # out of time, too: a late answer must not be the next clip's
            self._end()
            raise

    @property
    def _size(self) -> int:
        sizes = [size for size in (self._asked.batch, self._hello.batch) if size]
        return min(sizes, default=1)

    def _living(self) -> Process:
        """Return a process that can be asked; start one where the last one is over.

        Raises:
            EndedError: it ended before it said hello.
            ProgramError: it was started often enough, or is another one by now.
        """
        if self._process is not None and self._process.is_over:
            tell(f"between two clips, {self._process.ended()}; it is started again.")
            self._end()
        if self._process is not None:
            return self._process
        if self._n_restarts >= self._asked.most_restarts:
            raise ProgramError(
                f"the program was started again {self._n_restarts} times, as often as it may be "
                "(option restarts)."
            )
        self._n_restarts += 1
        hello = self._start()
        if dataclasses.replace(hello, facts=self._hello.facts) != self._hello:
            self._end()
            raise ProgramError(
                f"the program said {shown(self._hello)} when it was started first, and now "
                f"{shown(hello)}; expected no more than other facts."
            )
        self._hello = hello
        assert self._process is not None
        return self._process

    def _start(self) -> Hello:
        resources = self._resources
        settings = {"BENCH_PROTOCOL": str(PROTOCOL), "BENCH_SCRATCH": os.fspath(resources.scratch)}
        self._process = Process(self._asked.command, settings)
        try:
            asked = self._asked
            rate_hz = asked.sample_rate_hz or USUAL_RATE_HZ
            hello = read_hello(self._process.ask(spell_hello(resources, asked.batch, rate_hz)))
            _require_same_rate(asked.sample_rate_hz, hello.sample_rate_hz)
            return hello
        except BaseException:  # nobody closes what did not get ready
            self._end()
            raise

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()


def _require_same_rate(asked_hz: int | None, said_hz: int | None) -> None:
    if asked_hz and said_hz and asked_hz != said_hz:
        raise ProgramError(
            f"the program hears at {said_hz:,} Hz, but sample_rate_hz={asked_hz} was asked for; "
            "leave the option out, or name the program's own rate."
        )
