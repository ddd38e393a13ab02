"""The store of built things: found whole, or built by one process while others wait."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from benchmark.artifacts.sums import (
    ArtifactKey,
    find_damage,
    fingerprint,
    remember_whole,
    seal_folder,
)
from benchmark.files import CACHE_CURE, Hold, alone, remove_folder, tell, writing, written_folder

_used: ContextVar[list[Path] | None] = ContextVar("used", default=None)
_holds: OrderedDict[Path, Hold] = OrderedDict()
_MOST_HOLDS = 64
"""Each is an open file of this process, of which systems allow some hundreds."""


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

        What is damaged is told and built again. Where another process builds the same, it is
        waited for. What is given is not pruned as long as this process lives.

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
        if _hold(folder) and find_damage(folder) is None:
            return folder
        with self._alone(folder):
            if _hold(folder):
                damage = find_damage(folder)
                if damage is None:
                    return folder
                tell(f"{folder} is damaged ({damage}); it is built again.")
                remove_folder(folder, CACHE_CURE, kind="the cache")
            with written_folder(folder, CACHE_CURE, kind="the cache") as partial:
                build(partial)
                seal_folder(partial, key)
            _hold(folder)
            remember_whole(folder)
        return folder

    @contextmanager
    def _alone(self, folder: Path) -> Iterator[None]:
        """Keep other processes from building the same thing during the block."""
        with ExitStack() as stack:
            with writing(folder, CACHE_CURE, kind="the cache"):
                self.root.mkdir(parents=True, exist_ok=True)
                stack.enter_context(alone(folder, told_as=f"builds {folder}"))
            yield


def _hold(folder: Path) -> bool:
    """Keep a folder from being pruned, if it is there."""
    hold = _holds.pop(folder, None)
    if hold is None or not hold.is_current:
        hold = None
        with suppress(OSError):
            hold = Hold(folder)
    if hold is None:
        return False
    _holds[folder] = hold
    while len(_holds) > _MOST_HOLDS:
        _holds.popitem(last=False)
    return True
