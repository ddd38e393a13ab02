from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmark.contract import SplitLabel
from benchmark.datasets.folder import load_folder, locate
from benchmark.datasets.split_files import read_split
from benchmark.errors import DataError, UnknownNameError, UsageError


def write_sound(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(800, dtype=np.float32), 8_000)


def write_captions(root: Path, content: str, name: str = "captions.csv") -> None:
    root.mkdir(exist_ok=True)
    (root / name).write_text(content)


@pytest.mark.parametrize(
    ("text", "path", "split"),
    [
        ("clips", "clips", "test"),
        ("clips:train", "clips", "train"),
        ("/data/a:b/clips", "/data/a:b/clips", "test"),
        ("/data/a:b:val", "/data/a:b", "val"),
        ("test", "test", "test"),
        ("clips:tset", "clips:tset", "test"),
        ("clips:", "clips:", "test"),
    ],
)
def test_the_split_is_read_only_where_it_is_one(text, path, split):
    assert locate(SplitLabel.parse(f"folder:{text}")) == (Path(path), split)


@pytest.mark.parametrize("text", ["", ":train"])
def test_a_folder_needs_a_path(text):
    with pytest.raises(UsageError, match="folder:PATH"):
        locate(SplitLabel.parse(f"folder:{text}"))


def test_rows_of_one_file_add_references(tmp_path):
    write_captions(tmp_path, "file_name,caption\na.wav,rain\nb/c.wav,0\na.wav,NA\n")
    write_sound(tmp_path / "a.wav")
    write_sound(tmp_path / "audio/b/c.wav")
    split = load_folder(tmp_path)
    assert split.dataset == f"folder:{tmp_path}"
    assert split.name == "test"
    assert split.references == {"a.wav": ("rain", "NA"), "b/c.wav": ("0",)}
    assert split.present == {"a.wav", "b/c.wav"}
    assert split.read_clip("b/c.wav", 16_000).duration_s == 0.1


def test_numbered_columns_are_references_in_their_order(tmp_path):
    write_captions(tmp_path, "caption_2,file_name,licence,caption_1\ny,a.wav,CC0,x\n", "train.csv")
    write_sound(tmp_path / "train/a.wav")
    split = load_folder(tmp_path, "train")
    assert split.references == {"a.wav": ("x", "y")}
    assert split.present == {"a.wav"}


def test_a_blank_cell_of_a_numbered_column_is_no_reference(tmp_path):
    """Fewer references than the other clips have cannot be written otherwise."""
    rows = 'a.wav,one,two,three\nb.wav,"  ",two,\nc.wav,one,,\n'
    write_captions(tmp_path, "file_name,caption_1,caption_2,caption_3\n" + rows)
    assert load_folder(tmp_path).references == {
        "a.wav": ("one", "two", "three"),
        "b.wav": ("two",),
        "c.wav": ("one",),
    }


def test_a_clip_without_any_caption_is_an_error(tmp_path):
    write_captions(tmp_path, "file_name,caption_1,caption_2\na.wav,x,y\nb.wav,,\n")
    with pytest.raises(DataError, match=r"csv, line 3: 'b\.wav' has no caption, .*to caption_2"):
        load_folder(tmp_path)


@pytest.mark.parametrize("caption", ["", " ", "\t", "\u00a0", "...", "?!", "-", "\u200b", '""""'])
def test_a_caption_without_a_word_is_an_error_that_says_where(tmp_path, caption):
    write_captions(tmp_path, f"file_name,caption\na.wav,rain\na.wav,{caption}\n")
    with pytest.raises(DataError, match=r"captions\.csv, line 3, column caption: the caption is "):
        load_folder(tmp_path)


@pytest.mark.parametrize("caption", ["...", "\u200b", "--"])
def test_punctuation_alone_in_a_numbered_column_is_an_error_too(tmp_path, caption):
    write_captions(tmp_path, f"file_name,caption_1,caption_2\na.wav,rain,{caption}\n")
    with pytest.raises(DataError, match=r"captions\.csv, line 2, column caption_2: "):
        load_folder(tmp_path)


@pytest.mark.parametrize("caption", ["0", "NA", "nan", "狗叫", "é", "-5"])
def test_a_caption_of_one_word_in_any_script_is_kept(tmp_path, caption):
    write_captions(tmp_path, f"file_name,caption\na.wav,{caption}\n")
    assert load_folder(tmp_path).references == {"a.wav": (caption,)}


