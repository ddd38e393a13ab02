"""Copies of AudioCaps' test split that go about with fewer clips, and are scored as if whole."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.contract import SplitLabel


@dataclass(frozen=True, slots=True)
class Mirror:
    """A copy that others score on.

    Attributes:
        name: where it lies, or who prints numbers of it.
        n_clips: how many it holds.
        clip_ids_sha256: ``contract.hash_clip_ids`` of them; empty where only their number is known.
    """

    name: str
    n_clips: int
    clip_ids_sha256: str = ""


_FAMILY, _SPLIT = "audiocaps", "test"
MIRRORS = (
    Mirror("EGPL's numbers", 970),
    Mirror(
        "the list of WavCaps, on which SLAM-AAC and EnCLAP print numbers",
        957,
        "123e794c268e641477bc895145e04e097d85afd625480cae02aee8e7a7e45955",
    ),
    Mirror("kuanhuggingface/audiocaps_hallucination", 957),
    Mirror("CoNeTTE's published captions", 912),
    Mirror("mteb/audiocaps_t2a", 883),
    Mirror("OpenSound/AudioCaps", 882),
    Mirror("jp1924/AudioCaps", 880),
    Mirror("TwinkStart/AudioCaps, which UltraEval scores", 797),
    Mirror("mteb/AudioCaps_AV", 666),
)
"""From the pages of the mirrors, of which some tell rows alone (five a clip), and from papers
in November 2026. OpenSound's says 4.41 k rows: 882 clips have 4,410, and 881 nearly as many."""


def name_mirror(label: SplitLabel, clip_ids_sha256: str, n_clips: int) -> str | None:
    """Say which known copy of a split some of its clips are, or only how many they are like.

    Args:
        label: of the split, of any version: they share their clips.
        clip_ids_sha256: ``contract.hash_clip_ids`` of the clips.
        n_clips: how many these are.

    Returns:
        A sentence; None where no copy is known that has as many.
    """
    if (label.family, label.split) != (_FAMILY, _SPLIT):
        return None
    equal = [mirror for mirror in MIRRORS if mirror.n_clips == n_clips]
    for mirror in equal:
        if mirror.clip_ids_sha256 == clip_ids_sha256:
            return f"These {n_clips:,} clips are those of {mirror.name}."
    unknown = [mirror.name for mirror in equal if not mirror.clip_ids_sha256]
    if not unknown:
        return None
    names = " or ".join(unknown)
    return f"There are as many clips in {names}; whether they are the same is not known."
