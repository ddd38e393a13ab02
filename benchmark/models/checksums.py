"""Check files against their noted sha256: a damaged byte within weights would parse well."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import MissingWeightsError

SUMS_FILE = "SHA256SUMS"
_SUM = re.compile(r"[0-9a-f]{64}")
_LINE = re.compile(r"(?P<sum>[0-9a-fA-F]{64}) [ *](?:\./)?(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class NotedSum:
    """A sha256 that somebody noted.

    Attributes:
        sha256: 64 hex digits, in any case.
        source: who says so.
    """

    sha256: str
    source: str


def noted_sums(folder: Path, weights: Iterable[Path]) -> dict[Path, NotedSum]:
    """Gather the sums that are known of a folder's files.

    Args:
        folder: may hold ``SHA256SUMS``, as ``sha256sum`` writes it.
        weights: files that may be links into the hub's cache, which names large files by their
            sha256.

    Returns:
        By path; files that are not there are left out. ``SHA256SUMS`` outweighs the cache.

    Raises:
        MissingWeightsError: ``SHA256SUMS`` cannot be read.
    """
    noted = {}
    for path in weights:
        blob = path.resolve()
        if blob.parent.name == "blobs" and _SUM.fullmatch(blob.name):
            noted[path] = NotedSum(blob.name, "the hub's cache, where a file's name is its sha256")
    return noted | _listed_sums(folder / SUMS_FILE)


def require_sum(path: Path, sha256: str, expected: NotedSum) -> None:
    """Refuse a file that is not what it should be.

    Args:
        path: names the file.
        sha256: of what lies there.
        expected: what it should be.

    Raises:
        MissingWeightsError: the two differ.
    """
    if sha256 != expected.sha256.lower():
        raise MissingWeightsError(
            f"{path} is damaged or another file: its sha256 is {sha256}; expected "
            f"{expected.sha256} ({expected.source}). Fetch the file again."
        )


def require_whole_archive(path: Path) -> None:
    """Refuse a damaged file of ``torch.save``: such an archive has a checksum for each part.

    Files of the time before torch 1.6 are no archives and pass.

    Raises:
        MissingWeightsError: a part does not fit its checksum.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError) as error:
        damaged = f"its table of contents ({error})" if zipfile.is_zipfile(path) else None
    if damaged:
        raise MissingWeightsError(
            f"{path} is damaged: {damaged} does not fit its checksum; expected an archive as "
            "torch.save writes it. Fetch the file again."
        )


def _listed_sums(path: Path) -> dict[Path, NotedSum]:
    if not path.is_file():
        return {}
    listed = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise MissingWeightsError(
                f"cannot read {path}, line {number}: {line!r}; expected a sha256, two blanks and "
                "a file's name. Write it again with sha256sum."
            )
        if (file := path.parent / match["name"]).is_file():
            listed[file] = NotedSum(match["sum"], str(path))
    return listed
