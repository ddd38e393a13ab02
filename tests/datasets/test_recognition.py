from __future__ import annotations

import csv
import shutil
from dataclasses import replace

import pytest
from reworded import write_reworded
from shared_data import shared_path

from benchmark.artifacts import Artifacts
from benchmark.contract import KnownSplit, Split
from benchmark.datasets.audiocaps import load_audiocaps
from benchmark.datasets.catalogue import DATASETS, load_split
from benchmark.datasets.clotho import load_clotho
from benchmark.datasets.folder import load_folder
from benchmark.datasets.passport import issue_passport
from benchmark.datasets.recognition import recognise, require_version
from benchmark.errors import DataError


def load(text, root):
    return load_split(text, root, Artifacts(root / "artifacts"))


def found(references):
    return recognise(references, DATASETS.values())


@pytest.mark.parametrize(("split", "n_reworded"), [("test", 116), ("val", 58), ("test", 300)])
def test_version_2_is_told_from_version_1_by_its_likeness(tmp_path, split, n_reworded):
    write_reworded(tmp_path / f"audiocaps/{split}.csv", split, n_reworded)
    what = found(load_audiocaps(split, tmp_path).references)
    assert (str(what.label), what.by) == (f"audiocaps@2.0:{split}", "likeness")
    assert what.sentence.startswith(f"AudioCaps 2.0's {split}, by their likeness: AudioCaps v1's")


def test_version_2_under_the_name_of_version_1_is_refused_with_its_own_name(tmp_path):
    write_reworded(tmp_path / "audiocaps/test.csv", "test", 116)
    with pytest.raises(DataError) as caught:
        load("audiocaps", tmp_path)
    assert str(caught.value).startswith(
        "the captions of audiocaps:test are not AudioCaps v1's test: these captions are AudioCaps "
        "2.0's test, by their likeness: AudioCaps v1's 975 clips, "
    )
    assert "Ask for audiocaps@2.0:test" in str(caught.value)


def test_version_1_under_the_name_of_version_2_is_refused(tmp_path):
    (tmp_path / "audiocaps@2.0").mkdir()
    shutil.copy(shared_path("data/audiocaps/val.csv"), tmp_path / "audiocaps@2.0/val.csv")
    with pytest.raises(DataError, match=r"not AudioCaps 2\.0's val: .*AudioCaps v1's val, as publ"):
        load("audiocaps@2.0:val", tmp_path)


def test_one_split_under_the_name_of_another_is_refused(tmp_path):
    (tmp_path / "clotho").mkdir()
    shutil.copy(
        shared_path("data/clotho/clotho_captions_validation.csv"),
        tmp_path / "clotho/clotho_captions_evaluation.csv",
    )
    with pytest.raises(
        DataError, match=r"these captions are Clotho v2\.1's validation, as publish"
    ):
        load("clotho", tmp_path)


def test_as_many_captions_as_version_2_are_no_more_than_a_count():
    references = {str(number): (f"sound {number}",) for number in range(50)}
    known = {"train": KnownSplit(None, 50)}
    usual, second = DATASETS["audiocaps"], replace(DATASETS["audiocaps@2.0"], known=known)

    def hold(spec):
        split = Split(spec.name, "train", references, frozenset(), read_clip=None)
        require_version(split, spec, [usual, second])

    assert DATASETS["audiocaps@2.0"].known["train"] == KnownSplit(None, 91_256)
    hold(second)
    with pytest.raises(DataError, match=r"as many \(50\) as AudioCaps 2\.0's train has"):
        hold(usual)


def test_a_version_1_in_lower_case_is_no_version_2(tmp_path):
    write_reworded(tmp_path / "audiocaps/test.csv", "test", 0)
    split = load("audiocaps", tmp_path)  # somebody's own test: told, and not refused
    passport = issue_passport(split)
    assert passport.captions_are_official is False
    assert passport.recognised == (
        "all word for word those of AudioCaps v1's test, but for case and punctuation (975 clips; "
        "it has 975)"
    )


def test_a_word_that_differs_is_told_and_not_refused(tmp_path):
    data = shared_path("data/clotho/clotho_captions_evaluation.csv").read_bytes()
    (tmp_path / "clotho").mkdir()
    path = tmp_path / "clotho/clotho_captions_evaluation.csv"
    path.write_bytes(data.replace(b"A machine whines", b"A machine wines", 1))
    shown = "\n".join(issue_passport(load("clotho", tmp_path)).render())
    assert "NOT as published (Clotho v2.1); these captions are" in shown
    assert "word for word those of Clotho v2.1's evaluation" in shown


def test_a_mirror_in_a_folder_is_known_whatever_its_files_are_called(tmp_path):
    references = load_audiocaps("test", shared_path("data")).references
    with (tmp_path / "test.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file_name", "caption"])
        for number, texts in enumerate([*references.values()][:797]):
            writer.writerows([f"{number}.wav", text.lower()] for text in texts)
    passport = issue_passport(load_folder(tmp_path))
    assert passport.captions_are_official is None
    assert passport.recognised == (
        "all word for word those of AudioCaps v1's test, but for case and punctuation (797 clips; "
        "it has 975)"
    )


@pytest.mark.parametrize(
    "references",
    [
        {},
        {"a": ()},
        {"a": ("a man speaking",)},
        {str(n): (f"thing {n} of a kind that nobody described",) for n in range(3_000)},
    ],
)
def test_captions_like_no_published_ones_are_nothing_that_is_known(references):
    assert found(references) is None


def test_own_captions_are_never_refused_for_being_published_ones(tmp_path):
    shutil.copy(
        shared_path("data/clotho/clotho_captions_evaluation.csv"), tmp_path / "captions.csv"
    )
    split = load(f"folder:{tmp_path}", tmp_path)
    assert isinstance(split, Split)
    assert "Clotho v2.1's evaluation" in issue_passport(split).recognised


def test_the_published_captions_are_known_by_their_sum():
    what = found(load_clotho("validation", shared_path("data")).references)
    assert (str(what.label), what.by) == ("clotho:validation", "sum")
    assert what.sentence == "Clotho v2.1's validation, as published"
