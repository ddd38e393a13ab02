from __future__ import annotations

import csv
import dataclasses
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_data import shared_path

from benchmark.contract import Split
from benchmark.datasets.clotho import load_clotho
from benchmark.datasets.forms.reading import read_captions
from benchmark.errors import DataError
from benchmark.runs.predictions import match_captions


def read(tmp_path, content: str, name: str = "out.csv"):
    path = tmp_path / name
    path.write_text(content)
    return read_captions(path)


def match_predictions(predictions, split, *, allow_missing=False):
    captions = predictions.captions
    return match_captions(captions, split, "out.csv", allow_missing=allow_missing).captions


def toy_split() -> Split:
    references = dict.fromkeys(("a.wav", "b.wav", "c .wav"), ("a sound",))

    def no_sound(clip_id, rate_hz):
        raise DataError(clip_id)

    return Split("toy", "test", references, frozenset(), no_sound, {"Ya.wav": "a.wav"})


def test_other_columns_are_passed_over(tmp_path):
    predictions = read(tmp_path, "model,fname,caption,score\nm,a.wav,rain,0.5\n")
    assert predictions.captions == {"a.wav": "rain"}


def test_empty_and_odd_captions_are_text(tmp_path):
    predictions = read(tmp_path, 'fname,caption\na,\nb,None\nc,"x\ny"\n')
    assert predictions.captions == {"a": "", "b": "None", "c": "x\ny"}


def test_a_clip_that_stands_twice_is_listed(tmp_path):
    with pytest.raises(DataError, match=r"'a\.wav' \(lines 2, 3\)"):
        read(tmp_path, "fname,caption\na.wav,x\na.wav,y\n")
    with pytest.raises(DataError, match=r"names 'a\.wav' more than once"):
        read(tmp_path, '{"a.wav": "x", "a.wav": "y"}', "out.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ('["x"]', "holds a JSON list of str"),
        ("7", "holds a JSON int"),
        ('{"a.wav": ["x", "y"]}', r"row 1: 'a\.wav' has 2 captions"),
        ('{"a.wav": [7]}', r"row 1: .* is a list that holds 7; expected texts alone"),
        ('{"a.wav": null}', r"row 1: .* is a NoneType; expected a text"),
        ("{}", "holds no captions"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_json_that_is_not_names_to_captions_is_an_error(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, content, "out.json")


_CLIP_IDS = st.text(max_size=20).filter(str.strip)  # a blank one names no clip, it is refused


@given(st.dictionaries(_CLIP_IDS, st.text(max_size=20), min_size=1))
def test_json_is_read_back_as_it_was_written(tmp_path_factory, captions):
    path = tmp_path_factory.getbasetemp() / "round_trip.json"
    path.write_text(json.dumps(captions))
    assert read_captions(path).captions == captions


def test_predictions_are_matched_by_exact_id_or_alias_in_the_files_order(tmp_path):
    predictions = read(tmp_path, "fname,caption\nc .wav,3\nb.wav,2\nYa.wav,1\n")
    matched = match_predictions(predictions, toy_split())
    assert list(matched.items()) == [("c .wav", "3"), ("b.wav", "2"), ("a.wav", "1")]


def test_missing_and_extra_ids_are_listed_and_never_guessed(tmp_path):
    predictions = read(tmp_path, "fname,caption\na.wav,1\nB.wav,2\nc.wav,3\n")
    with pytest.raises(DataError) as caught:
        match_predictions(predictions, toy_split())
    message = str(caught.value)
    assert "does not fit toy:test (3 captions found, 3 expected)" in message
    assert "2 ids belong to no clip: 'B.wav', 'c.wav'" in message
    assert "2 clips have no caption: 'b.wav', 'c .wav'" in message


def test_a_subset_is_accepted_only_knowingly(tmp_path):
    predictions = read(tmp_path, "fname,caption\nb.wav,2\n")
    with pytest.raises(DataError, match="say --allow-missing"):
        match_predictions(predictions, toy_split())
    assert match_predictions(predictions, toy_split(), allow_missing=True) == {"b.wav": "2"}


def test_ids_of_no_clip_are_an_error_even_where_a_subset_is_allowed(tmp_path):
    predictions = read(tmp_path, "fname,caption\nb.wav,2\nx.wav,3\n")
    with pytest.raises(DataError, match="1 ids belong to no clip"):
        match_predictions(predictions, toy_split(), allow_missing=True)


def test_two_spellings_of_one_clip_are_an_error(tmp_path):
    predictions = read(tmp_path, "fname,caption\na.wav,1\nYa.wav,2\n")
    with pytest.raises(DataError, match=r"named twice: 'a\.wav' = 'Ya\.wav'"):
        match_predictions(predictions, toy_split(), allow_missing=True)


@pytest.mark.parametrize(
    "name",
    [
        "conette_clotho_eval",
        "enclap-clotho-baseline",
        "enclap-clotho-sw",
        "whisper-fancy-galaxy-115",
        "whisper-rose-lake-75",
    ],
)
def test_real_submissions_cover_the_clotho_evaluation_split(name):
    path = shared_path(f"data/outputs/{name}.csv")
    split = load_clotho("evaluation", shared_path("data"))
    matched = match_predictions(read_captions(path), split)
    with path.open(newline="", encoding="utf-8") as file:
        rows = {row["file_name"]: row["caption_predicted"] for row in csv.DictReader(file)}
    assert set(matched) == set(split.clip_ids)
    assert list(matched.items()) == list(rows.items())  # in the order of the file


@pytest.mark.parametrize(
    ("of_split", "of_file"),
    [
        ("caf\u00e9.wav", "cafe\u0301.wav"),
        ("cafe\u0301.wav", "caf\u00e9.wav"),
        ("\u00c5.wav", "\u212b.wav"),
        ("o\ufb03ce.wav", "office.wav"),
    ],
)
def test_ids_that_look_alike_are_spelt_so_that_they_differ(tmp_path, of_split, of_file):
    split = dataclasses.replace(toy_split(), references={of_split: ("a sound",)})
    predictions = read(tmp_path, f"file_name,caption\n{of_file},rain\n")
    with pytest.raises(DataError, match="look the same and are spelt with other Uni") as caught:
        match_predictions(predictions, split)
    found, missing = re.search(
        r"no clip: (.*); 1 clips have no caption: (.*)\. Ids", str(caught.value)
    ).groups()
    assert unicodedata.normalize("NFC", found) != unicodedata.normalize("NFC", missing)


def test_ids_that_look_unlike_get_no_such_hint(tmp_path):
    predictions = read(tmp_path, "file_name,caption\nz.wav,rain\n")
    with pytest.raises(DataError) as caught:
        match_predictions(predictions, toy_split())
    assert "look the same" not in str(caught.value)
