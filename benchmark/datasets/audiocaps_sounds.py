"""Under which names and in which folders the sounds of AudioCaps lie about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmark.datasets.sound_files import Sounds
from benchmark.datasets.sound_names import is_passed_over, stem_of, suffix_of
from benchmark.datasets.sound_search import Match, Place, list_folder, walk_folders

_WORDS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation"),
    "test": ("test", "testing"),
}
_ROOT = re.compile(r"audiocaps(?:[ @_-]?v?[12](?:\.0)?)?")
_TIMES = re.compile(r"[_-](\d+(?:\.\d+)?)(?:[_-](\d+(?:\.\d+)?))?")
_LONGEST_S = 10.5
"""Clips are of ten seconds, or shorter where their film ends."""


def find_audiocaps_sounds(
    split: str, data_root: Path, starts: Mapping[str, str], clip_of_row: Mapping[str, str]
) -> Sounds:
    """Find the sounds of a split below ``audiocaps/`` or ``AUDIOCAPS/``, in any folder of theirs.

    Args:
        split: ``train``, ``val`` or ``test``; folders that name another are passed over.
        data_root: the folder that holds the data sets.
        starts: clip id to the second at which it starts.
        clip_of_row: ``audiocap_id`` to clip id.

    Raises:
        DataError: a folder exists but may not be read.
    """
    own = _WORDS[split]
    others = [word for name, words in _WORDS.items() if name != split for word in words]
    names = sorted(entry.name for entry in list_folder(data_root))
    bases = [data_root / name for name in names if _ROOT.fullmatch(name.casefold())]
    match = _match(starts, clip_of_row)
    places = [Place(folder, match) for folder in walk_folders(bases, own, others)]
    base = data_root / "audiocaps"
    expected = (base / "audio" / split, base / "waveforms" / split, base)
    return Sounds.find(places, expected, starts.keys())


def _match(
    starts: Mapping[str, str], clip_of_row: Mapping[str, str]
) -> Callable[[str], Match | None]:
    """Read names: ``{id}_{start}``, ``Y{id}``, ``{id}``, with an end too, or ``{audiocap_id}``."""

    def match(name: str) -> Match | None:
        if is_passed_over(name) or not suffix_of(name):
            return None
        stem = stem_of(name)
        for prefix in ("", "Y"):
            clip_id = stem[len(prefix) : len(prefix) + 11]
            if not stem.startswith(prefix) or clip_id not in starts:
                continue
            rest, start = stem[len(prefix) + 11 :], starts[clip_id]
            if not rest:
                return Match(clip_id, 1 if prefix else 2)
            if rest == f"_{start}" and not prefix:
                return Match(clip_id, 0)
            if _is_of(rest, float(start)):
                return Match(clip_id, 3)
        return Match(clip_of_row[stem], 4) if stem in clip_of_row else None

    return match


def _is_of(rest: str, start_s: float) -> bool:
    """Tell whether what follows an id names the clip's start, in seconds or milliseconds."""
    times = _TIMES.fullmatch(rest)
    if times is None:
        return False
    for unit in (1.0, 1000.0):
        start, end = float(times[1]) / unit, float(times[2] or 0) / unit
        if start == start_s and (times[2] is None or start_s < end <= start_s + _LONGEST_S):
            return True
    return False
