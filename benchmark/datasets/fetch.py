"""Downloads: resumed where they broke off, published only when the checksum is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import DataError, MachineError
from benchmark.files import DATA_CURE, checksum_of, move_whole, writing
from benchmark.machine.progress import progress_bar

if TYPE_CHECKING:
    import requests

_CHUNK_BYTES = 1 << 16
"""What a broken connection can cost: the piece on its way is not kept."""
_TIMEOUT_S = (10, 60)
"""To connect, and between two pieces of a body."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to download.

    Attributes:
        name: how it is called in the target folder.
        url: where it comes from.
        checksum: ``"sha256:..."`` or ``"md5:..."``, as its publisher states it.
    """

    name: str
    url: str
    checksum: str


def fetch(files: Sequence[RemoteFile], folder: Path) -> list[Path]:
    """Download files into a folder; each appears under its name only once its checksum is right.

    A download that breaks off stays beside it as ``NAME.partial`` and is resumed by the next call.
    A file that is already there is checked and kept, never overwritten.

    Returns:
        The path of each file, in the same order.

    Raises:
        DataError: the server refuses, the download is cut short, or a checksum is wrong.
        MachineError: the server cannot be reached, or the folder cannot be written; for the
            former it says which file to put where by hand.
    """
    paths = [folder / file.name for file in files]
    with writing(folder, DATA_CURE):
        folder.mkdir(parents=True, exist_ok=True)
        for done, (file, path) in enumerate(zip(files, paths, strict=True)):
            if path.exists():
                _require_checksum(path, file, f"{path} was there and is left as it is; move it")
            else:
                partial = folder / f"{file.name}.partial"
                _download(file, partial, _by_hand(files[done:], folder))
                _verify_partial(partial, file)
                move_whole(partial, path)
    return paths


def _download(file: RemoteFile, partial: Path, by_hand: str) -> None:
    """Append to ``partial`` what is still lacking of the file."""
    import requests

    n_kept = partial.stat().st_size if partial.exists() else 0
    headers = {"Accept-Encoding": "identity"}  # the checksum is of the file, not of its gzip
    if n_kept:
        headers["Range"] = f"bytes={n_kept}-"
    try:
        answer = requests.get(file.url, headers=headers, stream=True, timeout=_TIMEOUT_S)
    except requests.RequestException as error:
        raise MachineError(
            f"cannot reach {file.url}: {_reason(error)}. Connect this machine and run it again, or "
            f"fetch by hand:\n{by_hand}"
        ) from error
    with answer:
        if answer.status_code == 416:  # nothing lies beyond what is kept: let the checksum judge
            return
        if answer.status_code not in (200, 206):
            raise DataError(
                f"{file.url} answered {answer.status_code} {answer.reason}; expected the file "
                f"{file.name}. Try again later, or fetch by hand:\n{by_hand}"
            )
        if answer.status_code == 200:
            n_kept = 0  # the server does not resume: from the start
        _store(answer, file, partial, n_kept)


def _store(answer: requests.Response, file: RemoteFile, partial: Path, n_kept: int) -> None:
    """Write the body after the first ``n_kept`` bytes, and see that it is complete."""
    import requests

    length = answer.headers.get("Content-Length")
    total = n_kept + int(length) if length is not None else None
    cause: Exception | None = None
    with partial.open("r+b" if n_kept else "wb") as target, progress_bar(file.name, total) as bar:
        target.seek(n_kept)
        bar.advance(n_kept)
        try:
            for piece in answer.iter_content(_CHUNK_BYTES):
                target.write(piece)
                bar.advance(len(piece))
        except requests.RequestException as error:
            cause = error
        written = target.tell()
    if cause is not None or (total is not None and written < total):
        raise DataError(
            f"the download of {file.url} was cut short: {written} of "
            f"{'unknown' if total is None else total} bytes, kept in {partial}. "
            "Run it again to resume."
        ) from cause


def _verify_partial(partial: Path, file: RemoteFile) -> None:
    try:
        _require_checksum(partial, file, f"the download of {file.url} was discarded")
    except DataError:
        partial.unlink()  # else every later call would resume from the same wrong bytes
        raise


def _require_checksum(path: Path, file: RemoteFile, consequence: str) -> None:
    algorithm, _, expected = file.checksum.partition(":")
    checksum = checksum_of(path, algorithm)
    if checksum != expected:
        raise DataError(
            f"wrong checksum of {file.name}: found {algorithm} {checksum} "
            f"({path.stat().st_size} bytes), expected {expected}; {consequence} and run it again."
        )


def _by_hand(files: Sequence[RemoteFile], folder: Path) -> str:
    return "\n".join(f"  {file.url}\n    save as {folder / file.name}" for file in files)


def _reason(error: Exception) -> str:
    """The innermost cause: requests wraps "connection refused" three times."""
    while (inner := error.__cause__ or error.__context__) is not None and isinstance(
        inner, Exception
    ):
        error = inner
    return str(error)
