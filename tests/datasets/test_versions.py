from __future__ import annotations

import hashlib
import re

import pytest
from reworded import write_reworded
from shared_data import shared_path

from benchmark.artifacts import Artifacts
from benchmark.cli.fetchables import choose_fetchables
from benchmark.contract import SplitLabel, hash_captions, hash_clip_ids
from benchmark.datasets.catalogue import DATASETS, fetch_dataset, load_split, validation_split_of
from benchmark.errors import DataError, UnknownNameError, UsageError
from benchmark.machine.fetchable import FetchOptions
from benchmark.systems.disclosure import saw_data

HEADER = "audiocap_id,youtube_id,start_time,caption\n"


def load(text, root):
    return load_split(text, root, Artifacts(root / "artifacts"))


@pytest.mark.parametrize(
    "place",
    [
        "audiocaps@2.0/test.csv",
        "audiocaps/dataset2.0/test.csv",
        "AUDIOCAPS/csv_files_v2/test.csv",
    ],
)
def test_version_2_of_audiocaps_is_found_where_it_lies_about(tmp_path, place):
    write_reworded(tmp_path / place, "test", 132)
    split = load("audiocaps@2.0", tmp_path)
    assert str(split.label) == "audiocaps@2.0:test"
    assert (len(split.references), sum(map(len, split.references.values()))) == (975, 4875)


def test_two_versions_lie_side_by_side_and_share_their_sounds(tmp_path):
    write_reworded(tmp_path / "audiocaps@2.0/val.csv", "val", 95)
    (tmp_path / "audiocaps").mkdir()
    (tmp_path / "audiocaps/val.csv").write_bytes(shared_path("data/audiocaps/val.csv").read_bytes())
    (tmp_path / "audiocaps/audio").mkdir()
    (tmp_path / "audiocaps/audio/Yvfy_no sound.wav").touch()
    (tmp_path / "audiocaps/audio/YrqfQRErjfk8.wav").touch()
    first, second = load("audiocaps:val", tmp_path), load("audiocaps@2.0:val", tmp_path)
    assert first.present == second.present == {"rqfQRErjfk8"}
    assert first.clip_ids == second.clip_ids
    assert hash_captions(first.references) != hash_captions(second.references)
    assert first.label != second.label


