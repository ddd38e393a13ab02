"""What `bench fetch` can bring: each subject describes its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from benchmark.errors import UsageError

Option = Literal["from", "allow-other-sums", "detector", "sounds"]
"""An option of `bench fetch` that not everything takes, as it is spelt after ``--``."""


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How something is fetched.

    Attributes:
        data_root: the folder of the data sets.
        given: files, folders or addresses to take it from, in place of the official ones.
        allow_other_sums: take content that differs from the official one; it is named as such.
        detectors: sizes of FENSE's error detector.
        sounds: fetch a data set's sounds too.
    """

    data_root: Path
    given: tuple[str, ...] = ()
    allow_other_sums: bool = False
    detectors: tuple[str, ...] = ()
    sounds: bool = False

    @property
    def chosen(self) -> tuple[Option, ...]:
        """The options that were given."""
        given: dict[Option, object] = {
            "from": self.given,
            "allow-other-sums": self.allow_other_sums,
            "detector": self.detectors,
            "sounds": self.sounds,
        }
        return tuple(option for option, value in given.items() if value)

    def given_paths(self, name: str) -> tuple[Path, ...]:
        """What was given for something that cannot be given by its address.

        Raises:
            UsageError: an address was given, or a place that is not there.
        """
        for text in self.given:
            if is_url(text):
                raise UsageError(f"--from of {name} takes files and folders; found {text}.")
        return tuple(map(given_path, self.given))


def is_url(text: str) -> bool:
    """Tell an address from a place on this machine."""
    return urlsplit(text).scheme in ("http", "https")


def given_path(text: str) -> Path:
    """Find a file or folder that was given.

    Raises:
        UsageError: it is not there.
    """
    path = Path(text).expanduser()
    if not path.exists():
        raise UsageError(f"--from {text} is not there; expected a file, a folder or an address.")
    return path


class Present(NamedTuple):
    """What is there already.

    Attributes:
        state: ``"partly"`` where something lacks.
        where: the places, or what lacks, in words.
        n_bytes: of what is there.
    """

    state: Literal["yes", "partly", "no"]
    where: str
    n_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Fetchable:
    """Something that can be fetched by its name.

    Attributes:
        name: as it is written after `bench fetch`.
        summary: what it is for, in one line.
        licence: whose terms come with it.
        download_mb: about how much is downloaded, in millions of bytes; None where nobody knows.
        options: those that it takes.
        look: says what is there already.
        fetch: brings it; gives lines to print. Raises a ``BenchError`` that says what to do by
            hand, and leaves nothing half done.
    """

    name: str
    summary: str
    licence: str
    download_mb: float | None
    options: tuple[Option, ...]
    look: Callable[[FetchOptions], Present]
    fetch: Callable[[FetchOptions], Sequence[str]]


def size_of(paths: Sequence[Path]) -> int:
    """Add up the bytes of files and of what is in folders; those that are not there have none."""
    files = (
        file
        for path in paths
        for file in (path.rglob("*") if path.is_dir() else [path])
        if file.is_file()
    )
    return sum(file.stat().st_size for file in files)
