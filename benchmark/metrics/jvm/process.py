"""A child process that holds a JVM: requests in, answers out as they come."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmark.errors import MachineError
from benchmark.files import Json, JsonObject
from benchmark.metrics.java import java_failure
from benchmark.metrics.jvm.library import find_library, options_of

_CHILD = Path(__file__).with_name("child.py")
_START_S = 120.0
"""A JVM starts in less than a second; a machine that swaps takes longer, a broken one for ever."""


@dataclass(frozen=True, slots=True)
class JavaService:
    """What a child is started with.

    Attributes:
        name: for messages (``"SPICE"``).
        module: the Python file that runs beside the JVM, see ``child``.
        class_path: jars.
        heap_mib: the most memory that Java's objects may take.
        options: flags of the JVM besides.
        settings: what the module's ``Service`` is made with.
    """

    name: str
    module: Path
    class_path: Sequence[Path]
    heap_mib: int
    options: Sequence[str] = ()
    settings: JsonObject = field(default_factory=dict)


class JavaCallError(MachineError):
    """Java refused one call, and lives on."""


class JavaProcess:
    """A running child. Use it as a context manager: leaving the block ends it.

    One thread asks at a time; any may ``kill``.
    """

    def __init__(self, service: JavaService) -> None:
        """Start the child and return at once; the first ``ask`` waits until it is ready.

        Raises:
            MachineError: Java or a bridge to it is missing.
        """
        self._name = service.name
        order = (  # as `child.Order` has it
            str(service.module),
            str(find_library()),
            [str(path) for path in service.class_path],
            [f"-Xmx{service.heap_mib}m", *options_of(), *service.options],
            service.settings,
        )
        self._stderr = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - open as long as the process
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
            )
        except OSError as error:
            self._stderr.close()
            raise MachineError(f"cannot start a process for {self._name}: {error}.") from error
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._send(order)
        self._is_ready = False

    def ask(self, call: str, timeout_s: float, **arguments: Json) -> Iterator[Any]:
        """Call a method of the service.

        Args:
            call: its name.
            timeout_s: the longest silence between two answers.
            arguments: its parameters, as JSON has them.

        Yields:
            What the method yields, as JSON has it, as soon as it comes. Take all of it.

        Raises:
            JavaCallError: Java raised; the process can be asked again.
            MachineError: the process died, could not start Java, or was silent for too long; it
                is gone then.
        """
        if not self._is_ready:
            for _ in self._answers(_START_S):
                pass
            self._is_ready = True
        self._send((call, arguments))  # as `child.Request` has it
        yield from self._answers(timeout_s)

    def kill(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and close its pipes; nobody may be asking."""
        self.kill()
        for pipe in (self._process.stdin, self._stderr):
            with suppress(OSError):  # what is unsent cannot be flushed any more
                if pipe is not None:
                    pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answers(self, timeout_s: float) -> Iterator[Any]:
        while True:
            kind, value = json.loads(self._next_line(timeout_s))
            if kind == "done":
                return
            if kind == "failed":
                raise JavaCallError(f"Java failed within {self._name}: {value}")
            yield value

    def _next_line(self, timeout_s: float) -> bytes:
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            self.kill()
            raise MachineError(
                f"{self._name} gave no answer for {timeout_s:.0f} s and was ended. Run it again on "
                "a machine with less to do, or leave its metrics out."
            ) from None
        if not line.endswith(b"\n"):
            raise MachineError(java_failure(self._name, self._process.wait(), self._said()))
        return line

    def _said(self) -> bytes:
        self._stderr.seek(0)
        return self._stderr.read()

    def _read(self) -> None:
        """Move lines into the queue; an empty one, or part of one, says that the process ended."""
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            while (line := stdout.readline()).endswith(b"\n"):
                self._lines.put(line)
            self._lines.put(line)

    def _send(self, record: Json) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError):  # the reader notices that the process died, and says why
            stdin.write(json.dumps(record).encode() + b"\n")
            stdin.flush()
