"""One process of a program: started, asked line by line, ended with all that it started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from benchmark.errors import UsageError, harmless
from benchmark.machine.time_limits import wait_until
from benchmark.systems.program.messages import ProgramError, show_line

MOST_OF_A_LINE = 1 << 20
"""Bytes of an answer; more is no captions."""
_KEPT_OF_STDERR = 4_000
"""Bytes of the end of standard error that are kept, to be told where a program fails."""
_READ = 1 << 16
_GLANCE_MS = 200
_CLOSED = "closed its standard input or output before it answered, and was made to end"
_DIE_WITH_PARENT = """
import ctypes, os, signal, sys
try:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
except (AttributeError, OSError):
    pass
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.exit("cannot be started: %s" % error.strerror)
"""


class EndedError(Exception):
    """A program ended before it answered; the message says how, and what it wrote last."""


@dataclass(frozen=True, slots=True)
class Grace:
    """How long a program is waited for at its end.

    Attributes:
        after_eof_s: once there is nothing more to read for it.
        after_term_s: once it was asked to end.
    """

    after_eof_s: float = 5.0
    after_term_s: float = 5.0


class Process:
    """A program at work, which leads a group: what it starts ends with it."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, str]) -> None:
        """Start it.

        Args:
            command: the program and its arguments.
            settings: environment variables that it gets besides those of this process.

        Raises:
            UsageError: it cannot be started.
        """
        try:
            self._process = subprocess.Popen(
                _dying_with_this(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env={**os.environ, **settings},
                start_new_session=True,  # Ctrl-C is the bench's, which closes it then
            )
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{command[0]!r} cannot be started: {getattr(error, 'strerror', None) or error}; "
                "expected a program."
            ) from error
        assert self._process.stdout is not None
        self._output = select.poll()
        self._output.register(self._process.stdout, select.POLLIN)
        self._unread = b""
        self._said = _Tail(self._process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether it has ended; it is not reaped by looking, so that its group keeps its number."""
        if self._process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def ask(self, line: bytes) -> bytes:
        """Write a line, and wait for one.

        Raises:
            EndedError: it ended before.
            ProgramError: the line that it writes has no end.
        """
        assert self._process.stdin is not None
        try:
            self._write(line)
        except OSError as error:  # a broken pipe
            raise self.ended() from error
        return self._read_line()

    def ended(self) -> EndedError:
        """Describe its end, for which it is waited for a moment."""
        is_over = self._wait(1.0)
        self.kill()
        end = _describe_end(self._process.returncode) if is_over else _CLOSED
        return EndedError(f"the program {end}{self._said.describe()}")

    def close(self, grace: Grace) -> None:
        """Let it end: first it reads no more, then it is asked to, then it is made to."""
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        if not self._wait(grace.after_eof_s):
            self._signal(signal.SIGTERM)
            self._wait(grace.after_term_s)
        self.kill()

    def kill(self) -> None:
        """End it at once, and what it started."""
        if self._process.returncode is None:
            self._signal(signal.SIGKILL)
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._said.finish()

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        left = memoryview(line)
        while left:
            left = left[self._process.stdin.write(left) or 0 :]

    def _read_line(self) -> bytes:
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            if len(self._unread) > MOST_OF_A_LINE:
                raise ProgramError(
                    f"the program wrote {len(self._unread):,} bytes without the end of a line, "
                    f"which begin with {show_line(self._unread[:1_000])}; expected a line of JSON."
                )
            self._await_output()
            read = os.read(self._process.stdout.fileno(), _READ)
            if not read:
                raise self.ended()
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _await_output(self) -> None:
        """Wait for output or its end; what it started may hold that open when it is dead.

        Raises:
            EndedError: there is none, and none will come.
        """
        while not self._output.poll(_GLANCE_MS):
            if self.is_over and not self._output.poll(0):
                raise self.ended()

    def _wait(self, patience_s: float) -> bool:
        """Wait until it has ended, but not longer; return whether it has."""
        return wait_until(lambda: self.is_over, patience_s)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


class _Tail:
    """The end of what a program writes to standard error."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        self._stream = process.stderr
        self._pieces: deque[bytes] = deque()
        self._n_kept = 0
        self._thread = threading.Thread(target=self._read, name="program's stderr", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Read what is left; what a process out of the group still holds open is not waited for."""
        self._thread.join(0.5)
        if not self._thread.is_alive():
            self._stream.close()

    def describe(self) -> str:
        """Quote it for a message; empty where nothing was written."""
        text = b"".join(self._pieces)[-_KEPT_OF_STDERR:].decode("utf-8", "backslashreplace").strip()
        if not text:
            return "; it wrote nothing to standard error"
        return f"; its standard error ends: {harmless(text, _KEPT_OF_STDERR)}"

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            while piece := os.read(self._stream.fileno(), _READ):
                self._pieces.append(piece[-_KEPT_OF_STDERR:])
                self._n_kept += len(self._pieces[-1])
                while self._n_kept - len(self._pieces[0]) >= _KEPT_OF_STDERR:
                    self._n_kept -= len(self._pieces.popleft())


def _dying_with_this(command: Sequence[str]) -> list[str]:
    """Have the system kill a program where this process is killed; Linux alone can.

    It does so when the *thread* ends that started the program, so that only the main thread may
    ask for it.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if sys.platform != "linux" or not is_main:
        return list(command)
    return [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid()), *command]


def _describe_end(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code} before it answered"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was killed by {name}{'; was memory short?' if name == 'SIGKILL' else ''}"
