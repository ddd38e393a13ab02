"""Starts and ends the processes of systems: copies of this one, or fresh interpreters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from benchmark.machine.descriptors import flush_streams
from benchmark.machine.forks import fork_quietly
from benchmark.machine.time_limits import wait_until
from benchmark.runs.isolation.channel import LOST, Channel, channel_pair
from benchmark.runs.isolation.life import begin_life, end_life


class Child:
    """A process of a system; it leads a group, to which the processes belong that it starts.

    Attributes:
        pid: of the process and of its group.
        channel: to it.
    """

    def __init__(self, pid: int, channel: Channel, reap: Callable[[], int]) -> None:
        """Take a process.

        Args:
            pid: of it.
            channel: to it.
            reap: waits for its end and returns the exit code, or less a signal's number.
        """
        self.pid = pid
        self.channel = channel
        self._reap = reap
        self._code: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended; it can still be reaped then."""
        if self._code is not None:
            return True
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def wait(self, patience_s: float) -> bool:
        """Wait until it has ended, but not longer; return whether it has."""
        return wait_until(lambda: self.is_over, patience_s)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and to all that it started."""
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def end(self) -> int:
        """Kill what is left of it and of what it started; return how it ended."""
        if self._code is None:
            self.signal(signal.SIGKILL)
            self._code = self._reap()
            self.channel.close()
        return self._code


def start_copy(live: Callable[[Channel], int]) -> Child:
    """Fork this process.

    Args:
        live: what the copy does, over its end of the channel; returns an exit code.
    """
    channel, theirs = channel_pair()
    parent_pid = os.getpid()
    flush_streams()  # else both would write what is left
    pid = fork_quietly()
    if pid == 0:
        code = 1
        try:
            begin_life(parent_pid, is_forked=True)
            _close_inherited(theirs.fileno())
            code = live(Channel(theirs))
        finally:
            end_life(code)
    theirs.close()
    with suppress(OSError):  # it did it, or it is over
        os.setpgid(pid, pid)
    return Child(pid, channel, lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _close_inherited(own: int) -> None:
    """Close what the parent has open, the locks that it holds among it.

    Whatever holds a descriptor here belongs to a frame of the parent's that never goes on.
    """
    for path in list(Path("/proc/self/fd").iterdir()):
        if int(path.name) > 2 and int(path.name) != own:
            with suppress(OSError):  # that of the listing itself
                os.close(int(path.name))


def start_fresh(
    module: str, *, python: Path = Path(sys.executable), settings: Mapping[str, str] | None = None
) -> Child:
    """Start an interpreter.

    Args:
        module: what it runs, with the number of its descriptor and of this process.
        python: the interpreter.
        settings: of its environment; None: this one's.
    """
    channel, theirs = channel_pair()
    # -P: a folder called benchmark in the working directory is not this package.
    command = [str(python), "-P", "-m", module, str(theirs.fileno()), str(os.getpid())]
    with theirs:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=2,
            pass_fds=[theirs.fileno()],
            process_group=0,
            env=settings,
        )
    return Child(process.pid, channel, process.wait)


def describe_end(code: int) -> str:
    """Say how a process ended that was to say more before.

    Args:
        code: its exit code, or less a signal's number.
    """
    if code == LOST:
        return "its code closed descriptors that are not its own"
    if code >= 0:
        return f"its process ended with exit code {code} before it was done"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = "; was memory short?" if name == "SIGKILL" else ""
    return f"its process was killed by {name}{hint}"