BROKEN = HEADER + (
    "39898,0123456789A,30,a dog barks\n"
    "39899,IAosP90cdsE,30,an engine chugging loudly with muffled\nspeech in the background\n"
    "7994,2Cnv0FADwfo,30,a animal is gurgling in water.\na dog is whimpering\n"
    '1,-abcdefghi_,0,"rain, wind"\n'
    "48170,NWZK4Mm3aNc,0,heavy wind followed by a loud\nbang\n"
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_three_captions_that_version_2_splits_over_two_lines_are_whole(tmp_path, line_end):
    path = tmp_path / "audiocaps@2.0/train.csv"
    path.parent.mkdir()
    path.write_bytes(BROKEN.replace("\n", line_end).encode())
    assert load("audiocaps@2.0:train", tmp_path).references == {
        "0123456789A": ("a dog barks",),
        "IAosP90cdsE": ("an engine chugging loudly with muffled speech in the background",),
        "2Cnv0FADwfo": ("a animal is gurgling in water. a dog is whimpering",),
        "-abcdefghi_": ("rain, wind",),
        "NWZK4Mm3aNc": ("heavy wind followed by a loud bang",),
    }


def test_those_captions_may_be_quoted_or_mended_too(tmp_path):
    path = tmp_path / "audiocaps@2.0/train.csv"
    path.parent.mkdir()
    path.write_text(HEADER + '48170,NWZK4Mm3aNc,0,"heavy wind followed by a loud\nbang"\n')
    whole = ("heavy wind followed by a loud bang",)
    assert load("audiocaps@2.0:train", tmp_path).references["NWZK4Mm3aNc"] == whole
    path.write_text(
        HEADER + "48170,NWZK4Mm3aNc,0,heavy wind followed by a loud bang\n1,0123456789A,0,x\n"
    )
    references = load("audiocaps@2.0:train", tmp_path).references
    assert references == {"NWZK4Mm3aNc": whole, "0123456789A": ("x",)}


def test_any_other_caption_over_two_lines_is_refused_by_its_line(tmp_path):
    path = tmp_path / "audiocaps@2.0/train.csv"
    path.parent.mkdir()
    path.write_text(HEADER + "5,0123456789A,0,a dog\nbarks\n")
    with pytest.raises(DataError, match=r"train\.csv, line 3: 1 fields, but the header has 4"):
        load("audiocaps@2.0:train", tmp_path)


def test_the_evaluation_clips_of_clotho_are_the_same_in_all_versions(tmp_path):
    data = shared_path("data/clotho/clotho_captions_evaluation.csv").read_bytes()
    (tmp_path / "clotho@1.0").mkdir()
    (tmp_path / "clotho@1.0/clotho_captions_evaluation.csv").write_bytes(data)
    split = load("clotho@1.0:eval", tmp_path)
    assert str(split.label) == "clotho@1.0:evaluation"
    for name in ("clotho", "clotho@1.0", "clotho@2.0"):
        known = DATASETS[name].known["evaluation"]
        assert known.captions_sha256 == hash_captions(split.references)
        assert known.clip_ids_sha256 == hash_clip_ids(split.references)


def test_the_first_clotho_has_no_validation_split(tmp_path):
    labels = {name: DATASETS[name].splits for name in ("clotho@1.0", "clotho@2.0")}
    assert labels == {
        "clotho@1.0": ("development", "evaluation"),
        "clotho@2.0": ("development", "validation", "evaluation"),
    }
    data = shared_path("data/clotho/clotho_captions_evaluation.csv").read_bytes()
    (tmp_path / "clotho@1.0").mkdir()
    (tmp_path / "clotho@1.0/clotho_captions_evaluation.csv").write_bytes(data)
    assert validation_split_of(load("clotho@1.0", tmp_path).label) is None


@pytest.mark.parametrize("name", ["audiocaps", "clotho"])
def test_what_is_known_of_the_usual_versions_is_what_their_files_hold(name):
    for split, known in DATASETS[name].known.items():
        references = load(f"{name}:{split}", shared_path("data")).references
        assert known.n_clips == len(references)
        assert known.n_captions == sum(map(len, references.values()))
        assert known.clip_ids_sha256 == hash_clip_ids(references)
        assert known.captions_sha256 == hash_captions(references)


def test_every_file_of_another_version_has_a_sum_of_its_own():
    for name in ("clotho@1.0", "clotho@2.0"):
        spec = DATASETS[name]
        assert [file.name for file in spec.captions] == [
            f"clotho_captions_{split}.csv" for split in spec.splits
        ]
        sums = {file.checksum for file in (*spec.captions, *spec.sounds)}
        assert len(sums) == 2 * len(spec.splits)
        assert all(re.fullmatch("md5:[0-9a-f]{32}", text) for text in sums)
    assert not DATASETS["audiocaps@2.0"].captions  # nobody publishes sums of it


@pytest.mark.parametrize(
    ("trained_on", "saw"),
    [("audiocaps:train", "yes"), ("audiocaps@2.0", "yes"), ("audiocaps@2.0:train", "yes"),
     ("clotho@1.0:development", "no")],
)  # fmt: skip
def test_weights_that_saw_one_version_saw_the_data_set(trained_on, saw):
    for label in ("audiocaps@2.0:test", "audiocaps:test"):
        assert saw_data((trained_on,), SplitLabel.parse(label)) == saw


def test_what_is_fetched_goes_by_the_names_of_versions(tmp_path):
    options = FetchOptions(tmp_path)
    chosen = choose_fetchables(["clotho@v2.1", "audiocaps@1.0", "clotho@v1.0"], options)
    assert [each.name for each in chosen] == ["clotho", "audiocaps", "clotho@1.0"]
    with pytest.raises(UsageError, match=r"audiocaps@2\.0 cannot be fetched\. Captions: save data"):
        choose_fetchables(["audiocaps@2.0"], options)
    with pytest.raises(
        UnknownNameError, match=r"named 'clotho@3'.*Known: audiocaps, clotho, clotho@1"
    ):
        choose_fetchables(["clotho@3"], options)


def test_the_evaluation_file_that_is_here_is_the_one_that_version_1_pins(tmp_path):
    given = shared_path("data/clotho/clotho_captions_evaluation.csv")
    spec = DATASETS["clotho@1.0"]
    (file,) = (file for file in spec.captions if "evaluation" in file.name)
    assert hashlib.md5(given.read_bytes()).hexdigest() == file.checksum.removeprefix("md5:")
    (tmp_path / spec.name).mkdir()
    (tmp_path / spec.name / "clotho_captions_development.csv").write_text("not it")
    with pytest.raises(DataError, match=r"clotho_captions_development\.csv was there"):
        fetch_dataset("clotho@1.0", tmp_path)
