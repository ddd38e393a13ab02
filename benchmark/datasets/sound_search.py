"""Looks for the sound files of a split's clips, and notes what else lies there."""

from __future__ import annotations

import difflib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmark.datasets.sound_names import (
    is_passed_over,
    loose_name,
    stem_of,
    suffix_of,
    suffix_rank,
)
from benchmark.errors import DataError, quoted

_MOST_COMPARED = 5_000
"""Clips that an example's nearest is looked for among."""
_DEEPEST = 4


class Match(NamedTuple):
    """Which clip a file is of.

    Attributes:
        clip_id: of it.
        distance: 0 where its name is the clip's own, more where it is spelt otherwise.
    """

    clip_id: str
    distance: int


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to look in, and how the names there are read."""

    folder: Path
    match: Callable[[str], Match | None]


class Candidate(NamedTuple):
    """A file of a clip; the least one is heard."""

    place: int
    distance: int
    suffix: int
    path: Path


@dataclass(slots=True)
class Found:
    """What lies in some places.

    Attributes:
        paths: clip id to the file that is heard.
        rivals: clip id to the files that are not, because another is.
        unclear: clip id to files of which none comes before the others.
        unused: folder to the sound files in it that belong to no clip.
        dead: links that lead nowhere and would be a clip's sound, with what they name.
    """

    paths: dict[str, Path] = field(default_factory=dict)
    rivals: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    unclear: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    unused: dict[Path, list[str]] = field(default_factory=dict)
    dead: dict[Path, str] = field(default_factory=dict)


def find_sounds(places: Sequence[Place]) -> Found:
    """Find the file of each clip; each folder is listed once.

    A place goes before those behind it. In one place a name as the clip's own goes before one
    spelt otherwise, then a format that loses nothing before others. Files that are alike in all
    of that and have other sizes are heard none of.

    Raises:
        DataError: a folder exists but may not be read.
    """
    found = Found()
    candidates: dict[str, list[Candidate]] = defaultdict(list)
    used: set[Path] = set()
    strays: dict[Path, list[str]] = {}
    for number, place in enumerate(places):
        for entry in list_folder(place.folder):
            path = place.folder / entry.name
            match = place.match(entry.name)
            if match is not None and is_file(entry):
                rank = Candidate(number, match.distance, suffix_rank(entry.name), path)
                candidates[match.clip_id].append(rank)
                used.add(path)
            elif match is not None and entry.is_symlink() and not path.exists():
                found.dead[path] = str(path.readlink())
            elif suffix_of(entry.name) and not is_passed_over(entry.name) and is_file(entry):
                strays.setdefault(place.folder, []).append(entry.name)
    for clip_id, files in candidates.items():
        _choose(found, clip_id, sorted(set(files)))
    for folder, names in strays.items():
        if unused := sorted({name for name in names if folder / name not in used}):
            found.unused[folder] = unused
    return found


def _choose(found: Found, clip_id: str, files: Sequence[Candidate]) -> None:
    first = files[0]
    equals = [file for file in files if file[:3] == first[:3]]
    if len(equals) > 1 and len({file.path.stat().st_size for file in equals}) > 1:
        found.unclear[clip_id] = tuple(file.path for file in equals)
        return
    found.paths[clip_id] = first.path
    if others := tuple(file.path for file in files[1:]):
        found.rivals[clip_id] = others


def list_folder(folder: Path) -> Iterator[os.DirEntry[str]]:
    """List a folder; one that does not exist holds nothing.

    Raises:
        DataError: it exists but may not be read.
    """
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise DataError(
            f"cannot list {folder}: {error.strerror}; expected a readable folder of sounds."
        ) from error


def is_file(entry: os.DirEntry[str]) -> bool:
    """Tell whether there is a file, behind links too; one that links to itself is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether there is a folder, behind links too."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def match_names(names: Mapping[str, str]) -> Callable[[str], Match | None]:
    """Read names as those of clips: to the letter, else as ``loose_name`` spells them.

    Args:
        names: of the file that each clip expects, to the clip's id.

    Returns:
        The reader. Spellings that two clips share are read to the letter only.
    """
    by_loose: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_loose[loose_name(name)].append(name)

    def match(name: str) -> Match | None:
        if name in names:
            return Match(names[name], 0)
        if is_passed_over(name) or not suffix_of(name):
            return None
        meant = by_loose.get(loose_name(name), ())
        if len(meant) != 1:
            return None
        return Match(names[meant[0]], 1 if stem_of(meant[0]) == stem_of(name) else 2)

    return match


