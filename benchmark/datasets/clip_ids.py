"""Clips found by ids as other programs spell them: a stated rule, and nothing that is guessed.

The rules, in their order; the first under which an id means any clip decides, and where it means
several the id is ambiguous:

1. ``exact``: the clip's id, or a file name of the data set's official layouts.
2. ``base name``: one is the end of the other's path, folder by folder.
3. ``stem``: so without the suffix of a sound.
4. ``prefix``: so with a ``Y`` before a YouTube id, or with the seconds of its segment behind it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from benchmark.contract import Split
from benchmark.errors import quoted

Rule = Literal["exact", "base name", "stem", "prefix"]
RULES: tuple[Rule, ...] = get_args(Rule)

_SOUND = re.compile(
    r"\.(?:wav|wave|flac|mp3|ogg|oga|opus|m4a|mp4|aac|webm|wma|aiff?|au|caf|w64)$", re.IGNORECASE
)
_SEGMENT = re.compile(
    r"(?P<id>[A-Za-z0-9_-]{11})(?:[_-](?P<start>\d{1,9}(?:\.\d{1,9})?))?"
    r"(?:[_-]\d{1,9}(?:\.\d{1,9})?)?"
)
"""A YouTube id, and from where to where: ``{id}_30``, ``{id}_30.000_40.000``."""
_MOST_NEAR = 3
_MOST_SEARCHED = 10_000
"""Ids that are looked through for the nearest one: each takes some microseconds."""


@dataclass(frozen=True, slots=True)
class FoundClips:
    """Which clips ids mean.

    Attributes:
        clip_of: by id, as it was written, the clip.
        rule_of: by id under which rule it was found.
        unknown: ids that mean no clip.
        ambiguous: by id the several clips that it means.
    """

    clip_of: Mapping[str, str]
    rule_of: Mapping[str, Rule]
    unknown: tuple[str, ...]
    ambiguous: Mapping[str, tuple[str, ...]]

    def count_rules(self) -> dict[Rule, int]:
        """Count the ids that each rule found, in the order of the rules; those that found some."""
        counts = Counter(self.rule_of.values())
        return {rule: counts[rule] for rule in RULES if counts[rule]}


def find_clips(written: Iterable[str], split: Split) -> FoundClips:
    """Find the clip that each id means.

    Args:
        written: ids, each once.
        split: the clips that there are.
    """
    clip_of: dict[str, str] = {}
    rule_of: dict[str, Rule] = {}
    unknown: list[str] = []
    ambiguous: dict[str, tuple[str, ...]] = {}
    index: _Index | None = None
    for text in written:
        exact = text if text in split.references else split.aliases.get(text)
        if exact is not None:
            clip_of[text], rule_of[text] = exact, "exact"
            continue
        index = index or _Index.of(split)
        rule, clips = index.find(text)
        if rule is None:
            unknown.append(text)
        elif len(clips) > 1:
            ambiguous[text] = clips
        else:
            clip_of[text], rule_of[text] = clips[0], rule
    return FoundClips(clip_of, rule_of, tuple(unknown), ambiguous)


def describe_near(unknown: Sequence[str], clip_ids: Sequence[str]) -> str:
    """Say which clips the first ids that mean none are nearest to; empty where none is near."""
    by_look = {unicodedata.normalize("NFKC", clip_id): clip_id for clip_id in clip_ids}
    searched = clip_ids[:_MOST_SEARCHED]
    said = []
    for text in unknown:
        if alike := by_look.get(unicodedata.normalize("NFKC", text)):
            return (
                f"{quoted(text)} and {quoted(alike)} look the same and are spelt with other "
                "Unicode characters: normalise the file's ids."
            )
    for text in unknown[:_MOST_NEAR]:
        if near := difflib.get_close_matches(text, searched, n=1, cutoff=0.7):
            said.append(f"{quoted(text)} is near {quoted(near[0])}")
    return f"{', '.join(said)}." if said else ""


_Path = tuple[str, ...]


@dataclass(slots=True)
class _Index:
    """Clips by the ends of their ids' paths, as they are and without suffix, and by YouTube id."""

    split: Split
    by_name: dict[str, list[tuple[_Path, str]]] = field(default_factory=dict)
    by_stem: dict[str, list[tuple[_Path, str]]] = field(default_factory=dict)

    @staticmethod
    def of(split: Split) -> _Index:
        index = _Index(split)
        spellings = [*((clip_id, clip_id) for clip_id in split.references), *split.aliases.items()]
        for spelling, clip_id in spellings:
            path = _parts(spelling)
            stem = _without_suffix(path)
            if path:
                index.by_name.setdefault(path[-1], []).append((path, clip_id))
                index.by_stem.setdefault(stem[-1], []).append((stem, clip_id))
        return index

    def find(self, text: str) -> tuple[Rule | None, tuple[str, ...]]:
        """Find the clips that an id means under the first rule that finds any."""
        path = _parts(text)
        if not path:
            return None, ()
        stem = _without_suffix(path)
        if clips := _ends(path, self.by_name):
            return "base name", clips
        if clips := _ends(stem, self.by_stem):
            return "stem", clips
        if clips := tuple(sorted(set(self._by_prefix(stem)))):
            return "prefix", clips
        return None, ()

    def _by_prefix(self, stem: _Path) -> Iterable[str]:
        *folders, name = stem
        for bare in (name, name[1:]) if name.startswith("Y") else (name,):
            segment = _SEGMENT.fullmatch(bare)
            if segment is None:
                continue
            clip_id = segment["id"]
            if clip_id in self.split.references and self._starts(clip_id, segment["start"]):
                yield clip_id
            if bare != name and segment["start"] is None:  # of clips whose ids are file names
                yield from _ends((*folders, bare), self.by_stem)
        if len(name) == 11 and _SEGMENT.fullmatch(name):
            yield from _ends((*folders, f"Y{name}"), self.by_stem)

    def _starts(self, clip_id: str, start: str | None) -> bool:
        """Tell whether a clip may start at a second; nobody knows of those without aliases."""
        if start is None:
            return True
        known = {
            float(segment["start"])
            for alias, owner in self.split.aliases.items()
            if owner == clip_id
            and (segment := _SEGMENT.fullmatch(_SOUND.sub("", alias)))
            and segment["start"] is not None
        }
        return not known or float(start) in known or float(start) / 1000 in known


def _ends(path: _Path, index: Mapping[str, list[tuple[_Path, str]]]) -> tuple[str, ...]:
    found = {
        clip_id
        for other, clip_id in index.get(path[-1], ())
        if all(mine == its for mine, its in zip(reversed(path), reversed(other), strict=False))
    }
    return tuple(sorted(found))


def _parts(text: str) -> _Path:
    return tuple(part for part in re.split(r"[/\\]+", text) if part not in ("", "."))


def _without_suffix(path: _Path) -> _Path:
    return (*path[:-1], _SOUND.sub("", path[-1])) if path else path
