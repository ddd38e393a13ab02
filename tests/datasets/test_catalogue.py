from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from file_server import serving
from shared_data import shared_path

from benchmark.artifacts import Artifacts
from benchmark.contract import SplitLabel
from benchmark.datasets import catalogue
from benchmark.datasets.catalogue import DATASETS, fetch_dataset, load_split, train_split_of
from benchmark.errors import DataError, UnknownNameError, UsageError
from benchmark.machine.downloads import fetch


def load(text, root, tmp_path):
    return load_split(text, root, Artifacts(tmp_path / "artifacts"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("clotho", "clotho:evaluation"),
        ("clotho:dev", "clotho:development"),
        ("audiocaps", "audiocaps:test"),
        ("audiocaps:val", "audiocaps:val"),
        ("audiocaps@1.0", "audiocaps:test"),
        ("audiocaps@v1.0:val", "audiocaps:val"),
        ("clotho@2.1", "clotho:evaluation"),
        ("clotho@v2.1:dev", "clotho:development"),
    ],
)
def test_a_name_means_a_split(tmp_path, text, label):
    assert str(load(text, shared_path("data"), tmp_path).label) == label


def test_a_folder_is_named_by_its_path(tmp_path):
    (tmp_path / "captions.csv").write_text("file_name,caption\na.wav,x\n")
    soundfile.write(tmp_path / "a.wav", np.zeros(10, dtype=np.float32), 8_000)
    split = load(f"folder:{tmp_path}", tmp_path / "no data root", tmp_path)
    assert str(split.label) == f"folder:{tmp_path}:test"
    assert split.present == {"a.wav"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cloto", "no data set named 'cloto'. Did you mean 'clotho'"),
        ("", "no data set named ''"),
        ("clotho:evaluaton", "no split of clotho named 'evaluaton'. Did you mean 'evaluation'"),
        ("clotho:", "no split of clotho named ''"),
        ("audiocaps:dev", "no split of audiocaps named 'dev'"),
        ("audiocaps@3.0:test", "no data set named 'audiocaps@3.0'. Did you mean 'audiocaps@2.0'"),
        ("audiocaps@", "no data set named 'audiocaps@'"),
        ("folder@:test", "no data set named 'folder@'"),
        ("clotho@1.0:validation", "no split of clotho@1.0 named 'validation'"),
    ],
)
def test_unknown_names_are_errors_that_name_the_nearest(tmp_path, text, message):
    with pytest.raises(UnknownNameError, match=message):
        load(text, tmp_path, tmp_path)


def test_a_folder_without_a_path_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="needs a path"):
        load("folder", tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("clotho", "clotho/clotho_captions_evaluation.csv"),
        ("audiocaps", "audiocaps/test.csv"),
        ("clotho@1.0", "clotho@1.0/clotho_captions_evaluation.csv"),
        ("clotho@2.0", "CLOTHO_v2/clotho_csv_files/clotho_captions_evaluation.csv"),
    ],
)
def test_missing_captions_say_which_file_where_and_how_to_get_it(tmp_path, name, expected):
    with pytest.raises(DataError) as caught:
        load(name, tmp_path, tmp_path)
    assert str(tmp_path / expected) in str(caught.value)
    assert f"bench fetch {name}" in str(caught.value)
    assert "https://" in str(caught.value)


def test_a_data_root_that_is_a_file_is_an_error(tmp_path):
    (tmp_path / "root").touch()
    with pytest.raises(DataError, match=r"the data root .*root is a file"):
        load("clotho", tmp_path / "root", tmp_path)


def test_each_spec_is_complete():
    for name, spec in DATASETS.items():
        assert spec.name == name
        assert spec.default_split in spec.splits
        assert spec.train_split in spec.splits
        assert spec.summary
        assert spec.licence
        assert spec.how_to_get
        assert spec.title
        assert set(spec.known) <= set(spec.splits)


