"""METEOR's normalisation of texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import MachineError
from benchmark.metrics.java import pycocoevalcap_file, run_java
from benchmark.metrics.meteor.normaliser import normalise

LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"
PLAIN = st.lists(st.text(LETTERS_AND_DIGITS, min_size=1), max_size=8).map(" ".join)


def test_hyphens_and_apostrophes_are_parted_as_meteor_does():
    assert normalise(["a high-pitched dog 's bark"]) == {
        "a high-pitched dog 's bark": "a high pitched dog ' s bark"
    }


def test_plain_words_need_no_java(monkeypatch):
    monkeypatch.setenv("BENCH_JAVA", "/nowhere")
    assert normalise(["a dog barks", "", "a dog barks"]) == {"a dog barks": "a dog barks", "": ""}


@given(st.lists(PLAIN, max_size=200))
@settings(max_examples=10, deadline=None)
def test_plain_words_are_what_meteor_leaves_as_they_are(texts):
    jar = pycocoevalcap_file("meteor/meteor-1.5.jar")
    command = ["-cp", jar, "edu.cmu.meteor.util.Normalizer", "en", "true"]
    output = run_java(command, "".join(f"{text}\n" for text in texts).encode(), "a test")
    assert output.decode().splitlines() == texts


def test_letters_beyond_ascii_survive_any_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    assert normalise(["café , 犬"]) == {"café , 犬": "café , 犬"}


def test_spaces_of_every_kind_become_one_space():
    assert normalise(["a \u00a0 dog\u3000barks"])["a \u00a0 dog\u3000barks"] == "a dog barks"


def test_a_text_of_two_lines_is_refused():
    with pytest.raises(MachineError, match="given 1 lines and gave back 2"):
        normalise(["a dog\nbarks"])
