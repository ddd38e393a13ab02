from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from shared_data import shared_path

from benchmark.datasets.clotho import load_clotho
from benchmark.errors import DataError, UnknownNameError

HEADER = "file_name,caption_1,caption_2,caption_3,caption_4,caption_5\n"
NAMES = ("Breaking Glass .wav", " lead &amp; trail.wav", "a, b  #1.wav")
TOY = HEADER + "".join(f'"{name}",a,b,c,d,"e, f"\n' for name in NAMES)


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


@pytest.mark.parametrize(
    ("split", "official", "clips"),
    [
        ("dev", "development", 3_839),
        ("development", "development", 3_839),
        ("val", "validation", 1_045),
        ("eval", "evaluation", 1_045),
    ],
)
def test_the_official_splits_have_their_published_sizes(split, official, clips):
    loaded = load_clotho(split, shared_path("data"))
    assert str(loaded.label) == f"clotho:{official}"
    assert len(loaded.references) == clips
    assert {len(captions) for captions in loaded.references.values()} == {5}


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_five_real_sounds_of_1045_are_found_and_read(rate_hz):
    split = load_clotho("evaluation", shared_path("data"))
    assert len(split.present) == 5
    assert len(split.missing) == 1_040
    for clip_id in split.present:
        clip = split.read_clip(clip_id, rate_hz)
        assert clip.sample_rate_hz == rate_hz
        assert 15 <= clip.duration_s <= 30
        assert 0.01 < np.abs(clip.waveform).max() <= 1.01


def test_real_names_keep_their_spaces_and_entities():
    development = load_clotho("development", shared_path("data")).references
    assert "121006_rain&amp;storm.wav" in development
    assert any(name.startswith(" ") for name in development)


@pytest.mark.parametrize(
    "place",
    [
        "clotho/clotho_captions_evaluation.csv",
        "clotho/clotho_csv_files/clotho_captions_evaluation.csv",
        "CLOTHO_v2.1/clotho_csv_files/clotho_captions_evaluation.csv",
    ],
)
@pytest.mark.parametrize(
    "folder",
    [
        "clotho/clotho_audio_files/evaluation",
        "clotho/clotho_audio_evaluation/evaluation",
        "clotho/clotho_audio_evaluation",
        "clotho/evaluation",
        "CLOTHO_v2.1/clotho_audio_files/evaluation",
    ],
)
def test_every_known_layout_is_read_with_names_to_the_letter(tmp_path, place, folder):
    write(tmp_path / place, TOY)
    (tmp_path / folder).mkdir(parents=True)
    for name in NAMES:
        soundfile.write(tmp_path / folder / name, np.zeros(800, dtype=np.float32), 8_000)
    split = load_clotho("evaluation", tmp_path)
    assert split.present == frozenset(NAMES)
    assert split.references[NAMES[0]] == ("a", "b", "c", "d", "e, f")
    assert len(split.read_clip(NAMES[1], 16_000).waveform) == 1_600


def test_a_name_that_lost_its_blanks_entities_or_suffix_is_found_where_it_is_the_only_one(tmp_path):
    write(tmp_path / "clotho/clotho_captions_evaluation.csv", TOY)
    folder = tmp_path / "clotho/evaluation"
    folder.mkdir()
    for name in ("Breaking Glass.wav", "lead & trail.flac"):
        (folder / name).write_text(name)
    split = load_clotho("evaluation", tmp_path)
    assert split.files == {
        NAMES[0]: folder / "Breaking Glass.wav",
        NAMES[1]: folder / "lead & trail.flac",
    }


@pytest.mark.parametrize(
    "place", ["waveforms/evaluation", "audio/evaluation", "audio", "wavs/eval"]
)
def test_sounds_are_found_in_the_folders_of_copies_and_not_in_those_of_other_splits(
    tmp_path, place
):
    write(tmp_path / "clotho/clotho_captions_evaluation.csv", TOY)
    write(tmp_path / "clotho" / place / NAMES[2], "own")
    write(tmp_path / "clotho/clotho_audio_files/development" / NAMES[0], "another")
    split = load_clotho("evaluation", tmp_path)
    assert split.files == {NAMES[2]: tmp_path / "clotho" / place / NAMES[2]}


def test_a_broken_sound_is_an_error_only_when_it_is_read(tmp_path):
    write(tmp_path / "clotho/clotho_captions_evaluation.csv", TOY)
    write(tmp_path / "clotho/evaluation" / NAMES[0], "")
    split = load_clotho("evaluation", tmp_path)
    assert split.present == {NAMES[0]}
    with pytest.raises(DataError, match="is empty"):
        split.read_clip(NAMES[0], 16_000)


def test_a_file_name_that_stands_twice_is_an_error(tmp_path):
    write(tmp_path / "clotho/clotho_captions_evaluation.csv", HEADER + "a,1,2,3,4,5\n" * 2)
    with pytest.raises(DataError, match="'a' \\(lines 2, 3\\)"):
        load_clotho("evaluation", tmp_path)


def test_a_blank_cell_is_no_caption(tmp_path):
    write(tmp_path / "clotho/clotho_captions_evaluation.csv", HEADER + "a,1,2,,4,\n")
    assert load_clotho("evaluation", tmp_path).references == {"a": ("1", "2", "4")}


def test_a_clip_without_a_caption_and_a_caption_without_a_word_are_errors(tmp_path):
    path = tmp_path / "clotho/clotho_captions_evaluation.csv"
    write(path, HEADER + "a,1,2,3,4,5\nb,,,,,\n")
    with pytest.raises(DataError, match="line 3: 'b' has no caption"):
        load_clotho("evaluation", tmp_path)
    write(path, HEADER + "a,1,2,3,...,5\n")
    with pytest.raises(DataError, match=r"line 2, column caption_4: the caption is '\.\.\.'"):
        load_clotho("evaluation", tmp_path)


def test_a_name_that_leads_out_of_the_folder_finds_nothing(tmp_path):
    write(tmp_path / "clotho/clotho_captions_evaluation.csv", HEADER + "../x.wav,1,2,3,4,5\n")
    write(tmp_path / "clotho/x.wav", "outside")
    (tmp_path / "clotho/evaluation").mkdir()
    assert load_clotho("evaluation", tmp_path).present == frozenset()


@pytest.mark.parametrize("split", ["test", "evaluaton", ""])
def test_an_unknown_split_names_the_known_ones(tmp_path, split):
    with pytest.raises(UnknownNameError, match="Known: dev, development, eval, evaluation, val"):
        load_clotho(split, tmp_path)
