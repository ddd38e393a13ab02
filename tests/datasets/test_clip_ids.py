"""Ids as other programs spell them: what each rule finds, and what none of them may."""

from __future__ import annotations

import pytest

from benchmark.contract import Split
from benchmark.datasets.clip_ids import describe_near, find_clips
from benchmark.datasets.references import split_of_references

AUDIOCAPS = "-0a1B2c3D4e"


def split_of(*clip_ids, aliases=None) -> Split:
    whole = split_of_references(dict.fromkeys(clip_ids, "a sound"))
    return Split(
        whole.dataset, whole.name, whole.references, frozenset(), whole.read_clip, aliases or {}
    )


def audiocaps():
    names = (f"{AUDIOCAPS}_30.wav", f"Y{AUDIOCAPS}.wav", f"{AUDIOCAPS}.flac")
    return split_of(AUDIOCAPS, "Yesterday_1", aliases=dict.fromkeys(names, AUDIOCAPS))


@pytest.mark.parametrize(
    ("clip_id", "written", "rule"),
    [
        ("a.wav", "a.wav", "exact"),
        ("a.wav", "/data/eval/a.wav", "base name"),
        ("a.wav", "C:\\eval\\a.wav", "base name"),
        ("a.wav", "./a.wav", "base name"),
        ("deep/a.wav", "a.wav", "base name"),
        ("deep/a.wav", "/data/deep/a.wav", "base name"),
        ("a.wav", "a", "stem"),
        ("a.wav", "eval/a.FLAC", "stem"),
        ("a.b.wav", "a.b", "stem"),
        (" a  b .wav", " a  b ", "stem"),
        ("a", "a.mp3", "stem"),
        (f"{AUDIOCAPS}.wav", f"Y{AUDIOCAPS}.wav", "prefix"),
        (f"Y{AUDIOCAPS}.wav", f"{AUDIOCAPS}", "prefix"),
    ],
)
def test_a_clip_is_found_under_the_first_rule_that_fits(clip_id, written, rule):
    found = find_clips([written], split_of(clip_id, "other.wav"))
    assert found.clip_of == {written: clip_id}
    assert found.count_rules() == {rule: 1}


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        (f"Y{AUDIOCAPS}.wav", "exact"),
        (f"audio/Y{AUDIOCAPS}.wav", "base name"),
        (f"Y{AUDIOCAPS}", "stem"),
        (f"{AUDIOCAPS}_30", "stem"),
        (f"{AUDIOCAPS}_30.000_40.000", "prefix"),
        (f"wav/Y{AUDIOCAPS}_30.000_40.000.wav", "prefix"),
        (f"{AUDIOCAPS}_30000_40000", "prefix"),
        (f"{AUDIOCAPS}_30.0-40.0", "prefix"),
    ],
)
def test_the_names_of_audiocaps_clips_are_known(written, rule):
    found = find_clips([written], audiocaps())
    assert found.clip_of == {written: AUDIOCAPS}
    assert found.count_rules() == {rule: 1}


@pytest.mark.parametrize(
    ("clip_ids", "written"),
    [
        (("a.wav",), "A.wav"),  # another case
        (("a.wav",), "a .wav"),  # a blank more
        (("deep/a.wav",), "other/a.wav"),  # another folder
        (("a.wav",), "a.b"),  # ends like a suffix, and is none of a sound
        (("a.wav",), ""),
        (("a.wav",), "/"),
        (("abcdefghijk_1.wav",), "abcdefghijk_2.wav"),  # another segment of a recording
    ],
)
def test_what_no_rule_allows_is_unknown(clip_ids, written):
    found = find_clips([written], split_of(*clip_ids))
    assert (found.clip_of, found.unknown) == ({}, (written,))


def test_another_start_of_the_same_video_is_another_clip():
    found = find_clips([f"Y{AUDIOCAPS}_0.000_10.000.wav"], audiocaps())
    assert found.unknown == (f"Y{AUDIOCAPS}_0.000_10.000.wav",)


@pytest.mark.parametrize(
    ("clip_ids", "written"),
    [
        (("a.wav", "a.flac"), "a"),
        (("x/a.wav", "y/a.wav"), "a.wav"),
        (("a.wav", "x/a.wav"), "/data/x/a.wav"),
    ],
)
def test_an_id_of_several_clips_is_ambiguous(clip_ids, written):
    found = find_clips([written], split_of(*clip_ids))
    assert found.ambiguous == {written: tuple(sorted(clip_ids))}
    assert found.clip_of == {}


def test_the_nearest_clips_are_named_and_far_ones_are_not():
    clips = ("Santa Motor.wav", "Radio Garble.wav")
    assert describe_near(["santa motor.wav"], clips) == (
        "'santa motor.wav' is near 'Santa Motor.wav'."
    )
    assert describe_near(["zzz"], clips) == ""
