"""Captions that some system gave elsewhere, matched to a split."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from benchmark.contract import Split
from benchmark.datasets.clip_ids import FoundClips, Rule, describe_near, find_clips
from benchmark.errors import DataError, listed, quoted

_ALLOW_MISSING = (
    "To score only the clips that it has, say --allow-missing (in Python allow_missing=True)."
)


class MatchedCaptions(NamedTuple):
    """Captions whose clips were found.

    Attributes:
        captions: clip id to caption, in the order in which they were given.
        rules: by rule how many ids it found.
    """

    captions: dict[str, str]
    rules: dict[Rule, int]


def match_captions(
    captions: Mapping[str, str],
    split: Split,
    source: str,
    *,
    allow_missing: bool = False,
    among: Collection[str] | None = None,
    cure_of_missing: str = _ALLOW_MISSING,
) -> MatchedCaptions:
    """Find each caption's clip by the rules of ``datasets.clip_ids``.

    Args:
        captions: id to caption.
        split: the clips that are expected.
        source: where they come from, for messages.
        allow_missing: accept captions of only some of the clips.
        among: clips that are wanted, captions of others are left out; None: all.
        cure_of_missing: says what to do where clips lack a caption.

    Raises:
        DataError: clips lack a caption, an id belongs to no clip or to several, or two ids mean
            one clip.
    """
    found = find_clips(captions, split)
    spelled: dict[str, list[str]] = {}
    for written, clip_id in found.clip_of.items():
        spelled.setdefault(clip_id, []).append(written)
    wanted = split.clip_ids if among is None else tuple(sorted(among))
    missing = [clip_id for clip_id in wanted if clip_id not in spelled]
    problems = []
    if found.unknown:
        problems.append(f"{len(found.unknown):,} ids belong to no clip: {listed(found.unknown)}")
    if found.ambiguous:
        problems.append(
            f"{len(found.ambiguous):,} ids may mean several clips: "
            + ", ".join(
                f"{quoted(written)} ({listed(clips, 2)})"
                for written, clips in [*found.ambiguous.items()][:3]
            )
        )
    if missing and not allow_missing:
        problems.append(f"{len(missing):,} clips have no caption: {listed(missing)}")
    if twice := [names for names in spelled.values() if len(names) > 1]:
        shown = ", ".join(" = ".join(map(repr, names)) for names in twice[:5])
        problems.append(f"{len(twice):,} clips are named twice: {shown}")
    if not spelled and not problems:
        problems.append("it names no clip at all")
    if problems:
        raise DataError(
            f"{source} does not fit {split.label} ({len(captions):,} captions found, "
            f"{len(wanted):,} expected): {'; '.join(problems)}. "
            + _cure(found, missing, "" if allow_missing else cure_of_missing)
        )
    return MatchedCaptions(
        {
            clip_id: captions[written[0]]
            for clip_id, written in spelled.items()
            if among is None or clip_id in among
        },
        found.count_rules(),
    )


def _cure(found: FoundClips, missing: Sequence[str], cure_of_missing: str) -> str:
    cures = []
    if found.unknown:
        near = describe_near(found.unknown, missing)
        cures.append(
            "Ids are matched to the letter, then by base name, by stem and by known prefixes."
            + (f" {near}" if near else "")
        )
    if found.ambiguous:
        cures.append("Write ambiguous ids with their folder and suffix, as the data set does.")
    if missing and cure_of_missing:
        cures.append(cure_of_missing)
    return " ".join(cures)
