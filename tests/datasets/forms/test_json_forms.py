"""JSON that is too deep, cut, doubled or of a shape that holds no captions."""

from __future__ import annotations

import json

import pytest

from benchmark.datasets.forms.json_forms import read_json_records
from benchmark.errors import DataError


def read(tmp_path, text, name="mine.json"):
    return read_json_records(tmp_path / name, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 200_000, "is not JSON: nested too deeply"),
        ('{"a":' * 200_000, "is not JSON: nested too deeply"),
        ('{"a.wav": ' + "9" * 5_000 + "}", "a whole number of too many digits"),
        ("", "is not JSON"),
        ("[]", "holds no captions"),
        ("{}", "holds no captions"),
        ('[["a.wav", "rain"]]', "holds a JSON list of list"),
        ("7", "holds a JSON int"),
        ('{"a": "x", "a": "y"}', "names 'a' more than once"),
        ('[{"a": "x", "a": "y"}]', "names 'a' more than once"),
        ('{"columns": ["a"], "data": [["x", "y"]]}', "rows of another width"),
    ],
)
def test_what_holds_no_captions_is_told(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": "a", "pred": "x"}\n{"id": "b", "pr', "line 2 is not JSON"),
        ('{"id": "a", "pred": "x"}\n\n["b"]', "line 3: expected an object"),
        ('{"a":' * 100_000, "line 1 is not JSON: nested too deeply"),
        ("\n \n", "holds no captions"),
    ],
)
def test_a_line_that_is_no_object_is_told_by_its_number(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, text, "mine.jsonl")


def test_lines_are_counted_with_those_that_are_empty(tmp_path):
    records = read(tmp_path, '\ufeff{"id": "a", "x": 1}\r\n\r\n{"id": "b"}\r\n'[1:], "mine.jsonl")
    assert records.columns == ("id", "x")
    assert records.place(1).endswith("mine.jsonl, line 3")


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        ({"predictions": ["x", "y"], "references": [["u"], ["v"]]}, ("predictions", "references")),
        ({"predictions": {"a": "x"}, "references": {"a": ["u"]}},
         ("(key)", "predictions", "references")),
        ({"results": {"a": "x"}, "metrics": {"b": 1}}, ("(key)", "(value)")),
        ({"data": [{"id": 1, "caption": "x"}], "num": 1}, ("id", "caption")),
        ({"data": "x", "results": "y"}, ("(key)", "(value)")),
        ({"data": ["x"]}, ("(key)", "(value)")),
        ([{"a.wav": "x"}, {"b.wav": "y"}], ("(key)", "(value)")),
    ],
)  # fmt: skip
def test_shapes_are_told_apart(tmp_path, value, columns):
    assert read(tmp_path, json.dumps(value)).columns == columns