def test_a_file_named_twice_with_numbered_columns_is_an_error(tmp_path):
    write_captions(tmp_path, "file_name,caption_1\na.wav,x\na.wav,y\n")
    with pytest.raises(DataError, match=r"'a\.wav' \(lines 2, 3\)"):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("file_name,licence", "has no captions. Found: 'file_name', 'licence'"),
        ("file_name,caption,reference", "several columns that look like references: 'caption', 'r"),
        ("file_name,caption_1,text", "several columns that look like references: 'caption_1', 't"),
        ("file_name,caption_1,caption_3", "without a gap"),
        ("file_name,caption_0,caption_2", "without a gap"),
        ("file_name,caption,caption_1", "'caption' and numbered ones"),
        ("fname,caption", "no column 'file_name'"),
    ],
)
def test_columns_that_cannot_be_meant_are_errors(tmp_path, header, message):
    write_captions(tmp_path, header + "\n" + ",".join("x" for _ in header.split(",")) + "\n")
    with pytest.raises(DataError, match=message):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.wav",
        "audio/../../secret.wav",
        "/etc/passwd",
        "..\\secret.wav",
        "C:\\secret.wav",
        "C:secret.wav",
        "\\\\server\\share\\secret.wav",
        "",
    ],
)
def test_names_that_lead_out_of_the_folder_are_errors(tmp_path, name):
    write_sound(tmp_path / "secret.wav")
    write_captions(tmp_path / "clips", f"file_name,caption\n{name},x\n")
    with pytest.raises(DataError, match="is not a path inside the folder"):
        load_folder(tmp_path / "clips")


def test_a_root_that_is_itself_a_link_is_fine(tmp_path):
    write_captions(tmp_path / "real", "file_name,caption\na.wav,x\n")
    write_sound(tmp_path / "real/a.wav")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert load_folder(tmp_path / "link").present == {"a.wav"}


def test_a_name_too_long_for_the_file_system_is_an_error(tmp_path):
    write_captions(tmp_path, f"file_name,caption\n{'x' * 5_000}.wav,rain\n")
    with pytest.raises(DataError, match="is no file name"):
        load_folder(tmp_path)


def test_a_missing_sound_is_missing_not_an_error(tmp_path):
    write_captions(tmp_path, "file_name,caption\na.wav,x\n")
    (tmp_path / "a.wav").mkdir()
    split = load_folder(tmp_path)
    assert split.missing == ("a.wav",)
    with pytest.raises(DataError, match=r"no sound for clip 'a\.wav'"):
        split.read_clip("a.wav", 16_000)


def test_two_files_that_both_mean_test_are_an_error(tmp_path):
    for name in ("test.csv", "captions.csv"):
        write_captions(tmp_path, "file_name,caption\na.wav,x\n", name)
    with pytest.raises(DataError, match="keep one"):
        load_folder(tmp_path)


def test_missing_captions_and_folders_say_what_was_expected(tmp_path):
    with pytest.raises(DataError, match=r"expected .*train\.csv\. Write FOLDER/captions\.csv"):
        load_folder(tmp_path, "train")
    with pytest.raises(DataError, match=r"no folder .*absent"):
        load_folder(tmp_path / "absent")
    with pytest.raises(UnknownNameError, match="Known: test, train, val"):
        load_folder(tmp_path, "dev")


def test_a_column_of_clusters_says_which_clips_are_of_one_recording(tmp_path: Path) -> None:
    text = "file_name,caption,cluster\na.wav,a dog barks,r1\nb.wav,a cat,r1\nc.wav,rain,\n"
    (tmp_path / "captions.csv").write_text(text, encoding="utf-8")
    clusters = load_folder(tmp_path).clusters
    assert clusters is not None
    assert clusters.describe(["a.wav", "b.wav", "c.wav"]) == "2 recordings of 3 clips"


def test_a_clip_of_two_clusters_is_refused_by_its_line(tmp_path: Path) -> None:
    text = "file_name,caption,cluster\na.wav,a dog barks,r1\na.wav,a dog,r2\n"
    (tmp_path / "captions.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"line 3: 'a.wav' is in the cluster 'r2', earlier in 'r1'"):
        load_folder(tmp_path)


def test_a_data_set_of_a_plugin_may_have_the_column_too(tmp_path: Path) -> None:
    text = "id,caption_1,cluster\na,a dog barks,r1\nb,a cat,r1\nc,rain,\nd,hail, \n"
    (tmp_path / "night.csv").write_text(text, encoding="utf-8")
    split = read_split(SplitLabel("pond", "night"), tmp_path / "night.csv", ids="id")
    assert split.clusters is not None
    assert split.clusters.of_clip == {"a": "r1", "b": "r1"}
    (tmp_path / "night.csv").write_text("file_name,caption\na,a dog\n", encoding="utf-8")
    assert read_split(SplitLabel("pond", "night"), tmp_path / "night.csv").clusters is None
