from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from shared_data import shared_path

from benchmark.datasets.audiocaps import load_audiocaps
from benchmark.errors import DataError, UnknownNameError

HEADER = "audiocap_id,youtube_id,start_time,caption\n"
DASHED, PLAIN = "-abcdefghi_", "0123456789A"
TOY = f"{HEADER}1,{DASHED},30,rain falls\n2,{PLAIN},0,a dog\n3,{DASHED},30,None\n"


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def write_sound(path: Path, value: float = 0.25) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.full(1_600, value, dtype=np.float32), 16_000)


@pytest.mark.parametrize(
    ("split", "clips", "captions_each"), [("train", 49_838, 1), ("val", 495, 5), ("test", 975, 5)]
)
def test_the_official_splits_have_their_published_sizes(split, clips, captions_each):
    loaded = load_audiocaps(split, shared_path("data"))
    assert len(loaded.references) == clips
    assert {len(captions) for captions in loaded.references.values()} == {captions_each}
    assert str(loaded.label) == f"audiocaps:{split}"
    assert len(loaded.missing) == clips


def test_the_train_split_loads_in_under_a_second_of_processor_time():
    root = shared_path("data")
    times_s = []
    for _ in range(3):
        start = time.process_time()
        load_audiocaps("train", root)
        times_s.append(time.process_time() - start)
    assert min(times_s) < 1.0


def test_captions_of_one_clip_are_gathered_in_the_order_of_the_file(tmp_path):
    write(tmp_path / "audiocaps/test.csv", TOY)
    references = load_audiocaps("test", tmp_path).references
    assert references == {DASHED: ("rain falls", "None"), PLAIN: ("a dog",)}


@pytest.mark.parametrize(
    "place",
    [
        "audiocaps/test.csv",
        "audiocaps/dataset/test.csv",
        "AUDIOCAPS/test.csv",
        "AUDIOCAPS/csv_files_v1/test.csv",
    ],
)
def test_captions_are_found_in_every_known_layout(tmp_path, place):
    write(tmp_path / place, TOY)
    assert len(load_audiocaps("test", tmp_path).references) == 2


@pytest.mark.parametrize(
    "place",
    [
        f"audiocaps/{DASHED}_30.flac",
        f"audiocaps/audio/Y{DASHED}.wav",
        f"audiocaps/audio/test/{DASHED}.wav",
        f"audiocaps/test/{DASHED}_30.wav",
        f"audiocaps/audiocaps_test/Y{DASHED}.flac",
        f"audiocaps/audio/audiocaps_test/{DASHED}.flac",
        f"AUDIOCAPS/audio_32000Hz/test/{DASHED}_30.flac",
    ],
)
def test_a_sound_is_found_and_read_in_every_known_layout(tmp_path, place):
    write(tmp_path / "audiocaps/test.csv", TOY)
    write_sound(tmp_path / place)
    split = load_audiocaps("test", tmp_path)
    assert split.present == {DASHED}
    assert split.missing == (PLAIN,)
    clip = split.read_clip(DASHED, 16_000)
    assert clip.clip_id == DASHED
    assert clip.duration_s == 0.1
    assert np.allclose(clip.waveform, 0.25)


def test_a_sound_of_another_start_time_is_another_sound(tmp_path):
    write(tmp_path / "audiocaps/test.csv", TOY)
    write_sound(tmp_path / f"audiocaps/{DASHED}_40.flac")
    assert load_audiocaps("test", tmp_path).present == frozenset()


def test_reading_a_missing_sound_says_where_it_was_looked_for(tmp_path):
    write(tmp_path / "audiocaps/test.csv", TOY)
    split = load_audiocaps("test", tmp_path)
    with pytest.raises(DataError, match=f"no sound for clip '{PLAIN}'.*audiocaps/audio/test"):
        split.read_clip(PLAIN, 16_000)


def test_every_file_name_of_a_clip_is_an_alias_of_its_id(tmp_path):
    write(tmp_path / "audiocaps/test.csv", TOY)
    aliases = load_audiocaps("test", tmp_path).aliases
    assert aliases[f"Y{DASHED}.wav"] == DASHED
    assert aliases[f"{DASHED}.wav"] == DASHED
    assert aliases[f"{DASHED}_30.flac"] == DASHED
    assert aliases[f"{PLAIN}_0.wav"] == PLAIN
    assert f"{DASHED}_31.flac" not in aliases


def test_an_unknown_split_names_the_known_ones(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'test'"):
        load_audiocaps("tset", tmp_path)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("1,#NAME?,0,x\n", "line 2: '#NAME\\?' is no YouTube id.*Spreadsheets"),
        (f"1,{PLAIN},0,x\n2,{PLAIN},5,y\n", f"line 3: '{PLAIN}' starts at '5', earlier at '0'"),
        (f"1,{PLAIN},0.5,x\n", "expected a whole number of seconds"),
        (f"1,{PLAIN},0,x\n1,{DASHED},0,y\n", r"the same audiocap_id .*'1' \(lines 2, 3\)"),
        (f"1,{PLAIN},0,x\n2,{PLAIN},0,.\n", r"line 3, column caption: the caption is '\.'"),
    ],
)
def test_rows_that_cannot_be_meant_are_errors(tmp_path, rows, message):
    write(tmp_path / "audiocaps/test.csv", HEADER + rows)
    with pytest.raises(DataError, match=message):
        load_audiocaps("test", tmp_path)
