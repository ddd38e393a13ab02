"""Hashes of the files that something is made of: a distribution's, or those of weights."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

from benchmark.files import sha256_of
from benchmark.plugins.provenance import Provenance
from benchmark.plugins.source_files import find_sources, walk_files


def hash_distribution(provenance: Provenance) -> str | None:
    """Hash the files of a distribution, names and contents; None where they cannot be found.

    Raises:
        OSError: one cannot be read.
    """
    sources = find_sources(provenance.distribution, provenance.module)
    return hash_named(sources) if sources else None


def hash_path(path: Path) -> str:
    """Hash a file, or all files of a folder.

    Raises:
        OSError: one cannot be read.
    """
    if path.is_file():
        return _hash_file(path)
    return hash_named({str(file.relative_to(path)): file for file in walk_files(path)})


def hash_named(files: Mapping[str, Path]) -> str:
    """Hash some files, their names included, whatever their order.

    Raises:
        OSError: one cannot be read.
    """
    digest = hashlib.sha256()
    for name in sorted(files):
        spelt = name.encode("utf-8", "surrogateescape")
        digest.update(b"%d %s %s\n" % (len(spelt), spelt, _hash_file(files[name]).encode()))
    return digest.hexdigest()


def _hash_file(path: Path) -> str:
    found = path.stat()
    return _hash_once(path, found.st_ino, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=1024)
def _hash_once(path: Path, *_: int) -> str:
    """Hash a file once for all that read it, as long as it is as it was."""
    return sha256_of(path)
