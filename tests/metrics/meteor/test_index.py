"""The index of METEOR's paraphrase table, built here from a table of five entries."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from paraphrase_entries import write_entries

from benchmark.artifacts import Artifacts
from benchmark.errors import MachineError
from benchmark.metrics.meteor.index import expand, index_table, offsets

ENTRIES = [("a dog", "the dog"), ("dog", "hound"), ("the dog", "a dog"), ("é", "à la dog")]


def read_back(folder):
    """Spell every entry out of the index, in the table's order."""
    words = (folder / "words.txt").read_text("utf-8").split("\n")
    names = ("phrases", "first_lengths", "second_lengths", "positions")
    phrases, first, second, positions = (np.load(folder / f"{name}.npy") for name in names)
    numbers, entries = iter(phrases), {}
    for position, n_first, n_second in zip(positions, first, second, strict=True):
        pair = [" ".join(words[next(numbers)] for _ in range(n)) for n in (n_first, n_second)]
        entries[position] = tuple(pair)
    return [entries[position] for position in range(len(entries))]


def test_an_index_holds_every_entry_of_its_table(tmp_path):
    table = write_entries(tmp_path / "table.gz", ENTRIES)
    assert read_back(index_table(table, Artifacts(tmp_path / "artifacts"))) == ENTRIES


def test_words_are_numbered_by_falling_frequency(tmp_path):
    folder = index_table(write_entries(tmp_path / "t.gz", ENTRIES), Artifacts(tmp_path))
    assert (folder / "words.txt").read_text("utf-8").split("\n")[0] == "dog"


def test_a_run_holds_the_entries_whose_rarest_word_is_one_word(tmp_path):
    folder = index_table(write_entries(tmp_path / "t.gz", ENTRIES), Artifacts(tmp_path))
    hound = (folder / "words.txt").read_text("utf-8").split("\n").index("hound")
    entry_runs, word_runs = np.load(folder / "runs.npy")
    assert np.load(folder / "positions.npy")[slice(*entry_runs[hound : hound + 2])].tolist() == [1]
    assert word_runs[hound + 1] - word_runs[hound] == len(["dog", "hound"])


def test_a_table_is_indexed_once_and_again_when_its_content_changes(tmp_path):
    table, artifacts = tmp_path / "t.gz", Artifacts(tmp_path / "artifacts")
    first = index_table(write_entries(table, ENTRIES), artifacts)
    made = (first / "words.txt").stat().st_mtime_ns
    assert index_table(table, artifacts) == first
    assert (first / "words.txt").stat().st_mtime_ns == made
    assert index_table(write_entries(table, ENTRIES[:2]), artifacts) != first


def test_a_table_cut_short_is_refused_and_leaves_nothing(tmp_path):
    table = tmp_path / "t.gz"
    table.write_bytes(gzip.compress(b"0.5\na dog\nthe dog\n0.5\na do"))
    with pytest.raises(MachineError, match=r"ends in the middle of an entry: b'0\.5"):
        index_table(table, Artifacts(tmp_path / "artifacts"))
    assert list((tmp_path / "artifacts").iterdir()) == []


def test_words_parted_by_two_spaces_are_refused(tmp_path):
    table = write_entries(tmp_path / "t.gz", [("a  dog", "hound")])
    with pytest.raises(MachineError, match="not parted by one space"):
        index_table(table, Artifacts(tmp_path / "artifacts"))


def test_offsets_are_where_runs_begin_and_end():
    assert offsets(np.array([2, 0, 3])).tolist() == [0, 2, 2, 5]


def test_runs_expand_to_their_indices():
    assert expand(np.array([5, 2, 9]), np.array([2, 1, 0])).tolist() == [5, 6, 2]
