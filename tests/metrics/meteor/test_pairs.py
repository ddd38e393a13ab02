"""Pairs of a candidate and its references, parted into chunks of like work."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.meteor.pairs import as_candidate, as_references, chunks_of, name_of, work_of

TEXT = st.lists(st.just("dog"), max_size=200).map(" ".join)
PAIRS = st.lists(st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=5).map(tuple)), max_size=60)


@given(PAIRS)
def test_chunks_hold_every_pair_in_order(pairs):
    assert [pair for chunk in chunks_of(pairs) for pair in chunk] == pairs
    assert all(chunks_of(pairs))


@given(PAIRS)
def test_no_chunk_goes_on_once_it_has_its_work(pairs):
    for chunk in chunks_of(pairs):
        assert sum(map(work_of, chunk[:-1])) <= 20_000


def test_work_is_the_words_of_a_candidate_times_those_of_its_references():
    assert work_of(("a dog barks", ("a dog", "barks"))) == 9


def test_a_separator_is_dropped_from_a_candidate_and_parts_a_reference():
    assert as_candidate(" a ||| b\x1f") == "a b"
    assert as_references("a ||| b|||") == ["a", "b", ""]


def test_pairs_that_differ_have_other_names():
    pairs = [("a b", ("c",)), ("a", ("b", "c")), ("a", ("b c",)), ("a", ("c", "b")), ("a", ("b",))]
    assert len({name_of(pair) for pair in pairs}) == len(pairs)
