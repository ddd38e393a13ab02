"""Files of earlier versions, brought to the form of today."""

from __future__ import annotations

import pytest

from benchmark.errors import RunError
from benchmark.metrics.signature import Signature
from benchmark.runs.older import run_file_from_1, scores_from_1, upgrade


def signature_of(line):
    metrics = {"cider_d": {"value": 0.5, "available": True, "signature": line}}
    record = {"systems": {"toy": {"n_scored": 5, "metrics": metrics}}}
    record = scores_from_1(record, "folder:/data:test", "folder:test@abcd")
    parts = record["systems"]["toy"]["metrics"]["cider_d"]["signature"]
    return parts and Signature(parts["metric"], tuple(map(tuple, parts["parts"])))


@pytest.mark.parametrize(
    "line",
    [
        "cider_d|aac-bench:0.1.0|tok:ptb-3.4.1|n:4|sigma:6|idf:clotho:evaluation,1045 clips|refs:5",
        "bert_score.f1|aac-bench:0.1.0|model:m|weights:ab|layer:17|idf:no|rescaled:no|folds:5,x",
        "fense|aac-bench:0.1.0|model:a|model:b|threshold:0.9|refs:1-5|clips:4/5",
        "cider_d|idf:folder:/odd|path/n:o:test,3 clips|refs:2|clips:3/3",
    ],
)
def test_a_signature_of_one_line_is_taken_apart_and_spelt_as_it_was(line):
    assert str(signature_of(line)) == line


def test_a_bar_in_a_folder_s_path_takes_no_part_apart():
    signature = signature_of("cider_d|idf:folder:/odd|path:test,3 clips|refs:2|clips:3/3")
    assert signature.parts[0] == ("idf", "folder:/odd|path:test,3 clips")
    assert signature.without("clips").parts[-1] == ("refs", "2")


def test_no_signature_stays_none():
    assert signature_of("") is None


def test_the_acceptance_of_a_first_baseline_gives_its_calls_to_the_file():
    accepted = {"version": 2, "from": {"version": 1, "run": "ab"}, "calls": {"toy": {"a": {}}}}
    record = run_file_from_1({"schema": 1, "acceptance": accepted, "plan": {}})
    assert record["calls"] == {"toy": {"a": {}}}
    assert record["acceptance"] == {"version": 2, "after": {"version": 1, "run": "ab"}}
    assert run_file_from_1({"acceptance": None})["calls"] == {}


@pytest.mark.parametrize("version", [None, "1", 0, -1, 1.0, True, [1]])
def test_what_is_no_schema_is_refused(version):
    with pytest.raises(RunError, match=r"f\.json: schema .*expected a number from 1 to 2"):
        upgrade({"schema": version}, "f.json", 2, {1: dict})


def test_a_later_schema_says_what_to_install():
    with pytest.raises(RunError, match=r"schema 3 is of a later aac-bench.*reads up to 2"):
        upgrade({"schema": 3}, "f.json", 2, {1: dict})


def test_a_broken_older_file_is_no_traceback():
    with pytest.raises(RunError, match=r"f\.json: not what aac-bench wrote with schema 1"):
        upgrade({"schema": 1}, "f.json", 2, {1: run_file_from_1})
