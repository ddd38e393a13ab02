"""Where the sounds of own clips lie: beside the captions, or in folders of the usual names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

from benchmark.datasets.sound_files import Sounds
from benchmark.datasets.sound_names import loose_name
from benchmark.datasets.sound_search import Place, is_folder, list_folder, match_names
from benchmark.errors import DataError, listed

_WORDS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation"),
    "test": ("test", "evaluation", "eval"),
}
_FOLDERS = ("audio", "waveforms", "wavs", "wav", "sounds", "clips")


def find_folder_sounds(root: Path, split: str, names: Collection[str]) -> Sounds:
    """Find the sounds of own clips; the split's own folders come first.

    A name is looked for to the letter, then as ``loose_name`` spells it, and so are the folders
    that are named in it; both slashes part these.

    Args:
        root: the folder that holds the captions.
        split: ``train``, ``val`` or ``test``.
        names: of files, as the captions spell them: the ids of the clips.

    Raises:
        DataError: a folder exists but may not be read, or a name is none that a file can have.
    """
    _require_names(root, names)
    words = _WORDS[split]
    folders = (
        *(root / word for word in words),
        *(root / folder / word for folder in _FOLDERS for word in words),
        *(root / word / folder for folder in _FOLDERS for word in words),
        root,
        *(root / folder for folder in _FOLDERS),
    )
    return Sounds.find(places_of(folders, names), (root, root / "audio", root / split), names)


def places_of(folders: Sequence[Path], names: Collection[str]) -> list[Place]:
    """List where to look for the files of some clips, which may name folders within folders.

    Args:
        folders: those that come first go first.
        names: of the files, which are the ids of the clips.

    Raises:
        DataError: a folder exists but may not be read.
    """
    by_parents: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for name in names:
        by_parents[()][name] = name  # a backslash may be part of a name
        *parents, last = name.replace("\\", "/").split("/")
        if parents:
            by_parents[tuple(parents)][last] = name
    return [
        Place(inside, match)
        for folder in folders
        for parents, match in [(p, match_names(n)) for p, n in by_parents.items()]
        if (inside := _enter(folder, parents)) is not None
    ]


def _require_names(root: Path, names: Collection[str]) -> None:
    longest = max(names, key=len, default="")
    try:
        (root / longest).is_file()
    except OSError as error:  # a name longer than the file system allows
        raise DataError(f"{listed([longest])} is no file name: {error.strerror}.") from error


def _enter(folder: Path, parents: tuple[str, ...]) -> Path | None:
    """Follow the folders in a name, each to the letter or as the only one that is spelt alike."""
    for parent in parents:
        if parent in ("", "."):
            continue
        names = [entry.name for entry in list_folder(folder) if is_folder(entry)]
        alike = [name for name in names if loose_name(name) == loose_name(parent)]
        if parent not in names and len(alike) != 1:
            return None
        folder /= parent if parent in names else alike[0]
    return folder if folder.is_dir() else None
