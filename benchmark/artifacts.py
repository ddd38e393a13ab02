"""Built things kept by content: a folder is there whole, or not at all.

Each has the sums of its files beside them, which are looked at when it is first used.
"""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import MachineError, RunError
from benchmark.files import (
    CACHE_CURE,
    read_json,
    remove_folder,
    sha256_of,
    spell_json,
    write_text,
    written_folder,
)

ArtifactKey = Mapping[str, str | int | float | bool | None]
_SUMS = "sums.json"
_Stamp = tuple[tuple[str, int, int], ...]
"""Name, size and time of change of each file."""
_used: ContextVar[list[Path] | None] = ContextVar("used", default=None)
_whole: dict[Path, _Stamp] = {}
"""Folders that this process found whole, as they were then."""


@contextmanager
def used_artifacts() -> Iterator[list[Path]]:
    """Note the folders that any store gives within the block, each once, in their order.

    Yields:
        The list, which fills up.
    """
    folders: list[Path] = []
    token = _used.set(folders)
    try:
        yield folders
    finally:
        _used.reset(token)


@dataclass(frozen=True, slots=True)
class Artifacts:
    """A store of folders, each named by what it was built from.

    ``root`` may be deleted at any time; everything in it can be built again.
    """

    root: Path

    def get_or_build(self, name: str, key: ArtifactKey, build: Callable[[Path], None]) -> Path:
        """Return the folder for ``key``, building it first where it does not exist.

        What is damaged is told and built again. Files are held against their sums once a process,
        and once more when their size or time has changed.

        Args:
            name: what it is, a readable prefix of the folder's name (``"meteor-table"``).
            key: everything the content depends on; a changed value is another folder.
            build: fills the empty folder it is given. A build that raises or is killed
                leaves nothing behind under the final name.

        Raises:
            MachineError: the store cannot be written (read-only, disk full).
            Exception: whatever else ``build`` raises.
        """
        folder = self.root / f"{name}-{fingerprint(key)}"
        used = _used.get()
        if used is not None and folder not in used:
            used.append(folder)
        if folder.is_dir():
            damage = _find_damage(folder)
            if damage is None:
                return folder
            warnings.warn(f"{folder} is damaged ({damage}); it is built again.", stacklevel=2)
            remove_folder(folder, CACHE_CURE, kind="the cache")
        with written_folder(folder, CACHE_CURE, kind="the cache") as partial:
            build(partial)
            (partial / "key.json").write_text(spell_json(dict(key), sort_keys=True, indent=1))
            _note_sums(partial)
        _whole[folder] = _stamp(folder)
        return folder


def _find_damage(folder: Path) -> str | None:
    """Say what became of a built thing since; None where nothing did."""
    if not (folder / _SUMS).is_file():
        return _adopt(folder)
    try:
        sums = read_json(folder / _SUMS)
    except RunError:
        sums = {}
    if "key.json" not in sums:
        return f"{_SUMS} is not what was written"
    for name in sums:
        if not (folder / name).is_file():
            return f"{name} is missing"
    stamp = _stamp(folder)
    if _whole.get(folder) == stamp:
        return None
    for name, expected in sums.items():
        if sha256_of(folder / name) != expected:
            return f"{name} is not what was built"
    _whole[folder] = stamp
    return None


def _adopt(folder: Path) -> str | None:
    """Note the sums of what a version before sums built, where that can be written."""
    if not (folder / "key.json").is_file():
        return "key.json is missing"
    if os.access(folder, os.W_OK):
        with suppress(MachineError):
            _note_sums(folder)
    return None


def _note_sums(folder: Path) -> None:
    sums = {name: sha256_of(folder / name) for name in _files_of(folder)}
    write_text(folder / _SUMS, spell_json(sums, indent=1), CACHE_CURE)


def _files_of(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files if path.name != _SUMS)


def _stamp(folder: Path) -> _Stamp:
    stats = ((name, (folder / name).stat()) for name in [*_files_of(folder), _SUMS])
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def fingerprint(key: ArtifactKey) -> str:
    """Hash a flat mapping: 16 hex digits, independent of the order of its keys."""
    text = spell_json(dict(key), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
