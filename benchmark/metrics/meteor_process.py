"""The Java process that aligns captions for METEOR: lines in, lines out."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

from benchmark.errors import MachineError
from benchmark.metrics.java import QUICK_START, find_java, java_failure, pycocoevalcap_file
from benchmark.metrics.tokenise import encode_lines

_LOCALE = ("-Duser.country=US", "-Duser.language=en")
_OPTIONS = ("-", "-", "-stdio", "-l", "en", "-lower")


class MeteorProcess:
    """METEOR 1.5 reading ``SCORE ||| reference ||| ... ||| candidate`` lines, one answer each.

    It lower-cases and does no more to its input: lines must be normalised before.
    """

    def __init__(self, table: Path) -> None:
        """Start Java and return at once; it takes what it is asked when it is ready.

        Args:
            table: paraphrases, gzip; it must stay there until the first answer.

        Raises:
            MachineError: Java or METEOR's jar is missing, or Java cannot start.
        """
        jar = pycocoevalcap_file("meteor/meteor-1.5.jar")
        java = find_java()
        flags = [*QUICK_START, *_LOCALE, "-Xmx2G"]
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        try:
            self._process = subprocess.Popen(
                [java, *flags, "-jar", jar, *_OPTIONS, "-a", table],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
            )
        except OSError as error:
            self._stderr.close()
            raise MachineError(f"cannot start METEOR with {java}: {error}.") from error

    def ask(self, lines: Sequence[str]) -> list[str]:
        """Send lines and collect their answers. METEOR works while the rest is on its way.

        Raises:
            DataError: a line cannot be written as UTF-8.
            MachineError: the process died; holds the end of what it said.
        """
        stdout = self._process.stdout
        assert stdout is not None
        feeder = Thread(target=self._feed, args=(encode_lines(lines),), daemon=True)
        feeder.start()
        answers = [stdout.readline() for _ in lines]
        feeder.join()
        if not all(answers):
            exit_code = self._process.wait()
            self._stderr.seek(0)
            raise MachineError(java_failure("METEOR", exit_code, self._stderr.read()))
        return [answer.decode().strip() for answer in answers]

    def close(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        self._process.kill()
        self._process.wait()

    def _feed(self, text: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError):  # the reader notices that the process died, and says why
            stdin.write(text)
            stdin.flush()
