"""Options that the environment gives to every Java change no score and end no run."""

from __future__ import annotations

import json

import pytest
from scored_files import write_captions

CAPTIONS = {"a.wav": "a dog barks at night", "b.wav": "Rain, falls on a INDIGO café's roof"}


@pytest.fixture
def folder(tmp_path):
    rows = (
        "a.wav,a dog barks loudly\na.wav,the dog is barking\nb.wav,rain falls on an indigo roof\n"
    )
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "test.csv").write_text(f"file_name,caption\n{rows}")
    write_captions(tmp_path / "said.csv", CAPTIONS)
    return tmp_path


def score(bench, folder, out, **settings):
    arguments = ("--dataset", f"folder:{folder / 'few'}", "--metrics", "java", "--out", out)
    cache = str(folder / f"cache-{out}")  # nothing is looked up that Java gave before
    done = bench("score", "said.csv", *arguments, BENCH_CACHE=cache, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / out / "scores.json").read_text())


def test_words_of_failure_in_what_java_says_of_its_options_are_no_failure(bench, folder):
    """Java writes ``Picked up JAVA_TOOL_OPTIONS: ...`` to its standard error."""
    usual = score(bench, folder, "usual")
    options = "-Dnote=Exception -Dmore=OutOfMemoryError -Duser.language=tr -Xlog:gc"
    assert score(bench, folder, "noted", JAVA_TOOL_OPTIONS=options) == usual
