"""Hashes of whole files, read piece by piece."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

_BLOCK_BYTES = 1 << 22


def sha256_of(path: Path) -> str:
    """Hash a file's content: 64 hex digits."""
    return checksum_of(path, "sha256")


def checksum_of(path: Path, algorithm: str) -> str:
    """Hash a file's content with an algorithm that ``hashlib`` knows by name, in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def hash_files(paths: Iterable[Path], on_block: Callable[[], object]) -> str:
    """Hash the contents of some files, one after the other, as if they were one: its sha256.

    Args:
        paths: in their order.
        on_block: called after every 4 MiB.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
                on_block()
    return digest.hexdigest()
