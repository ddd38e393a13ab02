from __future__ import annotations

import multiprocessing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shard_rows import add_one_by_one, assert_holds, key, rows, some

from benchmark.embeddings.shards import VectorFiles
from benchmark.errors import MachineError


def shard_files(folder, part):
    return sorted(folder.glob(f"*.{part}.npy"))


def test_what_was_added_is_read_here_and_by_others(tmp_path):
    files, other = VectorFiles(tmp_path), VectorFiles(tmp_path)
    assert other.read([key(1)]) == {}
    files.add(some(range(5)))
    assert_holds(files, range(5))
    assert_holds(other, range(5))
    assert set(other.read([key(1), key(99)])) == {key(1)}


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20))
def test_sequences_keep_their_lengths_and_order(tmp_path_factory, lengths):
    folder = tmp_path_factory.mktemp("vectors")
    VectorFiles(folder).add({key(n): rows(n, length) for n, length in enumerate(lengths)})
    found = VectorFiles(folder).read([key(n) for n in range(len(lengths))])
    for n, length in enumerate(lengths):
        np.testing.assert_array_equal(found[key(n)], rows(n, length))


def test_a_shard_holds_at_most_1024_keys_and_is_read_through_a_map(tmp_path):
    files = VectorFiles(tmp_path)
    files.add(some(range(2500)))
    assert len(shard_files(tmp_path, "rows")) == 3
    found = VectorFiles(tmp_path).read([key(7)])[key(7)]
    assert not found.flags.writeable
    assert isinstance(found.base.base, np.memmap)


def test_many_small_shards_are_merged(tmp_path):
    files, other = VectorFiles(tmp_path), VectorFiles(tmp_path)
    files.add(some([0]))
    assert_holds(other, [0])
    for name in range(1, 200):
        files.add(some([name]))
    assert len(shard_files(tmp_path, "keys")) <= 65
    assert len(shard_files(tmp_path, "rows")) == len(shard_files(tmp_path, "keys"))
    for reader in (files, other, VectorFiles(tmp_path)):
        assert_holds(reader, range(200))


def test_a_reader_whose_shards_were_merged_finds_them_again(tmp_path):
    files = VectorFiles(tmp_path)
    for name in range(60):
        files.add(some([name]))
    other = VectorFiles(tmp_path)
    other.read([key(0)])  # it knows where all of them lie, and has opened one
    for name in range(60, 70):
        files.add(some([name]))
    assert_holds(other, range(70))


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-3])


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [flip_a_byte, cut, empty])
@pytest.mark.parametrize("part", ["rows", "keys"])
def test_a_damaged_shard_is_reported_removed_and_written_again(tmp_path, damage, part):
    VectorFiles(tmp_path).add(some(range(3)))
    damage(shard_files(tmp_path, part)[0])
    files = VectorFiles(tmp_path)
    with pytest.warns(UserWarning, match="are damaged"):
        assert files.read([key(0)]) == {}
    assert list(tmp_path.iterdir()) == []
    files.add(some(range(3)))
    assert_holds(files, range(3))
    assert_holds(VectorFiles(tmp_path), range(3))


def test_rows_that_are_gone_do_not_count(tmp_path):
    VectorFiles(tmp_path).add(some(range(3)))
    shard_files(tmp_path, "rows")[0].unlink()
    files = VectorFiles(tmp_path)
    assert files.read([key(0)]) == {}
    files.add(some(range(3)))
    assert_holds(files, range(3))


def test_a_folder_that_cannot_be_written_is_a_machine_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot write the embeddings"):
        VectorFiles(tmp_path / "file").add(some([1]))


def test_processes_that_add_at_once_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    parts = [range(start, start + 150) for start in (0, 100, 200)]
    workers = [context.Process(target=add_one_by_one, args=(tmp_path, part)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert_holds(VectorFiles(tmp_path), range(350))