def walk_folders(
    bases: Iterable[Path], own: Collection[str], others: Collection[str]
) -> list[Path]:
    """List folders below some, four levels deep, those that name a split first.

    Args:
        bases: which are among the folders.
        own: words that the split goes by.
        others: words that other splits go by; folders that these name are not entered.
    """
    ranked: list[tuple[bool, int, str, Path]] = []
    seen: set[tuple[int, int]] = set()

    def enter(folder: Path, depth: int, is_own: bool) -> None:
        try:
            status = folder.stat()
        except OSError:
            return
        if (status.st_dev, status.st_ino) in seen:  # a link back
            return
        seen.add((status.st_dev, status.st_ino))
        ranked.append((not is_own, depth, str(folder), folder))
        if depth == _DEEPEST:
            return
        for entry in list_folder(folder):
            if not is_folder(entry):
                continue
            words = set(re.split(r"[^a-z]+", entry.name.casefold()))
            is_other = bool(words & set(others)) and not words & set(own)
            if not is_passed_over(entry.name) and not is_other:
                enter(folder / entry.name, depth + 1, is_own or bool(words & set(own)))

    for base in bases:
        enter(base, 0, False)
    return [folder for *_, folder in sorted(ranked, key=lambda rank: rank[:3])]


def describe_found(found: Found, clip_ids: Collection[str]) -> list[str]:
    """Tell what must be known of the files: a line for each thing, with an example.

    Files of one clip are compared byte by byte: copies may lie about.
    """
    lines = []
    differing = {
        clip_id: [rival for rival in rivals if not _are_equal(found.paths[clip_id], rival)]
        for clip_id, rivals in found.rivals.items()
    }
    if differing := {clip_id: rivals for clip_id, rivals in differing.items() if rivals}:
        clip_id, rivals = next(iter(differing.items()))
        lines.append(
            f"{_count(len(differing), 'clip')} with other files of the name that differ, such as "
            f"{quoted(clip_id)}: heard is {found.paths[clip_id]}, not {rivals[0]}"
        )
    if found.unclear:
        clip_id, paths = next(iter(found.unclear.items()))
        lines.append(
            f"{_count(len(found.unclear), 'clip')} with files that differ, none before the other, "
            f"such as {quoted(clip_id)}: {paths[0]} and {paths[1]}; none is heard: keep one"
        )
    if found.dead:
        link, target = next(iter(found.dead.items()))
        lines.append(
            f"{_count(len(found.dead), 'link')} to sounds that are not there, such as {link} to "
            f"{target}; bring what they lead to (`datalad get`, `git annex get`, the hub's cache)"
        )
    missing = [clip_id for clip_id in clip_ids if clip_id not in found.paths]
    if missing:
        lines += [
            _describe_unused(folder, names, missing) for folder, names in found.unused.items()
        ]
    return lines


def _describe_unused(folder: Path, names: Sequence[str], missing: Sequence[str]) -> str:
    spelt = {loose_name(clip_id): clip_id for clip_id in missing[:_MOST_COMPARED]}
    near = difflib.get_close_matches(loose_name(names[0]), spelt, n=1, cutoff=0.0)
    nearest = f"; nearest clip {quoted(spelt[near[0]])}" if near else ""
    belong = "belongs" if len(names) == 1 else "belong"
    return (
        f"{_count(len(names), 'sound file')} in {folder} {belong} to no clip, such as "
        f"{quoted(names[0])}{nearest}"
    )


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _are_equal(one: Path, other: Path) -> bool:
    try:
        if one.stat().st_size != other.stat().st_size:
            return False
        with one.open("rb") as first, other.open("rb") as second:
            while (block := first.read(1 << 20)) == second.read(1 << 20):
                if not block:
                    return True
    except OSError:
        pass
    return False
