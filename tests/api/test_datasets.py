"""A data set is its split and its passport."""

from __future__ import annotations

import pytest
from scored_files import invoke
from shared_data import shared_path

from benchmark import load_dataset
from benchmark.errors import DataError, UnknownNameError


def test_a_data_set_has_references_sounds_and_the_passport_of_the_command():
    dataset = load_dataset("soundscapes:test")
    assert (dataset.label, len(dataset)) == ("soundscapes:test", 120)
    clip = dataset.read_clip("test-0003", 8_000)
    assert (clip.sample_rate_hz, clip.duration_s) == (8_000, 5.0)
    assert len(dataset.references["test-0003"]) == 5
    printed = invoke("data", "verify", "soundscapes:test")
    assert printed.exit_code == 0, printed.output
    # The command also says how much of it stands in the training split, which is loaded for that.
    assert set(str(dataset).splitlines()) < set(printed.output.splitlines())


def test_a_frame_has_a_row_a_clip_and_says_whose_sound_is_here():
    dataset = load_dataset("clotho:evaluation", data_root=shared_path("data"))
    frame = dataset.to_pandas()
    assert len(frame) == len(dataset) == 1045
    assert frame["has_sound"].sum() == len(dataset.split.present)
    assert frame.loc["Santa Motor.wav", "references"] == dataset.references["Santa Motor.wav"]


def test_what_lies_in_a_folder_is_shown_and_obeyed_nowhere(clips_folder):
    dataset = load_dataset(f"folder:{clips_folder}")
    folder = clips_folder.rename(clips_folder.with_name("<b>clips"))
    shown = load_dataset(f"folder:{folder}")._repr_html_()
    assert "&lt;b&gt;clips" in shown
    assert "<b>" not in shown
    assert len(dataset) == 12


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'clotho'"):
        load_dataset("cloto")
    with pytest.raises(DataError, match="expected a file"):
        load_dataset("clotho:evaluation", data_root=str(tmp_path))
