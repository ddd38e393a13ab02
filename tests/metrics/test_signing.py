"""What every signature says of the references, and of how many clips were scored."""

from __future__ import annotations

import dataclasses

from benchmark.contract import hash_captions
from benchmark.metrics.scores import ScoringTask
from benchmark.metrics.signing import sign

REFERENCES = {"a": ("rain falls", "rain"), "b": ("a dog barks", "a dog")}
TASK = ScoringTask("toy", "made:up", REFERENCES, {"a": "rain", "b": "a dog"})


def parts_of(task):
    return dict(sign("bleu_1", task).parts)


def test_the_references_are_named_by_a_hash_of_all_of_them():
    parts = parts_of(TASK)
    assert parts["references"] == hash_captions(REFERENCES)[:12]
    assert list(parts)[-3:] == ["refs", "references", "clips"]


def test_another_word_in_one_reference_is_another_signature():
    edited = {**REFERENCES, "b": ("a dog barks", "a cat")}
    other = dataclasses.replace(TASK, references=edited)
    assert parts_of(other)["references"] != parts_of(TASK)["references"]
    assert {**parts_of(other), "references": ""} == {**parts_of(TASK), "references": ""}


def test_references_of_clips_that_were_not_scored_count_too():
    few = dataclasses.replace(TASK, candidates={"a": "rain"})
    assert parts_of(few)["references"] == parts_of(TASK)["references"]
    assert parts_of(few)["clips"] == "1/2"


def test_references_that_are_taken_from_a_split_bear_its_hash():
    fold = {clip_id: texts[:1] for clip_id, texts in REFERENCES.items()}
    task = dataclasses.replace(TASK, references=fold, split_sha256=hash_captions(REFERENCES))
    assert parts_of(task)["references"] == parts_of(TASK)["references"]
    assert (parts_of(task)["refs"], parts_of(TASK)["refs"]) == ("1", "2")
