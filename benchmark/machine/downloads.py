"""Downloads: resumed where they broke off, published only when the checksum is right."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from benchmark.contract import RemoteFile
from benchmark.errors import BenchError, DataError, MachineError
from benchmark.files import DATA_CURE, checksum_of, move_whole, writing, written_whole
from benchmark.machine.bodies import pieces_of, reason_phrase, stated_length
from benchmark.machine.progress import progress_bar

if TYPE_CHECKING:
    import requests

TIMEOUT_S = (10, 60)
"""To connect, and between two pieces of a body."""


def fetch(
    files: Sequence[RemoteFile],
    folder: Path,
    *,
    given: Sequence[Path] = (),
    cure: str = DATA_CURE,
    advises: bool = True,
) -> list[Path]:
    """Download files into a folder; each appears under its name only once its checksum is right.

    A download that breaks off stays beside it as ``NAME.partial`` and is resumed by the next call.
    A file that is already there is checked and kept, never overwritten.

    Args:
        files: what is wanted.
        folder: where to.
        given: files, and folders that hold files of those names: nothing is downloaded then.
        cure: what helps where the folder cannot be written; see ``benchmark.files.unwritable``.
        advises: errors say what to fetch by hand; the caller has better advice where not.

    Returns:
        The path of each file, in the same order.

    Raises:
        DataError: the server refuses, the download is cut short, a checksum is wrong, or a file
            is not among those that are given.
        MachineError: the server cannot be reached, or the folder cannot be written; for the
            former it says which file to put where by hand. Or another process downloads the same.
    """
    paths = [folder / file.name for file in files]
    with writing(folder, cure):
        folder.mkdir(parents=True, exist_ok=True)
        for done, (file, path) in enumerate(zip(files, paths, strict=True)):
            if path.exists():
                _require_checksum(path, file, f"{path} was there and is left as it is; move it")
            elif given:
                _copy(_given_file(file.name, given), file, path, cure)
            else:
                _download_whole(file, path, _by_hand(files[done:], folder) if advises else "")
    return paths


def is_at_hand(name: str, given: Sequence[Path]) -> bool:
    """Tell whether a file of that name is among those given, or in a folder of them."""
    return _find_given(name, given) is not None


def _find_given(name: str, given: Sequence[Path]) -> Path | None:
    candidates = (path / name if path.is_dir() else path for path in given)
    return next((path for path in candidates if path.name == name and path.is_file()), None)


def _given_file(name: str, given: Sequence[Path]) -> Path:
    if (path := _find_given(name, given)) is not None:
        return path
    raise DataError(f"no {name} in {', '.join(map(str, given))}; expected a file of that name.")


def _copy(source: Path, file: RemoteFile, path: Path, cure: str) -> None:
    _require_checksum(source, file, f"{source} was not taken; name another")
    with source.open("rb") as content, written_whole(path, cure) as copy:
        shutil.copyfileobj(content, copy)


def _download_whole(file: RemoteFile, path: Path, by_hand: str) -> None:
    """Download from the first address that gives the right bytes."""
    failures: list[BenchError] = []
    partial = path.with_name(f"{file.name}.partial")
    with _locked(partial) as target:
        for url in (file.url, *file.mirrors):
            try:
                if not path.exists():  # else another process was quicker
                    _download(file, url, partial, target, "" if file.mirrors else by_hand)
                    _verify_partial(partial, target, file, url)
                    move_whole(partial, path)
                return
            except BenchError as error:
                failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    causes = "\n".join(f"  {error}" for error in failures)
    raise type(failures[-1])(
        f"{file.name} could not be had from any address:\n{causes}"
        f"\n{_advice('Wait a while', by_hand).strip()}"
    )


@contextmanager
def _locked(partial: Path) -> Iterator[IO[bytes]]:
    """Open a partial file that no other process may write meanwhile; an empty one goes again.

    Raises:
        MachineError: another process is writing it.
    """
    with partial.open("ab") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MachineError(
                f"{partial} is being downloaded by another process. Wait for it, or end it, and "
                "run this again."
            ) from None
        except OSError:  # a file system without locks
            pass
        try:
            yield opened
        finally:
            if os.fstat(opened.fileno()).st_size == 0:
                with suppress(OSError):
                    partial.unlink()


def _download(file: RemoteFile, url: str, partial: Path, target: IO[bytes], by_hand: str) -> None:
    """Append to ``partial`` what is still lacking of the file."""
    import requests

    n_kept = os.fstat(target.fileno()).st_size
    headers = {"Accept-Encoding": "identity"}  # the checksum is of the file, not of its gzip
    if n_kept:
        headers["Range"] = f"bytes={n_kept}-"
    try:
        answer = requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S)
    except (requests.RequestException, ValueError) as error:  # a redirect to what is no address
        raise MachineError(
            f"cannot reach {url}: {reason_of(error)}.{_advice('Connect this machine', by_hand)}"
        ) from error
    with answer:
        if answer.status_code == 416:  # nothing lies beyond what is kept: let the checksum judge
            return
        if answer.status_code not in (200, 206):
            raise DataError(
                f"{url} answered {reason_phrase(answer)}; expected the file "
                f"{file.name}.{_advice('Wait a while', by_hand)}"
            )
        if answer.status_code == 200:
            target.truncate(0)  # the server does not resume: from the start
        _store(answer, file, url, partial, target)


def _store(
    answer: requests.Response, file: RemoteFile, url: str, partial: Path, target: IO[bytes]
) -> None:
    """Append the body to what is kept, and see that it is complete, and no more than allowed."""
    import requests

    n_kept = os.fstat(target.fileno()).st_size
    length = stated_length(answer, url)
    total = n_kept + length if length is not None else None
    if (total or 0) > file.most_bytes:
        raise _too_large(file, url, f"{total:,} bytes")
    cause: Exception | None = None
    written = n_kept
    with progress_bar(partial.stem, total, is_bytes=True) as bar:
        bar.advance(n_kept)
        try:
            for piece in pieces_of(answer, url):
                written += len(piece)
                if written > file.most_bytes:
                    target.truncate(0)
                    raise _too_large(file, url, "more without an end")
                target.write(piece)
                bar.advance(len(piece))
        except requests.RequestException as error:
            cause = error
        target.flush()
    if cause is not None or (total is not None and written < total):
        raise DataError(
            f"the download of {url} was cut short: {written} of "
            f"{'unknown' if total is None else total} bytes, kept in {partial}. "
            "Run it again to resume."
        ) from cause


def _too_large(file: RemoteFile, url: str, found: str) -> DataError:
    return DataError(
        f"{url} sends {found} for {file.name}; expected {file.most_bytes:,} bytes at most. Nothing "
        "was kept. Try another address."
    )


def _verify_partial(partial: Path, target: IO[bytes], file: RemoteFile, url: str) -> None:
    try:
        _require_checksum(partial, file, f"the download of {url} was discarded")
    except DataError:
        target.truncate(0)  # else every later call would resume from the same wrong bytes
        raise


def _require_checksum(path: Path, file: RemoteFile, consequence: str) -> None:
    if file.checksum is None:
        return
    algorithm, _, expected = file.checksum.partition(":")
    checksum = _blob_id(path) if algorithm == "git" else checksum_of(path, algorithm)
    if checksum != expected:
        raise DataError(
            f"wrong checksum of {file.name}: found {algorithm} {checksum} "
            f"({path.stat().st_size} bytes), expected {expected}; {consequence} and run it again."
        )


def _blob_id(path: Path) -> str:
    """Hash a small file as git does, which is how the hub names what is no large file."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _advice(cure: str, by_hand: str) -> str:
    return f" {cure} and run it again, or fetch by hand:\n{by_hand}" if by_hand else ""


def _by_hand(files: Sequence[RemoteFile], folder: Path) -> str:
    return "\n".join(f"  {file.url}\n    save as {folder / file.name}" for file in files)


def reason_of(error: Exception) -> str:
    """Spell the innermost cause: requests wraps "connection refused" three times."""
    while (inner := error.__cause__ or error.__context__) is not None and isinstance(
        inner, Exception
    ):
        error = inner
    return str(error)
