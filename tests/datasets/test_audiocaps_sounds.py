"""The names and folders in which copies of AudioCaps are spread."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.datasets.audiocaps import load_audiocaps

HEADER = "audiocap_id,youtube_id,start_time,caption\n"
DASHED, PLAIN = "-abcdefghi_", "0123456789A"
TOY = f"{HEADER}71,{DASHED},30,rain falls\n72,{PLAIN},0,a dog\n73,{DASHED},30,None\n"


def load(root: Path, *files: str, split: str = "test"):
    (root / "audiocaps").mkdir(exist_ok=True)
    (root / "audiocaps" / f"{split}.csv").write_text(TOY)
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file)
    return load_audiocaps(split, root)


@pytest.mark.parametrize(
    "place",
    [
        f"audiocaps/waveforms/test/Y{DASHED}.wav",
        f"audiocaps/waveforms/Y{DASHED}.wav",
        f"audiocaps/wavs/test/{DASHED}.wav",
        "audiocaps/audio/test/71.wav",
        "audiocaps/audio/test/73.flac",
        "audiocaps/test/71.ogg",
        f"audiocaps/{DASHED}_30.0-40.0.wav",
        f"audiocaps/Y{DASHED}_30.000_40.000.wav",
        f"audiocaps/{DASHED}_30.000_40.000.flac",
        f"audiocaps/{DASHED}_000030.wav",
        f"audiocaps/audio/{DASHED}_000030.mp3",
        f"audiocaps/{DASHED}_30_40.wav",
        f"audiocaps/{DASHED}-30-40.wav",
        f"audiocaps/{DASHED}_30000_40000.wav",
        f"audiocaps/Y{DASHED}_30.wav",
        f"audiocaps/{DASHED}_30.0_37.2.wav",
        f"audiocaps/audio/Y{DASHED}.mp3",
        f"audiocaps/audio/{DASHED}.ogg",
        f"audiocaps/audio/{DASHED}.opus",
        f"audiocaps/audio/{DASHED}.m4a",
        f"audiocaps/audio/{DASHED}.webm",
        f"audiocaps/audio/{DASHED}_30.WAV",
        f"audiocaps/audio/{DASHED}.Flac",
        f"AudioCaps/waveforms/test/Y{DASHED}.wav",
        f"AudioCaps/test/audio/{DASHED}.wav",
        f"AUDIOCAPS/audio_48000Hz/test/{DASHED}_30.flac",
        f"audiocaps_v1/audio/test/{DASHED}.wav",
        f"audiocaps/data/audio/testing/{DASHED}.wav",
    ],
)
def test_a_sound_is_found_where_copies_have_it(tmp_path, place):
    split = load(tmp_path, place)
    assert split.files == {DASHED: tmp_path / place}
    assert split.survey() == []


@pytest.mark.parametrize(
    "place",
    [
        f"audiocaps/{DASHED}_40.wav",
        f"audiocaps/{DASHED}_30.0-60.0.wav",
        f"audiocaps/{DASHED}_30.5-40.5.wav",
        f"audiocaps/Y{DASHED}_0.000_10.000.wav",
        f"audiocaps/x{DASHED}.wav",
        f"audiocaps/{DASHED}_30_part2.wav",
        f"audiocaps/{DASHED.upper()}.wav",
        "audiocaps/74.wav",
        f"clotho/{DASHED}.wav",
        f"audiocaps/audio/train/{DASHED}.wav",
        f"audiocaps/audio/._{DASHED}.wav",
        f"audiocaps/{DASHED}.txt",
    ],
)
def test_what_may_be_another_sound_is_not_taken(tmp_path, place):
    assert load(tmp_path, place).files == {}


def test_sounds_that_are_not_taken_are_told_with_the_nearest_clip(tmp_path):
    split = load(tmp_path, f"audiocaps/audio/{DASHED}_40.wav", f"audiocaps/audio/{PLAIN}_40.wav")
    (line,) = split.survey()
    assert line == (
        f"2 sound files in {tmp_path / 'audiocaps/audio'} belong to no clip, such as "
        f"'{DASHED}_40.wav'; nearest clip '{DASHED}'"
    )


def test_the_splits_own_folder_goes_first_and_a_file_that_differs_is_told(tmp_path):
    own, other = f"audiocaps/waveforms/test/Y{DASHED}.wav", f"audiocaps/audio/{DASHED}_30.flac"
    split = load(tmp_path, own, other, f"audiocaps/audio/{PLAIN}.wav")
    assert split.files[DASHED] == tmp_path / own
    (line,) = split.survey()
    assert line.endswith(f"heard is {tmp_path / own}, not {tmp_path / other}")


def test_rows_of_one_clip_may_each_have_a_copy(tmp_path):
    split = load(tmp_path, "audiocaps/test/71.wav", "audiocaps/test/73.wav")
    assert split.files == {DASHED: tmp_path / "audiocaps/test/71.wav"}
    (tmp_path / "audiocaps/test/73.wav").write_text("longer than the other, so another sound")
    assert load(tmp_path).files == {}


@pytest.mark.parametrize(("split", "word"), [("val", "validation"), ("train", "training")])
def test_splits_go_by_other_words_too(tmp_path, split, word):
    place = f"audiocaps/audio/{word}/{PLAIN}.wav"
    assert load(tmp_path, place, split=split).files == {PLAIN: tmp_path / place}


def test_links_from_a_cache_are_followed(tmp_path):
    blob = tmp_path / "hub/blobs/0123"
    blob.parent.mkdir(parents=True)
    blob.write_text("sound")
    (tmp_path / "audiocaps/audio").mkdir(parents=True)
    (tmp_path / f"audiocaps/audio/{PLAIN}.wav").symlink_to(blob)
    assert load(tmp_path).present == {PLAIN}
