"""Results of slow engines, kept by content in one file that grows, and checked when it is read.

A line is a checksum, the text that the value was made from, and the value. So a killed process
leaves all that it had added, a damaged line is left out, and processes that work side by side
read what the others add. The file may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmark.errors import MachineError
from benchmark.files import CACHE_CURE, GrowingFile, writing, written_whole
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
        self.n_damaged = 0  # whole lines; one that was cut short was a process that was killed
        self._values: dict[str, Any] = {}
        self._n_read = 0
        self.refresh()
        if self.n_damaged:
            warnings.warn(
                f"{self.n_damaged} lines of {self.path} are damaged; they are left out and made "
                "again. Check the disk; remove the file to be told no more.",
                stacklevel=2,
            )
        if self._n_read > most_bytes:
            self._drop_older_half()

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
        with writing(self.path, CACHE_CURE):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(GrowingFile(self.path, CACHE_CURE)) as file:
            file.add(b"\n" * file.is_cut + lines)

    def refresh(self) -> None:
        """Take in what other processes have added since."""
        try:
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
        self._values.update(self._parse(whole.splitlines()))

    def _parse(self, lines: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
        for line in filter(None, lines):
            checksum, _, record = line.partition(b" ")
            if checksum == _checksum(record):
                text, value = json.loads(record)
                yield text, value
            elif record.endswith(_LAST_OF_LINE):
                self.n_damaged += 1

    def _drop_older_half(self) -> None:
        newer = list(self._values.items())[len(self._values) // 2 :]
        with written_whole(self.path, CACHE_CURE) as file:
            file.writelines(_spell(text, value) for text, value in newer)


def _spell(text: str, value: object) -> bytes:
    record = json.dumps([text, value], separators=(",", ":"), allow_nan=False).encode("ascii")
    return _checksum(record) + b" " + record + b"\n"


def _checksum(record: bytes) -> bytes:
    return hashlib.sha256(record).hexdigest()[:_CHECKSUM_DIGITS].encode("ascii")
