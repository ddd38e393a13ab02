"""Built things are there whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.artifacts import Artifacts, fingerprint, used_artifacts
from benchmark.errors import MachineError


def write(text):
    def build(folder):
        (folder / "content.txt").write_text(text)

    return build


def test_a_thing_is_built_once_for_each_key(tmp_path):
    store = Artifacts(tmp_path / "store")
    first = store.get_or_build("thing", {"size": 1}, write("one"))
    again = store.get_or_build("thing", {"size": 1}, write("never called"))
    other = store.get_or_build("thing", {"size": 2}, write("two"))
    assert first == again != other
    assert (first / "content.txt").read_text() == "one"
    assert (other / "content.txt").read_text() == "two"


def test_a_build_that_fails_leaves_nothing(tmp_path):
    store = Artifacts(tmp_path / "store")

    def fail(folder):
        (folder / "half.txt").write_text("half")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        store.get_or_build("thing", {}, fail)
    assert list(store.root.iterdir()) == []
    assert (store.get_or_build("thing", {}, write("whole")) / "content.txt").exists()


def test_a_thing_that_another_process_built_meanwhile_is_used(tmp_path):
    store = Artifacts(tmp_path / "store")

    def be_overtaken(folder):
        (folder / "content.txt").write_text("slow")
        store.get_or_build("thing", {}, write("fast"))

    folder = store.get_or_build("thing", {}, be_overtaken)
    assert (folder / "content.txt").read_text() == "fast"


def test_a_store_that_cannot_be_written_names_the_cure(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="BENCH_CACHE"):
        Artifacts(tmp_path / "file").get_or_build("thing", {}, write(""))


def test_what_a_build_misses_itself_is_not_the_stores_fault(tmp_path):
    def read_weights(folder):
        (tmp_path / "weights.bin").read_bytes()

    def download(folder):
        raise ConnectionError("no route to host")

    store = Artifacts(tmp_path / "store")
    with pytest.raises(FileNotFoundError, match=r"weights\.bin"):
        store.get_or_build("thing", {}, read_weights)
    with pytest.raises(ConnectionError, match="no route"):
        store.get_or_build("thing", {}, download)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_and_a_place_that_cannot_be_written_are(tmp_path):
    def fill(folder):
        with Path("/dev/full").open("wb", buffering=0) as file:
            file.write(b"weights")

    def lose(folder):
        (folder / "gone" / "weights.bin").write_bytes(b"weights")

    for build in (fill, lose):
        with pytest.raises(MachineError, match="cannot write the cache"):
            Artifacts(tmp_path / "store").get_or_build("thing", {}, build)


def test_fingerprints_ignore_the_order_of_keys():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})


def test_what_is_used_within_a_block_is_noted_once_whichever_store_gave_it(tmp_path):
    store, other = Artifacts(tmp_path / "store"), Artifacts(tmp_path / "other")
    store.get_or_build("before", {}, write("one"))
    with used_artifacts() as used:
        built = store.get_or_build("thing", {"size": 1}, write("two"))
        store.get_or_build("thing", {"size": 1}, write("never called"))
        found = other.get_or_build("thing", {}, write("three"))
    store.get_or_build("after", {}, write("four"))
    assert used == [built, found]
