"""Cutting the paraphrase table down to the texts at hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paraphrase_entries import write_entries
from real_captions import SYSTEMS, clotho_candidates, clotho_references

from benchmark.artifacts import Artifacts
from benchmark.machine.places import artifacts
from benchmark.metrics.java import pycocoevalcap_file
from benchmark.metrics.meteor.index import index_table
from benchmark.metrics.meteor.paraphrases import cut_table, write_table

WORDS = ["a", "dog", "hound", "the", "é"]
PHRASE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(tuple)


@pytest.fixture(scope="module")
def whole_index() -> Path:
    return index_table(pycocoevalcap_file("meteor/data/paraphrase-en.gz"), artifacts())


def occurs(phrase: tuple[str, ...], texts: list[tuple[str, ...]]) -> bool:
    """Whether the phrase stands word by word in a text."""
    n = len(phrase)
    return any(text[i : i + n] == phrase for text in texts for i in range(len(text) - n + 1))


def test_entries_stay_whose_phrases_both_occur_in_the_texts(tmp_path):
    entries = [("a dog", "the hound"), ("a hound", "the dog"), ("dog", "é"), ("hound", "dog")]
    index = index_table(write_entries(tmp_path / "t.gz", entries), Artifacts(tmp_path))
    assert cut_table(index, [("a", "dog"), ("the", "hound")]) == [entries[0], entries[3]]


def test_neighbours_in_different_texts_are_no_neighbours(tmp_path):
    index = index_table(
        write_entries(tmp_path / "t.gz", [("a dog", "dog a"), ("dog", "a")]), Artifacts(tmp_path)
    )
    assert cut_table(index, [("dog",), ("a",), ("dog",)]) == [("dog", "a")]


def test_the_last_word_of_one_phrase_need_not_stand_before_the_next_phrase(tmp_path):
    entries = [("a dog", "the hound"), ("the hound", "a dog")]
    index = index_table(write_entries(tmp_path / "t.gz", entries), Artifacts(tmp_path))
    assert cut_table(index, [("the", "hound"), ("a", "dog")]) == entries


@given(
    st.lists(st.tuples(PHRASE, PHRASE), min_size=1, max_size=40),
    st.lists(PHRASE | st.just(("unheard", "of")), max_size=8),
)
@settings(deadline=None)
def test_every_entry_that_can_match_stays_in_the_order_of_the_table(
    tmp_path_factory, entries, texts
):
    folder = tmp_path_factory.mktemp("table")
    spelled = [(" ".join(first), " ".join(second)) for first, second in entries]
    index = index_table(write_entries(folder / "t.gz", spelled), Artifacts(folder))
    kept = cut_table(index, texts)
    can_match = [
        pair
        for pair, (first, second) in zip(spelled, entries, strict=True)
        if occurs(first, texts) and occurs(second, texts)
    ]
    remaining = iter(kept)
    assert all(pair in remaining for pair in can_match)  # a subsequence of what was kept
    remaining = iter(spelled)
    assert all(pair in remaining for pair in kept)


def test_texts_that_share_no_word_with_the_table_need_no_entry(whole_index):
    assert cut_table(whole_index, [("zzyzx", "qwfpg")]) == []
    assert cut_table(whole_index, []) == []


def test_five_systems_on_clotho_need_less_than_one_percent_of_the_table(whole_index):
    references = [tokens for several in clotho_references() for tokens in several]
    candidates = [tokens for system in SYSTEMS for tokens in clotho_candidates(system)]
    kept = cut_table(whole_index, references + candidates)
    assert 15_000 < len(kept) < 50_000  # of 5,274,084
    assert ("a high pitched", "a high-pitched") not in kept
    assert all(first != second for first, second in kept)


def test_a_written_table_has_three_lines_an_entry(tmp_path):
    write_table([("a dog", "the hound"), ("é", "e")], tmp_path / "cut.gz")
    text = gzip.decompress((tmp_path / "cut.gz").read_bytes()).decode()
    assert text.split("\n") == ["", "a dog", "the hound", "", "é", "e", ""]
