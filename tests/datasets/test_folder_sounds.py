"""Where own sounds may lie, and what is not followed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmark.datasets.folder import load_folder
from benchmark.errors import DataError


def write_sound(path: Path, value: float = 0.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.full(800, value, dtype=np.float32), 8_000)
    return path


def folder(root: Path, *names: str) -> Path:
    root.mkdir(exist_ok=True)
    (root / "test.csv").write_text("file_name,caption\n" + "".join(f"{n},x\n" for n in names))
    return root


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("a.wav", "a.wav"),
        ("a.wav", "audio/a.wav"),
        ("a.wav", "test/a.wav"),
        ("a.wav", "audio/test/a.wav"),
        ("a.wav", "waveforms/test/a.wav"),
        ("a.wav", "wavs/a.wav"),
        ("a.wav", "test/audio/a.wav"),
        ("a.wav", "clips/a.flac"),
        ("a.wav", "A.WAV"),
        ("a", "a.wav"),
        ("sub\\a.wav", "sub/a.wav"),
        ("sub\\a.wav", "audio/Sub/a.flac"),
        ("sub/a.wav", "sub/a.wav"),
        ("sub/a.wav", "test/sub/a.wav"),
        ("./a.wav", "a.wav"),
        (" a.wav", "a.wav"),
        ("é/é.wav", "e\u0301/e\u0301.wav"),
        ("odd\\name.wav", "odd\\name.wav"),
    ],
)
def test_a_sound_is_found_in_the_usual_folders_however_copies_spell_it(tmp_path, name, place):
    path = write_sound(tmp_path / place)
    split = load_folder(folder(tmp_path, name))
    assert split.files == {name: path}
    assert split.read_clip(name, 8_000).duration_s == 0.1


def test_the_splits_own_folder_is_heard_and_the_other_file_told(tmp_path):
    other, own = write_sound(tmp_path / "audio/1.wav", 0.5), write_sound(tmp_path / "test/1.wav")
    split = load_folder(folder(tmp_path, "1.wav"))
    assert split.files == {"1.wav": own}
    (line,) = split.survey()
    assert line.endswith(f"heard is {own}, not {other}")
    write_sound(other, 0.0)
    assert load_folder(tmp_path).survey() == []


def test_links_lead_where_their_owner_wants_them_to(tmp_path):
    disk = tmp_path / "disk"
    write_sound(disk / "a.wav")
    write_sound(disk / "deep/b.wav")
    clips = folder(tmp_path / "clips", "a.wav", "deep/b.wav", "c.wav")
    (clips / "audio").symlink_to("../disk")
    (clips / "c.wav").symlink_to(tmp_path / "chain")
    (tmp_path / "chain").symlink_to(disk / "a.wav")
    assert load_folder(clips).present == {"a.wav", "deep/b.wav", "c.wav"}


@pytest.mark.parametrize(
    "name", ["audio/../../secret.wav", "../clips/audio/a.wav", "audio\\..\\a.wav"]
)
def test_a_name_that_goes_up_is_refused_also_through_a_link(tmp_path, name):
    write_sound(tmp_path / "secret.wav")
    write_sound(tmp_path / "disk/a.wav")
    clips = folder(tmp_path / "clips", name)
    (clips / "audio").symlink_to("../disk")
    with pytest.raises(DataError, match="is not a path inside the folder"):
        load_folder(clips)


def test_what_lies_there_unused_is_told(tmp_path):
    for number in range(3):
        write_sound(tmp_path / f"audio/recording {number}.wav")
    (line,) = load_folder(folder(tmp_path, "recording-1.wav", "b.wav")).survey()
    assert line == (
        f"3 sound files in {tmp_path / 'audio'} belong to no clip, such as 'recording 0.wav'; "
        "nearest clip 'recording-1.wav'"
    )
