"""Errors as messages."""

from __future__ import annotations

from benchmark.errors import DataError, MachineError, RunError, UnknownNameError
from benchmark.runs.isolation.messages import Done, Raised, spell


def test_an_error_comes_back_with_its_class_and_its_words():
    for error in (DataError("no sound"), MachineError("no disk"), UnknownNameError("x", "y", [])):
        again = Raised.of(error).to_error()
        assert (type(again), str(again), again.exit_code) == (
            type(error), str(error), error.exit_code,
        )  # fmt: skip


def test_a_class_that_nobody_knows_is_a_run_error():
    for kind in ("Unheard", "listed", "annotations"):
        assert type(Raised(kind, "what").to_error()) is RunError


def test_a_message_is_json():
    assert spell(Done("at clip 'ü'")) == b'{"failure": "at clip \'\\u00fc\'"}'
