from __future__ import annotations

import pytest
from shared_data import shared_path

from benchmark.contract import SplitLabel, hash_clip_ids
from benchmark.datasets.audiocaps import load_audiocaps
from benchmark.datasets.mirrors import MIRRORS, name_mirror

# AudioCaps' test clips that WavCaps' list does not hold.
NOT_IN_WAVCAPS = set(
    """
0UJtGcoPYa0 1oOYqBroWoA 2GehEKSOgc8 2j8pxiFvElM 40cuHrYfaqA 4lv9aLXtud0 7D7xgd4WJ50 ITP7tMt1BDg
Lh0UmwRgA7s XP1L5k-Zxro baThGFuiYys dvY_HUaRgW8 g0l8ArPOTvA hhSqQN1Ou68 jPayI-MTnag jso1tv-zG-E
kOYg4ZtKcAs sCzRVvu9XeY
""".split()  # noqa: SIM905
)
TEST = SplitLabel("audiocaps", "test")


def clips_of_the_test_split():
    return set(load_audiocaps("test", shared_path("data")).references)


def test_the_clips_of_wavcaps_are_known_one_by_one():
    clips = clips_of_the_test_split() - NOT_IN_WAVCAPS
    for dataset in ("audiocaps", "audiocaps@2.0"):
        named = name_mirror(SplitLabel(dataset, "test"), hash_clip_ids(clips), len(clips))
        assert named == (
            "These 957 clips are those of the list of WavCaps, on which SLAM-AAC and EnCLAP print "
            "numbers."
        )


def test_other_clips_of_the_same_number_are_said_to_be_no_more_than_as_many():
    clips = sorted(clips_of_the_test_split())[:957]
    named = name_mirror(TEST, hash_clip_ids(clips), len(clips))
    assert named == (
        "There are as many clips in kuanhuggingface/audiocaps_hallucination; whether they are the "
        "same is not known."
    )


@pytest.mark.parametrize("n_clips", [0, 5, 975, 958])
def test_no_copy_is_named_that_has_another_number_of_clips(n_clips):
    assert name_mirror(TEST, "ab" * 32, n_clips) is None


def test_copies_are_of_the_test_split_of_audiocaps_alone():
    for label in ("audiocaps:val", "clotho:evaluation", "folder:PATH:test", "folder:test"):
        assert name_mirror(SplitLabel.parse(label), "ab" * 32, 882) is None
    assert "OpenSound/AudioCaps" in name_mirror(TEST, "ab" * 32, 882)
    assert all(0 < mirror.n_clips < 975 for mirror in MIRRORS)
