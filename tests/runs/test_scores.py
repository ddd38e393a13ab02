"""Scores as they are written and read back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leaderboard_rows import cell
from run_records import COUNTS, TEXTS

from benchmark.errors import RunError
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.signature import Signature
from benchmark.runs.scores import Cell, Scores, SystemScores

_VALUES = st.none() | st.floats(-1e6, 1e6)
_SIGNATURES = st.builds(Signature, TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple))
_CELLS = st.builds(Cell, _VALUES, _VALUES, _VALUES, st.none() | TEXTS, st.none() | _SIGNATURES)
_SCORES = st.builds(
    Scores,
    st.dictionaries(
        TEXTS,
        st.builds(
            SystemScores, COUNTS, TEXTS, st.dictionaries(st.sampled_from(list(METRICS)), _CELLS)
        ),
        max_size=3,
    ),
)
SCORES = Scores(
    {
        "toy": SystemScores(
            5, "ab" * 32, {"cider_d": cell(0.5), "spice": cell(None, "no jars", "spice")}
        )
    }
)


def spelled(scores=SCORES):
    return json.loads(json.dumps(scores.to_json()))


@given(_SCORES)
def test_all_scores_are_read_back_as_they_were_written(scores):
    assert Scores.from_json(spelled(scores), "scores.json") == scores


def test_a_signature_is_written_as_its_parts_and_read_as_an_object():
    written = spelled()["systems"]["toy"]["metrics"]["cider_d"]["signature"]
    assert written == {"metric": "cider_d", "parts": [["n", "4"], ["refs", "5"], ["clips", "5/5"]]}
    read = Scores.from_json(spelled(), "scores.json").systems["toy"].metrics["cider_d"].signature
    assert read.without("clips").parts == (("n", "4"), ("refs", "5"))


def test_a_cell_is_available_where_it_has_a_value_even_zero():
    assert Cell(0.0).is_available
    assert not Cell(None, reason="no jars").is_available


def test_a_cell_names_the_model_it_ran_on():
    assert Cell(0.5).models == ()
    assert cell(0.5).models == ()
    assert cell(0.5, parts=(("model", "first"), ("model", "second"))).models == ("first", "second")


def test_people_s_tools_get_the_signature_on_one_line():
    assert cell(0.5).to_json() == {
        "value": 0.5,
        "low": 0.49,
        "high": 0.51,
        "available": True,
        "reason": None,
        "signature": "cider_d|n:4|refs:5|clips:5/5",
    }
    assert Cell(None, reason="no jars").to_json() == {
        "value": None,
        "low": None,
        "high": None,
        "available": False,
        "reason": "no jars",
        "signature": "",
    }


@pytest.mark.parametrize(
    ("key", "part", "reason"),
    [
        ("n_scored", "5", "systems.toy.n_scored: expected `int`, got `str`"),
        ("clips_sha256", None, "systems.toy.clips_sha256: expected `str`, got `null`"),
        ("metrics", [], "systems.toy.metrics: expected `object`, got `array`"),
        (
            "metrics",
            {"cider_d": 0.5},
            "systems.toy.metrics.cider_d: expected `object`, got `float`",
        ),
        ("metrics", {"cider_d": {}}, "systems.toy.metrics.cider_d: object missing required field"),
        (
            "metrics",
            {"cider_d": {"value": 0.5, "low": "less"}},
            "systems.toy.metrics.cider_d.low: expected `float | null`, got `str`",
        ),
        (
            "metrics",
            {"cider_d": {"value": 0.5, "signature": "cider_d|n:4"}},
            "systems.toy.metrics.cider_d.signature: expected `object | null`, got `str`",
        ),
        (
            "metrics",
            {"cider_d": {"value": 0.5, "signature": {"metric": "cider_d", "parts": [["n"]]}}},
            "systems.toy.metrics.cider_d.signature.parts.0: expected `array` of length 2, got 1",
        ),
        ("metrics", {"bleu_9": {"value": 0.5}}, "systems.toy.metrics: no metric named 'bleu_9'"),
    ],
)
def test_a_wrong_part_is_told_with_where_it_stands(key, part, reason):
    record = spelled()
    record["systems"]["toy"][key] = part
    with pytest.raises(RunError) as caught:
        Scores.from_json(record, "runs/1/scores.json")
    assert str(caught.value).startswith(f"runs/1/scores.json, {reason}")


@pytest.mark.parametrize("record", [None, [], "scores", 3, {}, {"systems": None}])
def test_what_is_no_record_of_scores_is_refused(record):
    with pytest.raises(RunError, match=r"^scores\.json"):
        Scores.from_json(record, "scores.json")


def test_what_earlier_versions_did_not_know_changes_no_content_id():
    """A baseline's id is a hash of its scores as JSON, and was taken before cells could fail."""
    (cell,) = (
        Scores({"toy": SystemScores(1, "ab", {"fer": Cell(0.1)})})
        .to_json()["systems"]["toy"]["metrics"]
        .values()
    )
    assert cell.keys() == {"value", "low", "high", "reason", "signature"}
    failed = Scores({"toy": SystemScores(1, "ab", {"fer": Cell(None, has_failed=True)})})
    assert Scores.from_json(json.loads(json.dumps(failed.to_json())), "here") == failed
