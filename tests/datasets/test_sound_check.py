"""What decoding every sound shows beside whether it can be read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from shared_data import shared_path

from benchmark.contract import Clip, Split
from benchmark.datasets.clotho import load_clotho
from benchmark.datasets.folder import load_folder
from benchmark.datasets.sound_check import check_sounds
from benchmark.errors import DataError

TONE = (0.3 * np.sin(np.arange(16_000) / 5)).astype(np.float32)


def read_clip(clip_id: str, rate_hz: int) -> Clip:
    if clip_id == "broken":
        raise DataError("broken.wav is empty")
    seconds = {"a": 1, "b": 3}[clip_id]
    return Clip(clip_id, np.zeros(rate_hz * seconds, dtype=np.float32), rate_hz)


def write(path: Path, samples: np.ndarray, rate_hz: int = 16_000, **how) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate_hz, **how)
    return path


def of_files(name: str, *paths: Path, dataset: str = "toy") -> Split:
    files = {path.name: path for path in paths}

    def refuse(clip_id, rate_hz):
        raise AssertionError("its file is read")

    return Split(dataset, name, dict.fromkeys(files, ("x",)), frozenset(files), refuse, files=files)


def test_decoding_every_sound_lists_the_broken_and_sums_the_rest():
    split = Split("toy", "test", dict.fromkeys("abc", ("x",)), frozenset("ab"), read_clip)
    check = check_sounds(split)
    assert check.readable == 2
    assert (check.total_s, check.shortest_s, check.longest_s) == (4.0, 1.0, 3.0)
    assert (check.broken, check.odd, check.equal, check.twins) == ({}, {}, {}, None)


def test_a_broken_sound_is_named_whether_it_is_a_file_or_not(tmp_path):
    (tmp_path / "broken.wav").touch()
    made = Split("toy", "test", {"broken": ("x",)}, frozenset({"broken"}), read_clip)
    for split in (made, of_files("test", tmp_path / "broken.wav")):
        check = check_sounds(split)
        (reason,) = check.broken.values()
        assert "broken.wav is empty" in reason
        assert any("broken.wav is empty" in line for line in check.render())
        assert json.loads(json.dumps(check.to_dict()))["broken"] == check.broken


def test_real_clotho_sounds_decode_and_nothing_is_odd_with_them():
    check = check_sounds(load_clotho("evaluation", shared_path("data")))
    assert (check.readable, check.broken, check.odd, check.equal) == (5, {}, {}, {})
    assert check.total_s == pytest.approx(106.9, abs=0.1)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros(16_000), "it is silent"),
        (np.full(16_000, 1e-7), "it is silent"),
        (np.stack([TONE, -TONE], axis=1), "its 2 channels cancel each other"),
        (TONE[:1] + 0.1, "it is a single sample"),
        (TONE * 32_767, "its values reach 9,830; expected -1 to 1. Integers"),
        (np.full(16_000, 0.25), "it has one value throughout, 0.25"),
        (TONE, None),
        (TONE * 4, None),
        (np.stack([TONE, np.zeros(16_000)], axis=1), None),
        (TONE * 1e-3, None),
    ],
)
def test_what_is_unusual_in_a_sound_is_told(tmp_path, samples, message):
    check = check_sounds(of_files("test", write(tmp_path / "a.wav", samples, subtype="FLOAT")))
    assert check.readable == 1
    if message is None:
        assert check.odd == {}
    else:
        assert message in check.odd["a.wav"]
        assert any(line.startswith("  odd         'a.wav': it") for line in check.render())


@pytest.mark.parametrize(
    ("dataset", "seconds", "is_odd"),
    [
        ("audiocaps", 120, True),
        ("audiocaps", 1, True),
        ("audiocaps@2.0", 1, True),
        ("audiocaps", 10, False),
        ("audiocaps", 4, False),
        ("clotho", 10, True),
        ("clotho", 22, False),
        ("folder:x", 120, False),
    ],
)
def test_a_length_that_clips_of_the_data_set_have_not_is_told(tmp_path, dataset, seconds, is_odd):
    path = write(tmp_path / "a.wav", np.tile(TONE[:1_000], seconds), 1_000)
    odd = check_sounds(of_files("test", path, dataset=dataset)).odd
    assert bool(odd) is is_odd
    if is_odd:
        assert f"it is {seconds}.0 s long; clips of {dataset} have" in odd["a.wav"]


def test_a_sound_that_lies_in_the_training_split_is_found_under_any_name_and_container(tmp_path):
    integers = (TONE * 32_767).astype(np.int16)
    test = of_files(
        "test",
        write(tmp_path / "test/a.wav", integers),
        write(tmp_path / "test/b.wav", integers[::-1]),
        write(tmp_path / "test/c.wav", integers, 8_000),
    )
    train = of_files(
        "train",
        write(tmp_path / "train/noise.wav", integers[:-1]),
        write(tmp_path / "train/123.flac", integers),
        Path(shutil.copy(tmp_path / "test/b.wav", tmp_path / "train/456.wav")),
    )
    (tmp_path / "train/broken.wav").touch()
    check = check_sounds(test, train)
    assert check.twins == ("toy:train", {"a.wav": "123.flac", "b.wav": "456.wav"})
    assert check.render()[-1] == (
        "  in training 2 of 3 sounds lie in toy:train too, sample by sample, such as 'a.wav' as "
        "'123.flac'"
    )
    assert check.to_dict()["in_training"] == {"a.wav": "123.flac", "b.wav": "456.wav"}


def test_mp3_of_the_training_split_are_compared_too(tmp_path):
    path = write(tmp_path / "a.mp3", TONE)
    copy = Path(shutil.copy(path, tmp_path / "other.mp3"))
    assert check_sounds(of_files("test", path), of_files("train", copy)).twins.ids == {
        "a.mp3": "other.mp3"
    }


def test_two_clips_of_one_sound_are_told(tmp_path):
    paths = [write(tmp_path / name, TONE) for name in ("a.wav", "b.flac", "c.wav")]
    write(paths[1], (TONE * 0.5))
    check = check_sounds(of_files("test", *paths))
    assert check.equal == {"c.wav": "a.wav"}
    assert "  equal       'c.wav': the same sound as 'a.wav'" in check.render()


def test_a_folders_training_sounds_are_found_by_the_command(tmp_path):
    from click.testing import CliRunner

    from benchmark.cli.main import bench

    write(tmp_path / "test/a.wav", TONE)
    write(tmp_path / "train/b.wav", TONE)
    (tmp_path / "test.csv").write_text("file_name,caption\na.wav,a hum\n")
    (tmp_path / "train.csv").write_text("file_name,caption\nb.wav,a hum\n")
    assert set(load_folder(tmp_path).files) == {"a.wav"}
    done = CliRunner().invoke(bench, ["data", "verify", f"folder:{tmp_path}", "--sounds"])
    assert done.exit_code == 0, done.output
    assert "in training 1 of 1 sound lies in folder:" in done.output
    assert "such as 'a.wav' as 'b.wav'" in done.output
