"""What lies in the cache folder: by kind, with size and last use; pruned where nobody uses it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from benchmark.files import CACHE_CURE, remove_folder, unheld, writing
from benchmark.machine.leftovers import bytes_of, find_leftovers, remove_leftover
from benchmark.machine.looks import FOLDER

Kind = Literal[
    "built", "embeddings", "kept", "environment", "unfinished", "leftover", "looks", "other"
]
KINDS: dict[Kind, str] = {
    "built": "things built once: rendered splits, METEOR's index, trained weights, pairs",
    "embeddings": "vectors of sounds and captions, by encoder",
    "kept": "tokens, parses, alignments and scores of slow engines",
    "environment": "packages that systems require, where those of the bench do not do",
    "unfinished": "work that goes on where it was stopped: checkpoints, BERTScore's pairs",
    "leftover": "what killed processes left behind",
    "looks": "counts of the sets of captions that were scored on each split",
    "other": "what this version put nowhere",
}
_ON_REQUEST: tuple[Kind, ...] = ("looks", "other")
"""What is pruned where its kind is named alone: a count cannot be made again."""
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class CachedThing:
    """A file or folder of the cache that is used, checked and removed as one.

    Attributes:
        kind: see ``KINDS``.
        name: below the folder of its kind.
        path: where it lies.
        n_bytes: of all its files.
        used_at: seconds since 1970 of its last use, as far as the disk says so.
        is_held: whether a process uses it.
    """

    kind: Kind
    name: str
    path: Path
    n_bytes: int
    used_at: float
    is_held: bool


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is to go.

    Attributes:
        names: patterns of the shell, one of which a name fits; none fit all.
        kinds: none are all but ``looks`` and ``other``.
        older_than_days: since the last use.
        down_to_bytes: what may stay of the things chosen; those used last do.
    """

    names: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    older_than_days: float | None = None
    down_to_bytes: int | None = None

    def choose(self, things: Iterable[CachedThing]) -> list[CachedThing]:
        """Choose among things, the longest unused first; those in use are never chosen."""
        kinds = self.kinds or [kind for kind in KINDS if kind not in _ON_REQUEST]
        fitting = [
            thing
            for thing in sorted(things, key=lambda thing: thing.used_at)
            if thing.kind in kinds
            and (not self.names or any(fnmatch(thing.name, name) for name in self.names))
        ]
        chosen = [thing for thing in fitting if not thing.is_held and self._is_old(thing)]
        if self.down_to_bytes is None:
            return chosen
        left, gone = sum(thing.n_bytes for thing in fitting), []
        for thing in chosen:
            if left > self.down_to_bytes:
                gone.append(thing)
                left -= thing.n_bytes
        return gone

    def _is_old(self, thing: CachedThing) -> bool:
        age_days = (time.time() - thing.used_at) / _DAY_S
        return self.older_than_days is None or age_days > self.older_than_days


def list_cached(root: Path, models: Path) -> list[CachedThing]:
    """List what lies in the cache, by kind and name.

    Args:
        root: the cache folder, which need not be there.
        models: the folder of models, of which only leftovers are listed.
    """
    leftovers = find_leftovers(root, models)
    named = [("leftover", str(path), path) for path in leftovers]
    things = [_look_at(kind, name, path) for kind, name, path in (*_named(root), *named)]  # type: ignore[arg-type]
    return sorted(things, key=lambda thing: (list(KINDS).index(thing.kind), thing.name))


def remove_cached(things: Sequence[CachedThing]) -> Iterator[tuple[CachedThing, bool]]:
    """Remove things, one after the other, each at once.

    Yields:
        Each, and whether it went: what a process began to use meanwhile stays.

    Raises:
        MachineError: one cannot be removed.
    """
    for thing in things:
        if thing.kind == "leftover":
            yield thing, remove_leftover(thing.path)
            continue
        with unheld(thing.path) as is_free:
            if is_free and thing.path.is_dir():
                remove_folder(thing.path, CACHE_CURE, kind="the cache")
            elif is_free:
                with writing(thing.path, CACHE_CURE):
                    thing.path.unlink(missing_ok=True)
        yield thing, is_free


def _named(root: Path) -> Iterator[tuple[Kind, str, Path]]:
    built = root / "artifacts"
    for path in _visible(built):
        if path != built / "embeddings":
            yield _kind_of(path), path.name, path
    for encoder in _visible(built / "embeddings"):
        if (encoder / "key.json").is_file():
            yield "built", encoder.name, encoder
            continue
        for path in _visible(encoder):
            yield "embeddings", f"{encoder.name}/{path.name}", path
    for path in _visible(root / "kept"):
        yield ("kept" if path.suffix == ".jsonl" else "other"), path.name, path
    for path in _visible(root / "environments"):
        yield "environment", path.name, path
    for path in _visible(root / FOLDER):
        yield ("looks" if path.suffix == ".txt" else "other"), path.name, path
    for path in _visible(root):
        if path not in (built, root / "kept", root / "environments", root / FOLDER):
            yield "other", path.name, path


def _kind_of(path: Path) -> Kind:
    if path.name.startswith(("unfinished-", "bertscore-shards-")):
        return "unfinished"
    return "built" if (path / "key.json").is_file() or (path / "sums.json").is_file() else "other"


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _look_at(kind: Kind, name: str, path: Path) -> CachedThing:
    with unheld(path) as is_free:
        try:
            used_at = path.stat().st_mtime
        except OSError:  # gone since it was listed
            used_at = time.time()
    return CachedThing(kind, name, path, bytes_of(path), used_at, not is_free)
