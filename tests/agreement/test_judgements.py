"""Files of human judgements: read strictly, and laid out as FENSE's protocol says."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shared_data import shared_path

from benchmark.agreement.judgements import (
    CATEGORIES,
    JudgedPair,
    match_clips,
    read_judgements,
    references_by_clip,
)
from benchmark.errors import DataError

REFERENCES = ["rain falls", "it rains", "a shower of rain"]
GROUP = {
    "raw_name": "a.wav",
    "references": REFERENCES,
    "HC": ["rain falls", "it rains", "human_1", "human_2", [1, 0, -1, 1]],
    "HM": ["it rains", "rain rain", "human_2", "model", [1, -1, 1, -1]],
    "MM_1": ["rain rain", "a rain", "model", "other", [-1, -1, -1, 0]],
}


def pair(category, captions=("rain falls", "it rains"), judgements=(1,)):
    return JudgedPair("a.wav", category, captions, judgements, tuple(REFERENCES))


def written(tmp_path, content):
    path = tmp_path / "human.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_group_becomes_its_judged_pairs(tmp_path):
    pairs = read_judgements(written(tmp_path, [GROUP]))
    assert [found.category for found in pairs] == ["HC", "HM", "MM"]
    assert pairs[0] == pair("HC", judgements=(1, 0, -1, 1))
    assert [found.preference for found in pairs] == [1, 0, -1]


@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=9))
def test_the_majority_is_the_sign_of_the_votes_sum_and_turns_with_the_captions(votes):
    more = votes.count(1) - votes.count(-1)
    preference = pair("MM", judgements=tuple(votes)).preference
    assert preference == (1 if more > 0 else -1 if more < 0 else 0)
    assert pair("MM", judgements=tuple(-vote for vote in votes)).preference == -preference


def test_two_captions_by_people_are_each_held_against_all_others():
    first, second = pair("HC").reference_rounds()
    assert first == [("it rains", "a shower of rain")]
    assert second == [("rain falls", "a shower of rain")]


@pytest.mark.parametrize("category", ["HI", "HM"])
def test_a_persons_caption_and_its_rival_share_the_other_references(category):
    first, second = pair(category, ("rain falls", "a dog barks")).reference_rounds()
    assert first == second == [("it rains", "a shower of rain")]


def test_two_captions_by_machines_leave_out_each_reference_in_turn():
    first, second = pair("MM", ("rain rain", "a rain")).reference_rounds()
    assert first == second
    assert first == [
        ("it rains", "a shower of rain"),
        ("rain falls", "a shower of rain"),
        ("rain falls", "it rains"),
    ]


def test_clips_are_found_by_references_that_differ_in_capitals_and_punctuation_only():
    references = {
        "Rain.wav": ("A shower of rain.", "It rains!", "Rain, falls"),
        "Less.wav": ("It rains!", "Rain, falls"),
    }
    assert match_clips([pair("HC")], references) == {"a.wav": "Rain.wav"}
    del references["Rain.wav"]
    assert match_clips([pair("HC")], references) == {"a.wav": None}


def test_clotho_eval_holds_250_clips_of_clothos_evaluation_split():
    import csv

    pairs = read_judgements(shared_path("data/human/clotho_eval.json"))
    counts = [sum(found.category == category for found in pairs) for category in CATEGORIES]
    assert counts == [250, 250, 250, 1000]
    assert len(references_by_clip(pairs)) == 250
    for found in pairs:
        sizes = {len(texts) for rounds in found.reference_rounds() for texts in rounds}
        assert sizes == {4}
    path = shared_path("data/clotho/clotho_captions_evaluation.csv")
    with path.open(encoding="utf-8", newline="") as file:
        references = {row.pop("file_name"): tuple(row.values()) for row in csv.DictReader(file)}
    matches = match_clips(pairs, references)
    assert None not in matches.values()
    assert len(set(matches.values())) == 250


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not json"),
        ({}, "expected a list"),
        ([], "at least one"),
        ([7], "object 1: expected an object"),
        ([{**GROUP, "raw_name": 3}], "'raw_name'"),
        ([GROUP, GROUP], "'a.wav' is there twice"),
        ([{**GROUP, "references": ["rain falls"]}], "at least two captions"),
        ([{**GROUP, "references": [1, 2]}], "at least two captions"),
        ([{**GROUP, "references": [*REFERENCES, "..."]}], "each with a word"),
        ([{"raw_name": "a.wav", "references": REFERENCES, "hc": 1}], "found raw_name, references"),
        ([{**GROUP, "HC": GROUP["HC"][:4]}], r"\(a.wav\), HC is"),
        ([{**GROUP, "MM_1": [*GROUP["MM_1"][:4], [2]]}], r"MM_1: the judgements are \[2\]"),
        ([{**GROUP, "MM_1": [*GROUP["MM_1"][:4], [True]]}], r"the judgements are \[True\]"),
        ([{**GROUP, "MM_1": [*GROUP["MM_1"][:4], []]}], r"the judgements are \[\]"),
        ([{**GROUP, "HM": ["It rains", "b", "s", "t", [1]]}], "'It rains' should be one of"),
        (
            [{**GROUP, "references": ["rain falls"] * 2, "HC": ["rain falls"] * 4 + [[1]]}],
            "no reference but 'rain falls' itself",
        ),
    ],
)
def test_a_malformed_file_says_where_and_what_was_expected(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read_judgements(written(tmp_path, content))


def test_a_missing_file_and_other_encodings_are_told_apart(tmp_path):
    with pytest.raises(DataError, match="cannot read"):
        read_judgements(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes('["é"]'.encode("latin-1"))
    with pytest.raises(DataError, match="not json in UTF-8"):
        read_judgements(tmp_path / "latin.json")


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", *REFERENCES])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.sampled_from([*GROUP, "MM", "x"]), inner, max_size=5),
    ),
    max_leaves=20,
)

nearly_right = st.dictionaries(st.sampled_from([*GROUP, "HI"]), anything, max_size=2).map(
    lambda part: [{**GROUP, **part}]
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(anything, nearly_right))
def test_whatever_the_json_holds_it_is_read_or_refused(tmp_path, content):
    try:
        pairs = read_judgements(written(tmp_path, content))
    except DataError:
        return
    for found in pairs:
        assert all(texts for rounds in found.reference_rounds() for texts in rounds)
