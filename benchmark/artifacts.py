"""Built things kept by content: a folder is there whole, or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from benchmark.files import CACHE_CURE, written_folder

ArtifactKey = Mapping[str, str | int | float | bool | None]
_used: ContextVar[list[Path] | None] = ContextVar("used", default=None)


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
            return folder
        with written_folder(folder, CACHE_CURE, kind="the cache") as partial:
            build(partial)
            (partial / "key.json").write_text(json.dumps(dict(key), sort_keys=True, indent=1))
        return folder


def fingerprint(key: ArtifactKey) -> str:
    """Hash a flat mapping: 16 hex digits, independent of the order of its keys."""
    text = json.dumps(dict(key), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
