"""One child for all that Java does to captions: PTB's tokeniser and METEOR."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from benchmark.errors import MachineError
from benchmark.files import Json, sha256_of
from benchmark.machine.facts import usable_cores
from benchmark.machine.memory_limits import memory_limit_mib
from benchmark.metrics.java import QUICK_START, java_version, pycocoevalcap_file
from benchmark.metrics.jvm.process import JavaProcess, JavaService
from benchmark.metrics.kept import KeptResults

PTB_JAR = "tokenizer/stanford-corenlp-3.4.1.jar"
METEOR_JAR = "meteor/meteor-1.5.jar"

_MOST_KEPT_BYTES = 16 << 20
"""130,000 captions or so, read in half a second; Java takes as long to start."""
_HEAP_MIB = 1024
_MOST_THREADS = 4
"""METEOR has some seconds of work at most; more would wait for one another's memory."""


def kept_results(kind: str, version: Sequence[str], jar: str) -> KeptResults:
    """Open what is kept of earlier calls of the same jar and Java.

    Args:
        kind: see ``KeptResults``.
        version: all else that decides a result.
        jar: ``PTB_JAR`` or ``METEOR_JAR``.

    Raises:
        MachineError: the jar or Java is missing, or what is kept cannot be read.
    """
    decisive = [*version, java_version(), sha256_of(pycocoevalcap_file(jar))]
    return KeptResults(kind, "\n".join(decisive), most_bytes=_MOST_KEPT_BYTES)


class TextJava:
    """The child for texts, which starts when it is first asked.

    Use it as a context manager: leaving the block ends the child. One thread asks at a time; any
    may ``kill``.
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._process: JavaProcess | None = None
        self._is_over = False

    def start(self) -> JavaProcess:
        """Start the child where it has not started, and return at once.

        Raises:
            MachineError: Java, a bridge to it or a jar is missing, or the child was killed.
        """
        with self._lock:
            if self._is_over:
                raise MachineError("the Java process for captions was ended before its work was.")
            if self._process is None:
                self._process = JavaProcess(_service())
            return self._process

    def ask(self, call: str, timeout_s: float, **arguments: Json) -> Iterator[Any]:
        """Call a method of ``text_service.Service``; see ``JavaProcess.ask``."""
        return self.start().ask(call, timeout_s, **arguments)

    def kill(self) -> None:
        """End the child, whatever it is doing; whoever asks gets an error."""
        with self._lock:
            self._is_over = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the child and close its pipes; nobody may be asking."""
        self.kill()
        if self._process is not None:
            self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _service() -> JavaService:
    return JavaService(
        "the tokeniser and METEOR",
        Path(__file__).with_name("text_service.py"),
        [pycocoevalcap_file(PTB_JAR), pycocoevalcap_file(METEOR_JAR)],
        heap_mib=min(_HEAP_MIB, int(memory_limit_mib() * 0.75)),
        options=QUICK_START,
        settings={"n_threads": min(usable_cores(), _MOST_THREADS)},
    )
