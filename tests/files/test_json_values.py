"""JSON as every program reads it: without NaN and infinity, in whatever this package writes."""

from __future__ import annotations

import ast
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchmark
from benchmark.files import parse_json, spell_json

ROOT = Path(benchmark.__file__).parents[1]
SOURCES = sorted(
    path
    for folder in ("benchmark", "plugins")
    for path in (ROOT / folder).rglob("*.py")
    # What goes through a pipe between two processes of ours is no file.
    if not {"tests", "jvm"} & set(path.relative_to(ROOT).parts)
)


def refuse(constant):
    raise AssertionError(f"{constant} stands in JSON")


def read(text):
    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_null_wherever_it_stands(number):
    value = {"a": number, "b": [1.5, number], "c": {"d": (number,)}, "e": 2}
    assert read(spell_json(value)) == {"a": None, "b": [1.5, None], "c": {"d": [None]}, "e": 2}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_of_other_programs_that_is_none_is_read_as_null(number):
    assert parse_json(f'{{"a": [{number}], "b": 1e3}}') == {"a": [None], "b": 1000.0}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_whatever_json_can_hold_is_spelt_as_ever(value):
    assert spell_json(value) == json.dumps(value)
    assert spell_json(value, indent=1, ensure_ascii=False) == json.dumps(
        value, indent=1, ensure_ascii=False
    )


@given(values)
def test_whatever_is_written_is_read_back(value):
    assert parse_json(spell_json(value)) == value


def test_what_json_cannot_hold_is_refused_as_ever():
    with pytest.raises(TypeError, match="Path"):
        spell_json({"path": Path("a")})


def writers_of_json(path):
    """Find calls of ``json.dump`` and ``json.dumps`` that let NaN through."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        is_writer = node.func.attr in ("dump", "dumps") and ast.unparse(node.func.value) == "json"
        allowed = [ast.unparse(word.value) for word in node.keywords if word.arg == "allow_nan"]
        if is_writer and allowed != ["False"]:
            yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_nothing_that_writes_json_lets_nan_through():
    assert len(SOURCES) > 200
    assert [place for path in SOURCES for place in writers_of_json(path)] == []


def test_a_writer_that_does_would_be_found(tmp_path, monkeypatch):
    (tmp_path / "writer.py").write_text("import json\n\njson.dumps({}, allow_nan=True)\n")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert list(writers_of_json(tmp_path / "writer.py")) == ["writer.py:3"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 50_000, "nested too deeply"),
        ('{"a":' * 50_000, "nested too deeply"),
        ("[" * 50_000 + "]" * 50_000, "nested too deeply"),
        ("1" * 5_000, "too many digits"),
        ('{"a": [-' + "9" * 100_000 + "]}", "too many digits"),
        ("[1,", "Expecting value"),
        (b"\xff", "utf-8"),
    ],
)
def test_what_python_cannot_read_is_an_error_in_words(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_json(text)


def test_an_object_may_be_made_of_its_pairs():
    assert parse_json('{"a": 1, "a": 2}', object_of=list) == [("a", 1), ("a", 2)]


READERS = {"metrics/jvm/process.py", "metrics/jvm/child.py", "plugins/names.py",
           "metrics/bertscore/sparse.py", "metrics/bertscore/best_captions.py",
           "metrics/bertscore/shards.py", "metrics/kept.py", "models/tokenizer_hash.py",
           "runs/migrating.py",
           "datasets/soundscapes/splits.py", "files/json_values.py"}  # fmt: skip
"""What reads JSON of this package's own making, or a single text, with the library's reader."""


def test_what_others_wrote_is_read_in_one_place():
    own = {
        path.relative_to(ROOT / "benchmark").as_posix()
        for path in (ROOT / "benchmark").rglob("*.py")
        if "json.loads(" in path.read_text(encoding="utf-8")
    }
    assert own <= READERS
