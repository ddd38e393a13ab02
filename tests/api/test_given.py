"""What is given is brought into one form, or refused with words that say what was expected."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from benchmark.api.datasets import load_dataset
from benchmark.api.given import gather, gather_metrics
from benchmark.errors import DataError, UsageError
from benchmark.files import sha256_of

CAPTIONS = {"a.wav": "a dog", "b.wav": "rain"}
REFERENCES = {"a.wav": ["a dog barks"], "b.wav": ["it rains", "rain falls"]}


def take(captions, references, **options):
    rows, split = gather(captions, references, **options)
    return {row.name: row.captions for row in rows}, split


def test_one_system_by_clip():
    captions, split = take(CAPTIONS, REFERENCES)
    assert captions == {"captions": CAPTIONS}
    assert split.references == {"a.wav": ("a dog barks",), "b.wav": ("it rains", "rain falls")}
    assert str(split.label) == "folder:test"


def test_several_systems_by_name():
    other = {"a.wav": "a cat", "b.wav": "hail"}
    captions, _ = take({"mine": CAPTIONS, "theirs": other}, REFERENCES)
    assert captions == {"mine": CAPTIONS, "theirs": other}


def test_lists_get_ids_that_sort_as_they_stand():
    captions, split = take(["a dog"] * 11, [["a dog barks"]] * 11)
    assert split.clip_ids == tuple(captions["captions"])
    assert split.clip_ids[:3] == ("00", "01", "02")


def test_several_systems_in_lists():
    captions, _ = take({"a": ["x y", "z"], "b": ("u", "")}, [["x"], ["y"]])
    assert captions == {"a": {"0": "x y", "1": "z"}, "b": {"0": "u", "1": ""}}


def test_references_of_a_data_set_are_taken_by_name_as_object_and_as_split():
    dataset = load_dataset("soundscapes:test")
    captions = dict.fromkeys(dataset.clip_ids, "a hum")
    for references in ("soundscapes:test", dataset, dataset.split):
        assert gather(captions, references).split.references == dataset.references


def test_equal_references_are_known_wherever_they_were_given():
    first, other = (
        gather(CAPTIONS, dict(reversed(REFERENCES.items()) if turned else REFERENCES)).split
        for turned in (False, True)
    )
    assert first.label.identify("0123456789abcdef") == "folder:test@0123456789ab"
    assert first.references == other.references


REFUSED = {
    "a caption where a mapping was meant": ("a dog", REFERENCES, "found 'a dog'"),
    "a series": (pd.Series(CAPTIONS), REFERENCES, r"with \.to_dict\(\) or \.tolist\(\)"),
    "captions in a list, references by id": (["a", "b"], REFERENCES, "are a list, the ref"),
    "captions by id, references in a list": (CAPTIONS, [["a"], ["b"]], "are by clip id"),
    "a number for references": (CAPTIONS, 7, "the references are 7"),
    "a system without a name": ({"": CAPTIONS}, REFERENCES, "is empty"),
    "a number for a name": ({7: CAPTIONS}, REFERENCES, "a system is named 7"),
    "a system among captions": ({"a": CAPTIONS, "b": "x"}, REFERENCES, "'b': found 'x'"),
}


@pytest.mark.parametrize(("captions", "references", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_of_another_shape_is_a_wrong_call(captions, references, told):
    with pytest.raises(UsageError, match=told):
        gather(captions, references)


UNFIT = {
    "no captions": ({}, REFERENCES, "'captions': there are none"),
    "a system without captions": ({"mine": {}}, REFERENCES, "'mine': there are none"),
    "no references": (CAPTIONS, {}, "the references hold no clip"),
    "no references in a list": (["a"], [], "the references hold no clip"),
    "a clip without references": (["a"], [[]], "'0' has no reference"),
    "a reference without a word": (["a"], [[" ."]], "expected one with a word"),
    "unlike numbers": (["a"], [["a"], ["b"]], "1, and there are references of 2 clips"),
    "ids of other clips": ({**CAPTIONS, "c.wav": "c"}, REFERENCES, "belong to no clip: 'c.wav'"),
    "a number among captions": ({"a.wav": "a", "b.wav": 7}, REFERENCES, "of 'b.wav' is a int"),
    "nothing among captions": (["a", None], [["a"], ["b"]], "of '1' is a NoneType"),
    "an id that is no text": ({1: "a"}, REFERENCES, "the id 1 is a int"),
    "half a character": (["\ud800"], [["a"]], "half a surrogate pair"),
}


@pytest.mark.parametrize(("captions", "references", "told"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_is_a_fault_of_the_data(captions, references, told):
    with pytest.raises(DataError, match=told):
        gather(captions, references)


def test_a_text_in_the_place_of_a_list_is_the_only_reference():
    assert take(["a"], ["a dog barks"])[1].references == {"0": ("a dog barks",)}


def test_files_are_read_in_any_form_that_the_command_reads(tmp_path, capfd):
    (tmp_path / "mine.csv").write_text("file_name,caption_predicted\na.wav,a dog\nb.wav,rain\n")
    (tmp_path / "theirs.json").write_text(json.dumps({"a.wav": "a cat", "b.wav": "hail"}))
    lines = [json.dumps({"audio_id": key, "captions": REFERENCES[key]}) for key in REFERENCES]
    (tmp_path / "references.jsonl").write_text("\n".join(lines))
    rows, split = gather(tmp_path / "mine.csv", tmp_path / "references.jsonl")
    assert [(row.name, row.captions) for row in rows] == [("mine", CAPTIONS)]
    told = capfd.readouterr().err.splitlines()
    assert [line.partition(": ")[0] for line in told] == ["bench", "bench"]
    assert "references.jsonl: jsonl" in told[0]
    assert "mine.csv: csv" in told[1]
    assert rows[0].version == sha256_of(tmp_path / "mine.csv")
    assert split.references == {key: tuple(texts) for key, texts in REFERENCES.items()}
    captions, _ = take({"a": tmp_path / "theirs.json", "b": CAPTIONS}, REFERENCES)
    assert captions == {"a": {"a.wav": "a cat", "b.wav": "hail"}, "b": CAPTIONS}
    with pytest.raises(UsageError, match="are by clip id, the references are a list"):
        gather(tmp_path / "mine.csv", [["a"], ["b"]])


def test_ids_are_matched_by_the_rules_of_files_and_a_line_says_so(capfd):
    captions, _ = take({"sounds/a.wav": "a dog", "b": "rain"}, REFERENCES)
    assert captions == {"captions": CAPTIONS}
    told = "bench: captions; ids matched: 1 by base name, 1 by stem\n"
    assert capfd.readouterr().err == told
    take(CAPTIONS, REFERENCES)
    assert capfd.readouterr().err == ""


def test_metrics_are_named_one_by_one_or_as_in_a_command():
    assert gather_metrics("cider_d, bleu_1") == gather_metrics(["bleu_1", "cider_d"])
    with pytest.raises(UsageError, match="metrics is empty"):
        gather_metrics([])
