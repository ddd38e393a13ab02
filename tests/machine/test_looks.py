"""Sets of captions that were scored on a split are counted once each, and nothing else is kept."""

from __future__ import annotations

import hashlib
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmark.machine.cached import Pruning, list_cached
from benchmark.machine.looks import count_damaged, count_looks, note_looks

SPLIT, OTHER = "5" * 64, "6" * 64


def captions(*numbers):
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in numbers]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BENCH_LOOKS", raising=False)
    return tmp_path / "cache"


def file_in(cache):
    (path,) = (cache / "looks").iterdir()
    return path


def test_each_set_counts_once_however_often_it_is_scored():
    assert count_looks(SPLIT) == 0
    note_looks(SPLIT, captions(1, 2, 1))
    note_looks(SPLIT, captions(2, 3))
    note_looks(OTHER, captions(1))
    assert (count_looks(SPLIT), count_looks(OTHER)) == (3, 1)


def test_nothing_that_was_not_asked_for_is_kept(cache):
    note_looks(SPLIT, captions(1))
    path = file_in(cache)
    assert re.fullmatch(r"[0-9a-f]{32} [0-9a-f]{16}\n", path.read_text())
    assert re.fullmatch(r"[0-9a-f]{32}\.txt", path.name)
    assert path.stem not in SPLIT


def test_switched_off_nothing_is_counted_or_told(cache, monkeypatch):
    note_looks(SPLIT, captions(1))
    monkeypatch.setenv("BENCH_LOOKS", "off")
    note_looks(SPLIT, captions(2))
    assert count_looks(SPLIT) == 0
    monkeypatch.setenv("BENCH_LOOKS", "on")
    assert count_looks(SPLIT) == 1


def test_a_line_that_a_crash_cut_is_left_out_and_the_next_one_stands_alone(cache):
    note_looks(SPLIT, captions(1, 2))
    path = file_in(cache)
    path.write_bytes(path.read_bytes()[:-9])
    assert count_looks(SPLIT) == 1
    note_looks(SPLIT, captions(2, 3))
    assert count_looks(SPLIT) == 3
    assert count_damaged(path) == 1


def test_lines_of_another_split_do_not_count(cache):
    note_looks(SPLIT, captions(1))
    path = file_in(cache)
    note_looks(OTHER, captions(2, 3))
    (other,) = set((cache / "looks").iterdir()) - {path}
    shutil.copy(other, path)
    assert count_looks(SPLIT) == 0
    assert count_damaged(path) == 2


def test_many_writers_lose_no_set():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: note_looks(SPLIT, captions(number % 20)), range(60)))
    assert count_looks(SPLIT) == 20


def test_a_cache_that_cannot_be_written_is_told_and_nothing_fails(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    note_looks(SPLIT, captions(1))
    assert "is not counted" in capsys.readouterr().err
    assert count_looks(SPLIT) == 0


def test_a_count_is_pruned_where_it_is_named_alone(cache, tmp_path):
    note_looks(SPLIT, captions(1))
    things = list_cached(cache, tmp_path)
    assert [thing.kind for thing in things] == ["looks"]
    assert Pruning(older_than_days=0).choose(things) == []
    assert Pruning(kinds=("looks",)).choose(things) == things
