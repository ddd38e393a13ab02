"""Results of slow engines, kept by content in one file that grows, and checked when it is read.

A line is a checksum, the text that the value was made from, and the value. So a killed process
leaves all that it had added, and processes that work side by side read what the others add. A
damaged line, or one that a kill cut short, is left out, told and removed. The file may be deleted
at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmark.errors import MachineError
from benchmark.files import CACHE_CURE, GrowingFile, Hold, alone, tell, writing, written_whole
from benchmark.machine.places import cache_root

_MOST_BYTES = 256 << 20
_CHECKSUM_DIGITS = 16
_LAST_OF_LINE = b"]"


class KeptResults:
    """What is known of some texts; ``in``, ``[...]`` and ``add`` as of a dictionary of JSON."""

    def __init__(
        self,
        kind: str,
        version: str,
        folder: Path | None = None,
        *,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        """Read what is kept.

        Args:
            kind: what is kept (``"spice-parses"``).
            version: all else that decides a value; another one is another file.
            folder: where the file lies; by default ``kept`` under the cache folder.
            most_bytes: of a larger file the older half is dropped; small where reading takes
                longer than making anew.

        Raises:
            MachineError: the file cannot be read, or the folder cannot be written.
        """
        name = f"{kind}-{hashlib.sha256(version.encode()).hexdigest()[:16]}.jsonl"
        self.path = (folder or cache_root() / "kept") / name
        self.n_damaged = 0
        self.n_cut = 0  # lines that look as a killed process leaves its last one
        self._values: dict[str, Any] = {}
        self._n_read = 0
        self._has_tail = False  # something after the last whole line
        self._hold: Hold | None = None  # against being pruned
        self.refresh()
        if self._has_tail:
            self._look_at_tail()
        if self.n_damaged or self.n_cut:
            self._tell_damage()
            self._write_again(1)
        if self._n_read > most_bytes:
            self._write_again(2)

    def __contains__(self, text: str) -> bool:
        return text in self._values

    def __getitem__(self, text: str) -> Any:
        return self._values[text]

    def __len__(self) -> int:
        return len(self._values)

    def add(self, values: Mapping[str, object]) -> None:
        """Keep values, on disk before this returns.

        Raises:
            MachineError: the disk is full, or the folder cannot be written.
        """
        self._values.update(values)
        lines = b"".join(_spell(text, value) for text, value in values.items())
        with self._alone(), closing(GrowingFile(self.path, CACHE_CURE)) as file:
            file.add(b"\n" * file.is_cut + lines)

    def refresh(self) -> None:
        """Take in what other processes have added since."""
        try:
            if self._hold is None or not self._hold.is_current:
                self._hold = Hold(self.path)
                self._n_read = 0  # it is another file than was read before
            with self.path.open("rb") as file:
                file.seek(self._n_read)
                content = file.read()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise MachineError(
                f"cannot read what is kept in {self.path}: {error.strerror or error}. Remove it, "
                "or name another folder with BENCH_CACHE."
            ) from error
        whole = content[: content.rfind(b"\n") + 1]  # the rest is being written, or was cut
        self._n_read += len(whole)
        self._has_tail = len(whole) < len(content)
        self._values.update(self._parse(whole.split(b"\n")))

    def _parse(self, lines: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
        for line in filter(None, lines):
            checksum, _, record = line.partition(b" ")
            if checksum == _checksum(record):
                text, value = json.loads(record)
                yield text, value
            elif line.endswith(_LAST_OF_LINE):
                self.n_damaged += 1
            else:
                self.n_cut += 1

    def _look_at_tail(self) -> None:
        """Tell a line that is being written from one that was cut, by waiting for its writer."""
        with suppress(MachineError), self._alone():
            self.refresh()
            self.n_cut += self._has_tail

    def _tell_damage(self) -> None:
        kinds = (
            (self.n_damaged, "damaged"),
            (self.n_cut, "cut short, as by a process that was killed"),
        )
        counted = " and ".join(
            f"{n} {'line is' * (n == 1) or 'lines are'} {what}" for n, what in kinds if n
        )
        tell(f"in {self.path}, {counted}; they are left out and made again.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with writing(self.path, CACHE_CURE):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with writing(self.path, CACHE_CURE, within=self.path.parent), alone(self.path):
            yield

    def _write_again(self, share: int) -> None:
        """Write what is known, or the newer part of it, where the folder can be written."""
        with suppress(MachineError), self._alone():
            self.refresh()  # the last time that anybody can have added to this file
            newer = list(self._values.items())[-(len(self._values) // share) :]
            with written_whole(self.path, CACHE_CURE) as file:
                file.writelines(_spell(text, value) for text, value in newer)


def count_damage(path: Path) -> int:
    """Count the lines of a file that are not what was written.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        parts = (line.rstrip(b"\n").partition(b" ") for line in file)
        return sum(checksum != _checksum(record) for checksum, _, record in parts if checksum)


def _spell(text: str, value: object) -> bytes:
    record = json.dumps([text, value], separators=(",", ":"), allow_nan=False).encode("ascii")
    return _checksum(record) + b" " + record + b"\n"


def _checksum(record: bytes) -> bytes:
    return hashlib.sha256(record).hexdigest()[:_CHECKSUM_DIGITS].encode("ascii")