def test_the_spec_of_soundscapes_names_the_splits_it_has():
    from benchmark.datasets.soundscapes.splits import SPLITS

    assert set(DATASETS["soundscapes"].splits) == set(SPLITS)


def test_the_training_split_is_spelled_as_it_is_loaded():
    for label, expected in (
        ("clotho:validation", "clotho:development"),
        ("audiocaps:test", "audiocaps:train"),
        ("folder:/a:b:test", "folder:/a:b:train"),
        ("audiocaps@2.0:test", "audiocaps@2.0:train"),
        ("clotho@1.0:evaluation", "clotho@1.0:development"),
    ):
        assert str(train_split_of(SplitLabel.parse(label))) == expected
    with pytest.raises(UnknownNameError):
        train_split_of(SplitLabel.parse("cloto:test"))


def test_what_cannot_be_fetched_says_how_to_get_it_instead(tmp_path):
    with pytest.raises(UsageError, match="soundscapes cannot be fetched"):
        fetch_dataset("soundscapes", tmp_path)
    with pytest.raises(UsageError, match=r"the sounds of audiocaps cannot be fetched.*the form"):
        fetch_dataset("audiocaps", tmp_path, sounds=True)
    with pytest.raises(UnknownNameError, match="Did you mean 'clotho'"):
        fetch_dataset("cloto", tmp_path)


def test_official_files_that_are_already_there_are_recognised_without_a_connection(tmp_path):
    folder = tmp_path / "audiocaps"
    folder.mkdir()
    for split in ("train", "val", "test"):
        path = shared_path(f"data/audiocaps/{split}.csv")
        (folder / f"{split}.csv").write_bytes(path.read_bytes())
    paths = fetch_dataset("audiocaps", tmp_path)
    assert [path.name for path in paths] == ["train.csv", "val.csv", "test.csv"]


def test_the_pinned_checksums_are_those_of_the_official_clotho_captions(tmp_path):
    """The published development and validation files have CRLF line ends."""
    folder = tmp_path / "clotho"
    folder.mkdir()
    for split in ("development", "validation", "evaluation"):
        name = f"clotho_captions_{split}.csv"
        data = shared_path(f"data/clotho/{name}").read_bytes().replace(b"\r\n", b"\n")
        if split != "evaluation":
            data = data.replace(b"\n", b"\r\n")
        (folder / name).write_bytes(data)
    assert len(fetch(DATASETS["clotho"].captions, folder)) == 3


def test_metadata_of_clotho_come_with_the_captions_and_are_not_needed(tmp_path, monkeypatch):
    """Files of other bytes stand in for the official ones, of which only the sums are here."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    spec = DATASETS["clotho"]
    assert [file.name for file in spec.metadata] == [
        f"clotho_metadata_{split}.csv" for split in spec.splits
    ]
    assert all(file.url.startswith("https://zenodo.org/records/4783391/") for file in spec.metadata)
    assert not DATASETS["clotho@1.0"].metadata
    bodies = {file.name: file.name.encode() for file in (*spec.captions, *spec.metadata)}
    with serving(bodies) as server:

        def lend(files):
            return tuple(
                replace(
                    file,
                    url=server.url(file.name),
                    checksum=f"md5:{hashlib.md5(bodies[file.name]).hexdigest()}",
                )
                for file in files
            )

        lent = replace(spec, captions=lend(spec.captions), metadata=lend(spec.metadata))
        monkeypatch.setattr(catalogue, "_find_spec", lambda _: lent)
        fetched = [path.name for path in fetch_dataset("clotho", tmp_path)]
    assert fetched == list(bodies)
    disk = tmp_path / "disk"
    disk.mkdir()
    for file in lent.captions:
        (disk / file.name).write_bytes(bodies[file.name])
    alone = fetch_dataset("clotho", tmp_path / "other", given=[disk])
    assert [path.name for path in alone] == [file.name for file in spec.captions]
