from __future__ import annotations

import hashlib
import multiprocessing
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shard_rows import add_and_merge, add_for_ever, add_one_by_one, assert_holds, key, rows, some

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


def quick_processes():
    """Processes that import once what they all need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["shard_rows"])
    return context


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
def test_a_damaged_shard_is_reported_removed_and_written_again(tmp_path, capsys, damage, part):
    VectorFiles(tmp_path).add(some(range(3)))
    damage(shard_files(tmp_path, part)[0])
    files = VectorFiles(tmp_path)
    assert files.read([key(0)]) == {}
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"bench: the embeddings {tmp_path}")
    assert "are damaged" in line
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
    context = quick_processes()
    parts = [range(start, start + 70) for start in (0, 40, 80)]
    workers = [context.Process(target=add_one_by_one, args=(tmp_path, part)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert_holds(VectorFiles(tmp_path), range(150))


def test_merging_processes_of_which_one_is_killed_lose_nothing(tmp_path):
    context = quick_processes()
    victims = [context.Process(target=add_for_ever, args=(tmp_path, 3, seed)) for seed in (0, 1)]
    parts = [range(start, start + 50) for start in (0, 25, 50)]
    workers = [context.Process(target=add_and_merge, args=(tmp_path, part, 3)) for part in parts]
    for process in (*victims, *workers):
        process.start()
    while sum(1 for _ in tmp_path.glob("*.keys.npy")) == 0:
        time.sleep(0.05)
    for victim in victims:
        time.sleep(0.2)
        victim.kill()
    for process in (*workers, *victims):
        process.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    files = VectorFiles(tmp_path)
    assert_holds(files, range(100))
    assert files.damage() == {}
    assert not list(tmp_path.parent.glob(f".{tmp_path.name}.lock"))


@pytest.mark.parametrize("part", ["rows", "keys"])
def test_no_flipped_bit_of_a_header_makes_other_numbers_of_the_same_bytes(tmp_path, part):
    VectorFiles(tmp_path).add(some(range(3)))
    (path,) = shard_files(tmp_path, part)
    whole = path.read_bytes()
    for bit in range(8 * 20, 8 * 70, 3):
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        found = VectorFiles(tmp_path).read([key(n) for n in range(3)])
        for n in range(3):
            np.testing.assert_array_equal(found.get(key(n), rows(n)), rows(n))
        VectorFiles(tmp_path).add(some(range(3)))


def test_shards_of_an_earlier_version_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmark.embeddings.shards._hash", of_an_earlier_version)
    VectorFiles(tmp_path).add(some(range(3)))
    monkeypatch.undo()
    assert_holds(VectorFiles(tmp_path), range(3))


def of_an_earlier_version(keys, rows, like=""):
    digest = hashlib.blake2b(f"{keys.shape} {rows.shape} ".encode(), digest_size=16)
    digest.update(keys.tobytes())
    digest.update(rows.data)
    return digest.hexdigest()
