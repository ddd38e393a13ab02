"""Plain mappings of captions and references, scored without any file."""

from __future__ import annotations

import json

import pytest
from caption_forms import FORMS
from real_captions import SYSTEMS, read_rows
from shared_data import shared_path

from benchmark.datasets.clotho import load_clotho
from benchmark.datasets.forms.reading import read_captions
from benchmark.datasets.references import split_of_references
from benchmark.errors import DataError, UsageError
from benchmark.metrics.suite import MetricModels
from benchmark.runs.given import (
    DISTRIBUTION,
    IN_MEMORY,
    give_captions,
    score_given,
    score_in_memory,
)
from benchmark.runs.reading import read_run

REFERENCES = {"a.wav": ["rain falls", "it rains"], "b.wav": "a dog barks", "c.wav": ("wind",)}
CAPTIONS = {"a": "it rains", "sounds/b.wav": "a cat purrs", "c.wav": ""}
METRICS = ("bleu_1", "rouge_l")


def given(**changes):
    split = split_of_references(REFERENCES)
    return split, give_captions("mine", CAPTIONS, split, **changes)


def test_captions_are_scored_in_memory_clip_by_clip():
    split, mine = given()
    record = score_in_memory([mine], split, METRICS, MetricModels())
    system = record.system("mine")
    assert system.contributions.clip_ids == ("a.wav", "b.wav", "c.wav")
    clips = system.contributions.per_clip("rouge_l")
    assert clips.tolist() == pytest.approx([1.0, 1 / 3, 0.0])
    cell = system.cell("rouge_l")
    assert cell.value == pytest.approx(4 / 9)
    assert cell.low < cell.value < cell.high
    assert (record.path, system.title) == (IN_MEMORY, "in memory::mine")
    assert record.manifest.is_complete


def test_a_run_of_given_captions_has_the_same_scores_and_is_sealed(tmp_path):
    split, mine = given()
    record = score_given([mine], split, tmp_path / "run", METRICS, MetricModels())
    in_memory = score_in_memory([mine], split, METRICS, MetricModels())
    assert record.scores == in_memory.scores
    assert record.parts_by_system() == in_memory.parts_by_system()
    assert record.plan.systems[0].distribution == DISTRIBUTION
    assert read_run(record.path).content_id == record.content_id


def test_the_rules_that_found_ids_are_counted():
    _, mine = given()
    assert mine.rules == {"exact": 1, "base name": 1, "stem": 1}
    assert list(mine.captions) == ["a.wav", "b.wav", "c.wav"]


def test_rows_of_equal_captions_have_one_version_and_others_another():
    split, mine = given()
    again = give_captions("again", {**CAPTIONS}, split)
    other = give_captions("other", {**CAPTIONS, "c.wav": "wind"}, split)
    assert mine.version == again.version != other.version


@pytest.mark.parametrize("rows", [0, 2])
def test_no_row_and_rows_of_one_name_are_refused(rows):
    split, mine = given()
    with pytest.raises(UsageError):
        score_in_memory([mine] * rows, split, METRICS, MetricModels())


@pytest.mark.parametrize(
    ("captions", "message"),
    [
        ({"a.wav": None}, "the caption of 'a.wav' is a NoneType; expected a text"),
        ({"a.wav": ["rain"]}, "the caption of 'a.wav' is a list"),
        ({7: "rain"}, "the id 7 is a int"),
        ({"a.wav": "\ud800"}, "half a surrogate pair"),
        ({}, "3 clips have no caption: 'a.wav', 'b.wav', 'c.wav'.*--allow-missing"),
        ({"a.wav": "x", "a": "y"}, r"named twice: 'a\.wav' = 'a'"),
    ],
)
def test_captions_that_cannot_be_meant_are_refused(captions, message):
    with pytest.raises(DataError, match=message):
        give_captions("mine", captions, split_of_references(REFERENCES))


def test_no_caption_at_all_is_refused_even_where_some_may_be_missing():
    with pytest.raises(DataError, match="names no clip at all"):
        give_captions("mine", {}, split_of_references(REFERENCES), allow_missing=True)


@pytest.mark.parametrize(
    ("references", "message"),
    [
        ({}, "hold no clip"),
        ({"a.wav": []}, "'a.wav' has no reference"),
        ({"a.wav": None}, "'a.wav' has None; expected a list"),
        ({"a.wav": ["rain", None]}, "the reference None of 'a.wav' is a NoneType"),
        ({"a.wav": ["rain", "..."]}, "a reference of 'a.wav' is '...'; expected one with a word"),
        ({1: ["rain"]}, "the id 1 is a int"),
    ],
)
def test_references_that_cannot_be_meant_are_refused(references, message):
    with pytest.raises(DataError, match=message):
        split_of_references(references)


def test_real_captions_score_the_same_in_every_form_and_beside_their_references(tmp_path):
    split = load_clotho("evaluation", shared_path("data"))
    texts = {clip: row["caption_predicted"] for clip, row in read_rows(SYSTEMS[0]).items()}
    files = [shared_path(f"data/outputs/{SYSTEMS[0]}.csv")]
    for name in ("jsonl", "parquet"):
        files.append(tmp_path / f"{name}{FORMS[name].suffix}")
        files[-1].write_bytes(FORMS[name].write(texts))
    rows = [give_captions(file.name, read_captions(file).captions, split) for file in files]
    both = tmp_path / "both.jsonl"
    lines = [
        {"fname": clip, "cands": texts[clip], "mrefs": list(references)}
        for clip, references in split.references.items()
    ]
    both.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = read_captions(both, with_references=True)
    assert found.references == split.references
    rows.append(give_captions("both", found.captions, split))
    record = score_in_memory(rows, split, ("bleu_1",), MetricModels())
    values = [system.value("bleu_1") for system in record.systems.values()]
    assert values == values[:1] * len(rows)
    assert round(values[0], 3) == 0.605
