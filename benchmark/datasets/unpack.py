"""Sound archives (7z) unpacked beside their captions."""

from __future__ import annotations

import importlib
import lzma
import struct
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Protocol

from benchmark.errors import DataError, MachineError, shown
from benchmark.files import DATA_CURE, folder_beside, move_whole

_DAMAGE = (lzma.LZMAError, EOFError, ValueError, KeyError, IndexError, struct.error)
"""What the library lets through of a damaged archive."""
_MOST_FILES = 100_000
_MOST_BYTES = 128 << 30
_MOST_TIMES = 100
"""How many times its own size an archive of sounds may have; of a small one a MiB each."""


class _Entry(Protocol):
    """What the library says of an entry."""

    filename: str
    uncompressed: int
    is_directory: bool
    is_file: bool


def unpack(archive: Path, folder: Path) -> int:
    """Unpack a 7z archive; files that are already there stay as they are.

    Everything is unpacked next to the target first and then moved file by file, so a file under
    its own name is always whole.

    Returns:
        How many files were unpacked.

    Raises:
        MachineError: py7zr is not installed, or the folder cannot be written.
        DataError: the archive is broken, would write outside of the folder or more than any data
            set has, or holds what is no file.
    """
    try:
        py7zr = importlib.import_module("py7zr")
    except ImportError as error:
        raise MachineError(
            f"{archive} is complete but cannot be unpacked without py7zr. Install it (`pip install "
            f"py7zr`) and run this again, or unpack by hand: `7z x {archive} -o{folder}`"
        ) from error
    try:
        with (
            folder_beside(folder / archive.stem, DATA_CURE) as partial,
            py7zr.SevenZipFile(archive) as opened,
        ):
            names = _require_tame(archive, opened.list())
            missing = [name for name in names if not (folder / name).exists()]
            if missing:
                opened.extract(path=partial, targets=missing)
            _require_files(archive, partial, missing)
            for name in missing:
                move_whole(partial / name, folder / name)
    except (py7zr.exceptions.ArchiveError, *_DAMAGE) as error:
        raise DataError(f"cannot unpack {archive}: {error}. Delete it and fetch again.") from error
    return len(missing)


def _require_tame(archive: Path, entries: Sequence[_Entry]) -> list[str]:
    """List an archive's files, if they all go below the folder and are no bomb.

    Raises:
        DataError: an entry leads elsewhere, is a link or a device, or there is too much of it.
    """
    files = [entry for entry in entries if not entry.is_directory]
    for entry in entries:
        if _leads_out(entry.filename):
            raise _refused(archive, f"holds {shown(entry.filename)}, which leads out of its folder")
    for entry in files:
        if not entry.is_file:
            raise _refused(archive, f"holds {shown(entry.filename)}, a link or a device")
    names = [entry.filename for entry in files]
    n_bytes = sum(entry.uncompressed for entry in files)
    most = min(_MOST_BYTES, _MOST_TIMES * max(archive.stat().st_size, 1 << 20))
    if len(set(names)) < len(names):
        raise _refused(archive, "holds a file twice")
    if len(names) > _MOST_FILES or n_bytes > most:
        raise _refused(
            archive,
            f"would unpack {len(names):,} files of {n_bytes:,} bytes; at most {_MOST_FILES:,} of "
            f"{most:,} are taken",
        )
    return names


def _leads_out(name: str) -> bool:
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    return (
        posix.is_absolute()
        or bool(windows.anchor)
        or ".." in (*posix.parts, *windows.parts)
        or not posix.parts
        or "\0" in name
    )


def _require_files(archive: Path, folder: Path, names: Sequence[str]) -> None:
    """Refuse what came out as something else than a file of its own, before it is moved."""
    inside = folder.resolve()
    for name in names:
        path = folder / name
        is_file = path.is_file() and not path.is_symlink()
        if not is_file or not path.resolve().is_relative_to(inside):
            raise _refused(archive, f"holds {shown(name)}, which is no file once it is unpacked")


def _refused(archive: Path, reason: str) -> DataError:
    return DataError(
        f"{archive} {reason}. Nothing of it was unpacked. Expected an archive of sounds, as it is "
        "published; delete it and fetch again."
    )
