"""The sums of a built thing's files: written with it, held against the files later."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from benchmark.errors import MachineError, RunError
from benchmark.files import CACHE_CURE, read_json, sha256_of, spell_json, tell, write_text

KEY_FILE = "key.json"
_SUMS = "sums.json"
_Stamp = tuple[tuple[str, int, int], ...]
"""Name, size and time of change of each file."""
_whole: dict[Path, _Stamp] = {}
"""Folders that this process found whole, as they were then."""

ArtifactKey = Mapping[str, str | int | float | bool | None]


def seal_folder(folder: Path, key: ArtifactKey) -> None:
    """Write what a folder was built from, and the sums of all its files, into it."""
    (folder / KEY_FILE).write_text(spell_json(dict(key), sort_keys=True, indent=1))
    _note_sums(folder)


def remember_whole(folder: Path) -> None:
    """Take a folder that was just built for whole: this process wrote it."""
    _whole[folder] = _stamp(folder)


def find_damage(folder: Path, *, adopts: bool = True, looks_again: bool = False) -> str | None:
    """Say what became of a built thing since; None where nothing did.

    Files are held against their sums once a process, and once more when their size or time has
    changed.

    Args:
        folder: of a built thing.
        adopts: what has no sums is told, taken as it is and gets them, where that can be written;
            else it is damage.
        looks_again: also at what this process found whole before.
    """
    if not (folder / _SUMS).is_file():
        return _adopt(folder) if adopts else "it has no sums; they are noted when it is next used"
    try:
        return _hold_against_sums(folder, looks_again=looks_again)
    except OSError as error:
        return f"{Path(error.filename or folder).name} cannot be read ({error.strerror})"


def fingerprint(key: ArtifactKey) -> str:
    """Hash a flat mapping: 16 hex digits, independent of the order of its keys."""
    text = spell_json(dict(key), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hold_against_sums(folder: Path, *, looks_again: bool) -> str | None:
    try:
        sums = read_json(folder / _SUMS)
    except RunError:
        sums = {}
    if KEY_FILE not in sums:
        return f"{_SUMS} is not what was written"
    for name in sums:
        if not (folder / name).is_file():
            return f"{name} is missing"
    stamp = _stamp(folder)
    if not looks_again and _whole.get(folder) == stamp:
        return None
    for name, expected in sums.items():
        if sha256_of(folder / name) != expected:
            return f"{name} is not what was built"
    if (damage := _find_other_key(folder)) is not None:
        return damage
    _whole[folder] = stamp
    return None


def _find_other_key(folder: Path) -> str | None:
    try:
        is_of_name = folder.name.endswith(f"-{fingerprint(read_json(folder / KEY_FILE))}")  # type: ignore[arg-type]
    except RunError:
        is_of_name = False
    return None if is_of_name else f"{KEY_FILE} is that of another thing"


def _adopt(folder: Path) -> str | None:
    """Note the sums of what a version before sums built, where that can be written."""
    if not (folder / KEY_FILE).is_file():
        return f"{KEY_FILE} is missing"
    if (damage := _find_other_key(folder)) is not None:
        return damage
    tell(
        f"{folder} has no sums: an earlier version built it, or they were removed. It is taken as "
        "it is, and gets them."
    )
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
