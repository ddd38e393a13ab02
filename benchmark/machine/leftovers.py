"""What killed processes left behind: partial files and folders, locks, temporary folders.

All but those of earlier versions are locked while their process lives, so that nothing that is in
use is ever taken for one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from benchmark.files import find_abandoned, remove_abandoned, tell

_SCRATCH = "bench-"
_EARLIER = ("bench-meteor-", "bench-profile-")
"""Temporary folders of earlier versions, which no lock tells from those in use."""
_EARLIER_AGE_S = 2 * 86_400.0
_MIB = 1 << 20


def find_leftovers(root: Path, models: Path) -> list[Path]:
    """List what is left of processes that are gone.

    Args:
        root: the cache folder.
        models: the folder of models; downloads that go on where they were stopped are none.

    Returns:
        Partial things and locks within both, and this user's temporary folders.
    """
    folders = [*_folders_of(root), models, *_visible_folders(models)]
    within = [path for folder in folders for path in find_abandoned(folder)]
    scratch = Path(tempfile.gettempdir())
    return [*within, *find_abandoned(scratch, prefix=_SCRATCH), *_of_earlier_versions(scratch)]


def sweep_leftovers(root: Path, models: Path) -> None:
    """Remove what ``find_leftovers`` finds, and say so in a line."""
    paths = find_leftovers(root, models)
    n_bytes = sum(map(bytes_of, paths))
    removed = [path for path in paths if remove_leftover(path)]
    if [path for path in removed if not path.name.endswith(".lock")]:
        tell(
            f"removed what killed processes left behind: {', '.join(map(str, removed[:3]))}"
            f"{f' and {len(removed) - 3} more' if len(removed) > 3 else ''} "
            f"({n_bytes / _MIB:.1f} MiB)."
        )


def remove_leftover(path: Path) -> bool:
    """Remove a leftover; False where a process holds it by now, or it cannot go."""
    if path.name.startswith(_EARLIER):
        shutil.rmtree(path, ignore_errors=True)
        return not path.exists()
    return remove_abandoned(path)


def bytes_of(path: Path) -> int:
    """Add up the sizes of a file, or of all files in a folder; what is gone has none."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += Path(folder, name).lstat().st_size
    with suppress(OSError):
        total += 0 if path.is_dir() else path.lstat().st_size
    return total


def _folders_of(root: Path) -> Iterator[Path]:
    """Yield the folders in which partial things are made; finished ones hold none."""
    yield root
    yield root / "kept"
    yield root / "environments"
    built = root / "artifacts"
    yield built
    yield from _visible_folders(built, prefixes=("unfinished-", "bertscore-shards-"))
    yield built / "embeddings"
    for encoder in _visible_folders(built / "embeddings"):
        if not (encoder / "key.json").exists():
            yield encoder
            yield from _visible_folders(encoder)


def _visible_folders(folder: Path, prefixes: tuple[str, ...] = ("",)) -> list[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []
    return [
        Path(entry.path)
        for entry in entries
        if entry.name.startswith(prefixes) and not entry.name.startswith(".") and entry.is_dir()
    ]


def _of_earlier_versions(scratch: Path) -> Iterator[Path]:
    for path in _visible_folders(scratch, prefixes=_EARLIER):
        with suppress(OSError):
            state = path.lstat()
            is_ours = state.st_uid == os.getuid()
            if is_ours and time.time() - state.st_mtime > _EARLIER_AGE_S:
                yield path
