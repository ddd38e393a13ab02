"""The layouts of public files of judged pairs, each read to the same pairs."""

from __future__ import annotations

import json

import pytest

from benchmark.agreement.judgements import read_judgements
from benchmark.errors import DataError

REFERENCES = ["rain falls", "it rains", "a shower of rain"]
HM = ("rain falls", "a dog barks")
"""A person's caption and a machine's; the person's was preferred."""


def read(tmp_path, *groups):
    path = tmp_path / "human.json"
    path.write_text(json.dumps(groups))
    return read_judgements(path)


def brace(**pairs):
    return {"file_name": "a.wav", "references": REFERENCES, **pairs}


def broken(*captions, turned=False):
    """A pair of BRACE's hallucinations, with the other references behind it."""
    sources = ["hallucination", "human"] if turned else ["human", "hallucination"]
    return [*captions, *sources, {"references": REFERENCES[1:]}]


@pytest.mark.parametrize(
    "group",
    [
        {"raw_name": "a.wav", "HM": [*HM, "human_1", "fc", [1, 1, -1]]},
        {"audio_id": "a.wav", "HM": [*HM, "ground_t_1", "fc", 0, [1, 1, -1]]},
        {"audio_id": "b", "raw_name": "a.wav", "HM": [*HM, "ground_t_1", "fc", [1, 1, -1]]},
        brace(**{"Human-Machine_1": [*HM, "human", "LTU", [1, 1, -1]]}),
        brace(**{"Human-Machine_2": [*HM[::-1], "LTU_broken", "human", [-1, -1, 1]]}),
        brace(**{"Human-Machine_1": [*HM, 0]}),
        brace(**{"Human-Machine_1": [*HM[::-1], 1]}),
    ],
)
def test_a_persons_caption_stands_first_in_every_layout(tmp_path, group):
    (pair,) = read(tmp_path, {"references": REFERENCES, **group})
    assert (pair.clip, pair.category, pair.captions, pair.preference) == ("a.wav", "HM", HM, 1)
    assert pair.reference_rounds()[0] == [("it rains", "a shower of rain")]


@pytest.mark.parametrize(("kind", "category"), [("Human-Human", "HC"), ("Machine-Machine_3", "MM")])
@pytest.mark.parametrize(("label", "preference"), [(0, 1), (1, -1)])
def test_pairs_of_equals_stay_as_they_stand(tmp_path, kind, category, label, preference):
    (pair,) = read(tmp_path, brace(**{kind: ["it rains", "rain falls", label]}))
    assert (pair.category, pair.preference) == (category, preference)
    assert pair.captions == ("it rains", "rain falls")


def test_hallucinations_bring_their_references_along(tmp_path):
    group = {
        "file_name": "a.wav",
        "caption_1": broken("rain falls", "a piano falls"),
        "caption_2": broken("it pours a giraffe", "it rains", turned=True),
    }
    first, second = read(tmp_path, group)
    assert first.captions == ("rain falls", "a piano falls")
    assert second.captions == ("it rains", "it pours a giraffe")
    assert first.references == second.references == ("rain falls", "it rains")
    assert {(pair.category, pair.preference) for pair in (first, second)} == {("HX", 1)}
    assert second.reference_rounds() == ([("rain falls",)], [("rain falls",)])


def test_labels_of_processed_hallucinations_mean_the_other_side(tmp_path):
    """1 says there that the first caption is the better one."""
    group = {
        "file_name": "a.wav",
        "caption_1": ["rain falls", "a piano falls", 1],
        "caption_2": ["it pours a giraffe", "it rains", 0],
    }
    first, second = read(tmp_path, group)
    assert (first.captions[0], second.captions[0]) == ("rain falls", "it rains")
    assert (first.preference, second.preference) == (1, 1)


@pytest.mark.parametrize("votes", [None, [1, None, 1]])
def test_a_pair_without_all_its_votes_has_no_majority(tmp_path, votes):
    """FENSE's own code leaves such pairs out."""
    group = {"audio_id": "a", "references": REFERENCES, "HC": None,
             "HM": [*HM, "x", "y", 0, votes], "MM_1": ["u", "v", "x", "y", [1]]}  # fmt: skip
    human, machines = read(tmp_path, group)
    assert (human.judgements, human.preference, machines.preference) == ((), 0, 1)


def test_captions_of_brace_need_not_be_among_the_references(tmp_path):
    votes = [*HM[::-1], "GAMA", "human", [-1]]
    (pair,) = read(tmp_path, brace(references=REFERENCES[1:], **{"Human-Machine_1": votes}))
    assert pair.reference_rounds()[0] == [tuple(REFERENCES[1:])]


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ([*HM, 2], "the label is 2; expected 0 or 1"),
        ([*HM, True], "the label is True"),
        ([*HM, "a", "b"], "Human-Machine_1 is "),
        ([*HM, "a", 3, [1]], "Human-Machine_1 is "),
        ([*HM, "a", "b", {"references": []}], "the judgements are {"),
        ("text", "Human-Machine_1 is 'text'"),
    ],
)
def test_a_pair_of_no_known_layout_says_where(tmp_path, pair, message):
    with pytest.raises(DataError, match=r"object 1 \(a.wav\), Human-Machine_1") as told:
        read(tmp_path, brace(**{"Human-Machine_1": pair}))
    assert message in str(told.value)


def test_a_file_of_null_pairs_alone_is_an_error(tmp_path):
    with pytest.raises(DataError, match="all pairs are null"):
        read(tmp_path, {"raw_name": "a.wav", "references": REFERENCES, "HC": None})
