"""Folders that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmark.files.partial import partial_beside
from benchmark.files.refusal import CURE, writing
from benchmark.files.whole import sync


@contextmanager
def written_folder(folder: Path, cure: str = CURE, *, kind: str = "") -> Iterator[Path]:
    """Give an empty folder that takes a name once the block has ended well and the disk has it.

    Where another process wrote the folder meanwhile, that one stands and this one is gone.

    Args:
        folder: not there yet; the folders above it are made.
        cure: for the error; see ``unwritable``.
        kind: likewise.

    Raises:
        MachineError: the place cannot be written. Errors of the system that are not about it
            go through as they are.
    """
    with folder_beside(folder, cure, kind=kind) as partial:
        yield partial
        with writing(folder, cure, kind=kind):
            _sync_all(partial)
            _publish(partial, folder)


@contextmanager
def folder_beside(path: Path, cure: str = CURE, *, kind: str = "") -> Iterator[Path]:
    """Give an empty folder on the disk of ``path``, which is gone after the block.

    Args:
        path: the folder stands beside it, hidden.
        cure: for the error; see ``unwritable``.
        kind: likewise.

    Raises:
        MachineError: the place cannot be written.
    """
    with writing(path, cure, kind=kind):
        path.parent.mkdir(parents=True, exist_ok=True)
    with (
        writing(path, cure, kind=kind, within=path.parent),
        partial_beside(path, is_folder=True) as partial,
    ):
        yield partial.path


def remove_folder(folder: Path, cure: str = CURE, *, kind: str = "") -> None:
    """Remove a folder that may be in use: nobody ever finds half of it under its name.

    Args:
        folder: may be gone already.
        cure: for the error; see ``unwritable``.
        kind: likewise.

    Raises:
        MachineError: it cannot be removed.
    """
    with folder_beside(folder, cure, kind=kind) as aside, suppress(FileNotFoundError):
        folder.replace(aside)  # an empty folder gives way


def _publish(partial: Path, folder: Path) -> None:
    try:
        partial.replace(folder)
    except OSError:
        if not folder.is_dir():  # else another process wrote the same thing first
            raise
    sync(folder.parent)


def _sync_all(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            sync(Path(parent, name))
        sync(Path(parent))
