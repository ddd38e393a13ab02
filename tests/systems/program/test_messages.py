"""What is said between the bench and a program, and what is no part of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmark import Clip
from benchmark.systems.program.messages import (
    DeclinedError,
    Hello,
    ProgramError,
    read_captions,
    read_hello,
    show_line,
    spell_call,
)


def refused(read, line, *arguments):
    with pytest.raises(ProgramError) as refusal:
        read(line, *arguments)
    return str(refusal.value)


def test_a_question_names_each_clip_its_file_and_its_length_on_one_line():
    clip = Clip("é\n.wav", np.zeros(8_000, np.float32), 16_000, path=Path("/tmp/1.wav"))
    line = spell_call(3, [clip])
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert "é".encode() in line
    assert json.loads(line) == {
        "call": 3,
        "clips": [
            {"id": "é\n.wav", "path": "/tmp/1.wav", "sample_rate_hz": 16_000, "duration_s": 0.5}
        ],
    }


def test_a_program_may_say_hello_and_no_more():
    assert read_hello(b'{"hello": 1}\n') == Hello()
    whole = b'{"hello": 1, "batch": 4, "sample_rate_hz": 8000, "trained_on": [], "facts": {"a": 1}}'
    assert read_hello(whole) == Hello(4, 8_000, (), {"a": 1})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"Loading model...\r\n", "wrote 'Loading model...' to standard output, which is no JSON"),
        (b"\xff\x1b[2J\n", r"'\\xff\\x1b[2J'"),
        (b"[1]", "is JSON but no object"),
        (b'{"hello": 2}', "speaks version 2 of the protocol"),
        (b'{"hello": true}', "speaks version True"),
        (b'{"captions": []}', "speaks version None"),
        (b'{"hello": 1, "batch": 0}', "batch is 0; expected a number above 0"),
        (b'{"hello": 1, "sample_rate_hz": 8e3}', "sample_rate_hz is 8000.0"),
        (b'{"hello": 1, "trained_on": "clotho"}', "trained_on is 'clotho'; expected a list"),
        (b'{"hello": 1, "facts": [1]}', "facts are [1]; expected an object"),
        (b'{"hello": 1, "sample_rate": 8000}', "holds 'sample_rate'; expected no more than"),
    ],
)
def test_a_hello_that_is_none_is_shown(line, told):
    assert told in refused(read_hello, line)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"a dog barks", "wrote 'a dog barks' to standard output, which is no JSON"),
        (b'{"call": 6, "captions": ["a"]}', 'answered call 6; expected {"call": 7'),
        (b'{"call": 7}', "gave no captions"),
        (b'{"call": 7, "captions": ["a", "b"]}', "gave 2 captions for 1 clips"),
        (b'{"call": 7, "captions": [null]}', "gave the caption None; expected a text"),
        (b"{" * 10_000, "which is no JSON"),
    ],
)
def test_an_answer_that_is_none_is_shown(line, told):
    assert told in refused(read_captions, line, 7, 1)


def test_captions_are_any_text_and_a_program_may_have_none():
    assert read_captions('{"call": 7, "captions": ["ein Hund bellt — 犬"]}'.encode(), 7, 1) == [
        "ein Hund bellt — 犬"
    ]
    with pytest.raises(DeclinedError, match="the program says: too short"):
        read_captions(b'{"call": 7, "error": "too short"}', 7, 1)


def test_a_long_line_is_shown_by_its_beginning():
    assert len(show_line(b"x" * 1_000_000)) < 300
