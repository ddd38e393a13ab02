"""Seals of records: what they see, what they do not, and how edits are told."""

from __future__ import annotations

import json

import pytest

from benchmark.errors import RunError
from benchmark.runs.seals import SEALED, Digest, Integrity, listed_edits, read_seal, sealed_json

RECORD = {"schema": 3, "value": 0.1, "parts": ["a", None], "text": "\ud800"}


def written_again(record):
    return json.loads(json.dumps(record))


def test_what_was_sealed_is_read_as_it_was():
    record = sealed_json(RECORD, files={"a": "b"}, n_ledger_bytes=7, edits=["once"])
    seal, edits = read_seal(written_again(record), "x.json")
    assert (seal.files, seal.n_ledger_bytes, seal.edits) == ({"a": "b"}, 7, ("once",))
    assert edits == ["once"]


def test_a_record_that_is_spelt_otherwise_is_the_same():
    record = sealed_json(RECORD, edits=[])
    spelt = json.loads(json.dumps(record, indent=4, sort_keys=True))
    assert read_seal(spelt, "x.json")[1] == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda record: record.update(value=0.2),
        lambda record: record.update(more=1),
        lambda record: record.pop("text"),
        lambda record: record["parts"].append("b"),
        lambda record: record["seal"]["files"].update(a="c"),
        lambda record: record["seal"].update(edits=[]),
        lambda record: record["seal"].update(sha256="0" * 64),
    ],
)
def test_every_edit_of_record_or_seal_shows(edit):
    record = written_again(sealed_json(RECORD, files={"a": "b"}, edits=["once"]))
    edit(record)
    assert read_seal(record, "x.json")[1][-1] == "x.json holds something else than was sealed"


def test_no_seal_is_none_and_a_broken_one_is_refused():
    assert read_seal(RECORD, "x.json") == (None, [])
    with pytest.raises(RunError, match=r"x\.json, seal, files: expected `object`, got `str`"):
        read_seal({**RECORD, "seal": {"sha256": "", "files": "a"}}, "x.json")


def test_what_is_edited_is_refused_unless_it_is_trusted_and_told_in_a_sentence():
    SEALED.require("r", trust_edited=False)
    edited = SEALED.also(["scores.json is gone"])
    assert (SEALED.state, Integrity(False).state, edited.state) == ("sealed", "unsealed", "edited")
    edited.require("r", trust_edited=True)
    with pytest.raises(RunError, match=r"^r: it was edited since it was sealed: scores\.json is"):
        edited.require("r", trust_edited=False)
    assert SEALED.describe("r") is None
    assert edited.describe("r") == "EDITED: r is not what was sealed: scores.json is gone"
    assert "an earlier aac-bench wrote it" in Integrity(False).describe("r")


def test_runs_that_stand_for_one_are_as_trusted_as_the_least_of_them():
    several = [SEALED, Integrity(False), SEALED.also(["a"]), SEALED.also(["a", "b"])]
    assert Integrity.of_all(several) == Integrity(False, ("a", "b"))
    assert Integrity.of_all([]) == SEALED


def test_many_edits_are_counted():
    assert listed_edits("abcdef") == "a; b; c; d; and 2 more"


def test_a_digest_of_pieces_is_that_of_the_whole():
    whole, pieces = Digest(), Digest()
    whole.add(b"rain falls")
    for piece in (b"rain ", b"", b"falls"):
        pieces.add(piece)
    assert (pieces.sha256, pieces.n_bytes) == (whole.sha256, 10)
