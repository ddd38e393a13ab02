"""METEOR's Java process: lines in, lines out."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

from benchmark.errors import MachineError
from benchmark.metrics.java import QUICK_START, find_java, java_failure, pycocoevalcap_file
from benchmark.metrics.meteor.score import N_STATISTICS
from benchmark.metrics.tokenise import encode_lines

_FLAGS = (*QUICK_START, "-Duser.country=US", "-Duser.language=en", "-Xmx2G")
_OPTIONS = ("-", "-", "-stdio", "-l", "en", "-lower")


class MeteorProcess:
    """METEOR 1.5 on its standard input and output. It lower-cases; it does not normalise."""

    def __init__(self, table: Path) -> None:
        """Start Java and return at once; it takes what it is asked when it is ready.

        Args:
            table: paraphrases, gzip; it must stay there until the first answer.

        Raises:
            MachineError: Java or METEOR's jar is missing, or Java cannot start.
        """
        jar = pycocoevalcap_file("meteor/meteor-1.5.jar")
        java = find_java()
        self._stderr = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - open as long as the process
        try:
            self._process = subprocess.Popen(
                [java, *_FLAGS, "-jar", jar, *_OPTIONS, "-a", table],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
            )
        except OSError as error:
            self._stderr.close()
            raise MachineError(f"cannot start METEOR with {java}: {error}.") from error

    def align(self, lines: Sequence[str]) -> list[str]:
        """Align candidates with references, the best reference for each.

        Args:
            lines: ``SCORE ||| reference ||| ... ||| candidate``, normalised.

        Returns:
            The statistics of each alignment: 23 counts, as METEOR writes them.

        Raises:
            DataError: a line cannot be written as UTF-8.
            MachineError: the process died, could not read its table, or answered with
                something else.
        """
        answers = self._ask(lines)
        for line, answer in zip(lines, answers, strict=True):
            if answer.count(" ") != N_STATISTICS - 1:
                raise MachineError(
                    f"METEOR answered {answer!r} to {line!r}; expected {N_STATISTICS} numbers."
                )
        return answers

    def _ask(self, lines: Sequence[str]) -> list[str]:
        """Send lines and collect answers. METEOR works while the rest is on its way."""
        stdout = self._process.stdout
        assert stdout is not None
        feeder = Thread(target=self._feed, args=(encode_lines(lines),), daemon=True)
        feeder.start()
        answers = [stdout.readline() for _ in lines]
        feeder.join()
        self._stderr.seek(0)
        stderr = self._stderr.read()
        if not all(answers):
            raise MachineError(java_failure("METEOR", self._process.wait(), stderr))
        if b"Exception" in stderr:  # it goes on without a table that it cannot read
            raise MachineError(f"METEOR could not load its data: {stderr.decode(errors='replace')}")
        return [answer.decode().strip() for answer in answers]

    def kill(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and close its pipes; nobody may be asking."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            with suppress(OSError):  # what is unsent cannot be flushed any more
                if pipe is not None:
                    pipe.close()

    def _feed(self, text: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError):  # the reader notices that the process died, and says why
            stdin.write(text)
            stdin.flush()
