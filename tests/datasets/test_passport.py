from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from shared_data import shared_path

from benchmark.contract import Clip, Split, hash_captions, hash_clip_ids
from benchmark.datasets.audiocaps import load_audiocaps
from benchmark.datasets.clotho import load_clotho
from benchmark.datasets.passport import issue_passport
from benchmark.errors import DataError


def read_clip(clip_id: str, rate_hz: int) -> Clip:
    if clip_id == "broken":
        raise DataError("broken.wav is empty")
    seconds = {"a": 1, "b": 3}[clip_id]
    return Clip(clip_id, np.zeros(rate_hz * seconds, dtype=np.float32), rate_hz)


def toy_split() -> Split:
    references = {
        "b": ("rain", "wind"),
        "a": ("rain",),
        "c": ("rain", "", "dog"),
        "broken": ("x", " "),
    }
    return Split("toy", "test", references, frozenset({"a", "b", "broken"}), read_clip)


def test_the_passport_counts_clips_and_captions():
    passport = issue_passport(toy_split())
    assert (passport.expected, passport.present, passport.missing) == (4, 3, 1)
    assert passport.first_missing == ("c",)
    assert passport.references_per_clip == {1: 1, 2: 2, 3: 1}
    assert passport.captions == 8
    assert passport.duplicate_captions == 2  # "rain" three times
    assert passport.empty_captions == 2
    assert passport.captions_are_official is None
    assert passport.expected_ids_sha256 == hash_clip_ids(["a", "b", "broken", "c"])
    assert passport.present_ids_sha256 == hash_clip_ids(["a", "b", "broken"])


def test_the_passport_is_json_and_readable_lines():
    passport = issue_passport(toy_split())
    found = json.loads(json.dumps(passport.to_dict()))
    assert found["references_per_clip"] == {"1": 1, "2": 2, "3": 1}
    assert found["missing"] == 1
    shown = "\n".join(passport.render())
    assert "3 of 4 have a sound" in shown
    assert "8 (1 / 2.00 / 3 a clip" in shown
    assert "missing     'c'" in shown


def test_a_split_with_missing_sounds_says_where_they_go():
    lines = issue_passport(load_clotho("validation", shared_path("data"))).render()
    assert any("clotho/clotho_audio_files/" in line for line in lines)


def test_the_hash_of_captions_is_sha256_of_json_lines_by_id():
    expected = hashlib.sha256(b'["a", "rain"]\n["b", "x", "y"]\n').hexdigest()
    assert hash_captions({"b": ("x", "y"), "a": ("rain",)}) == expected


@pytest.mark.parametrize(
    "other",
    [{"a": ("x y",)}, {"a": ("x", "y", "")}, {"a": ("y", "x")}, {"a": ("x",), "y": ()}],
)
def test_captions_that_differ_in_anything_have_another_hash(other):
    assert hash_captions(other) != hash_captions({"a": ("x", "y")})


@pytest.mark.parametrize(
    ("split", "duplicates"), [("development", 17), ("validation", None), ("evaluation", 0)]
)
def test_the_real_clotho_captions_are_known_as_published(split, duplicates):
    passport = issue_passport(load_clotho(split, shared_path("data")))
    assert passport.captions_are_official is True
    assert duplicates is None or passport.duplicate_captions == duplicates
    assert passport.references_per_clip == {5: passport.expected}


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_the_real_audiocaps_captions_are_known_as_published(split):
    assert issue_passport(load_audiocaps(split, shared_path("data"))).captions_are_official is True


def test_line_ends_and_byte_order_marks_do_not_change_the_hash_but_a_word_does(tmp_path):
    original = shared_path("data/clotho/clotho_captions_evaluation.csv").read_bytes()
    (tmp_path / "clotho").mkdir()
    path = tmp_path / "clotho/clotho_captions_evaluation.csv"
    path.write_bytes(b"\xef\xbb\xbf" + original.replace(b"\n", b"\r\n"))
    assert issue_passport(load_clotho("eval", tmp_path)).captions_are_official is True
    path.write_bytes(original.replace(b"A machine whines", b"A machine wines", 1))
    passport = issue_passport(load_clotho("eval", tmp_path))
    assert passport.captions_are_official is False
    assert "NOT as published" in "\n".join(passport.render())
