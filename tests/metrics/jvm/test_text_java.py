"""The one child for captions: started when it is asked, once, and gone with its block."""

from __future__ import annotations

import pytest

from benchmark.errors import MachineError
from benchmark.metrics.jvm.process import JavaCallError
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.meteor.paraphrases import write_table
from benchmark.metrics.meteor.synonyms import write_synonyms
from benchmark.metrics.tokenise import tokenise


def test_no_java_starts_until_one_is_asked(monkeypatch):
    monkeypatch.setenv("BENCH_JAVA", "/nowhere")
    with TextJava() as java, pytest.raises(MachineError, match="/nowhere"):
        tokenise(["a dog"], java)


def test_one_process_answers_all_and_ends_with_the_block():
    with TextJava() as java:
        process = java.start()
        assert tokenise(["A dog."], java) == [("a", "dog")]
        assert tokenise(["Rain!"], java) == [("rain",)]
        assert java.start() is process
    assert process._process.returncode is not None


def load(java, folder):
    (n_read,) = java.ask(
        "load", 60.0, paraphrases=str(folder / "p.gz"), synonyms=str(folder), words=[]
    )
    return n_read


def test_what_java_refuses_leaves_it_able_to_answer(tmp_path):
    with TextJava() as java:
        with pytest.raises(JavaCallError, match=r"within the tokeniser and METEOR: .*could not be"):
            load(java, tmp_path)
        assert tokenise(["Rain!"], java) == [("rain",)]


def test_meteor_says_how_much_it_read_of_a_table_that_is_none(tmp_path):
    write_synonyms({}, [], tmp_path)
    with TextJava() as java:
        (tmp_path / "p.gz").write_bytes(b"not gzip")
        assert load(java, tmp_path) == 0
        write_table([("a dog", "the dog"), ("dog", "hound")], tmp_path / "p.gz")
        assert load(java, tmp_path) == 2


def test_one_that_was_ended_is_not_started_again():
    with TextJava() as java:
        java.kill()
        with pytest.raises(MachineError, match="was ended before its work"):
            tokenise(["a dog"], java)
