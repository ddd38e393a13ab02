"""Built things are there whole, or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from killed import run_until

from benchmark.artifacts import Artifacts, fingerprint, used_artifacts
from benchmark.errors import MachineError
from benchmark.files import sha256_of, unheld


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


def write_two(folder):
    (folder / "deep").mkdir()
    (folder / "deep" / "weights.bin").write_bytes(bytes(range(200)))
    (folder / "words.txt").write_text("a dog barks")


def flip(folder):
    path = folder / "deep" / "weights.bin"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


def cut(folder):
    os.truncate(folder / "words.txt", 5)


def lose(folder):
    (folder / "words.txt").unlink()


def lose_the_key(folder):
    (folder / "key.json").unlink()


def edit_the_key(folder):
    (folder / "key.json").write_text("{}")


def spoil_the_sums(folder):
    (folder / "sums.json").write_text("{")


def empty_the_sums(folder):
    (folder / "sums.json").write_text("{}")


def change_a_sum(folder):
    path = folder / "sums.json"
    sums = json.loads(path.read_text())
    path.write_text(json.dumps({**sums, "words.txt": "0" * 64}))


DAMAGES = (
    (flip, "deep/weights.bin is not what was built"),
    (cut, "words.txt is not what was built"),
    (lose, "words.txt is missing"),
    (lose_the_key, "key.json is missing"),
    (edit_the_key, "key.json is not what was built"),
    (spoil_the_sums, "sums.json is not what was written"),
    (empty_the_sums, "sums.json is not what was written"),
    (change_a_sum, "words.txt is not what was built"),
)


@pytest.mark.parametrize(("spoil", "said"), DAMAGES)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_damaged_thing_is_told_and_built_again(
    tmp_path, monkeypatch, capsys, spoil, said, is_known
):
    store = Artifacts(tmp_path / "store")
    folder = store.get_or_build("thing", {"size": 1}, write_two)
    spoil(folder)
    if not is_known:  # as in another process
        monkeypatch.setattr("benchmark.artifacts.sums._whole", {})
    again = store.get_or_build("thing", {"size": 1}, write_two)
    told = f"bench: {folder} is damaged ({said}); it is built again.\n"
    assert capsys.readouterr().err == told
    assert again == folder
    assert (folder / "deep" / "weights.bin").read_bytes() == bytes(range(200))
    assert (folder / "words.txt").read_text() == "a dog barks"
    assert [path.name for path in store.root.iterdir()] == [folder.name]
    store.get_or_build("thing", {"size": 1}, write("never called"))


def test_a_byte_that_the_disk_changed_is_found_by_the_next_process(tmp_path, monkeypatch, capsys):
    """Neither size nor time tells of it."""
    store = Artifacts(tmp_path / "store")
    folder = store.get_or_build("thing", {}, write_two)
    path = folder / "deep" / "weights.bin"
    before = path.stat()
    flip(folder)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    monkeypatch.setattr("benchmark.artifacts.sums._whole", {})
    store.get_or_build("thing", {}, write_two)
    assert "weights.bin is not what was built" in capsys.readouterr().err


def test_files_are_read_once_a_process(tmp_path, monkeypatch):
    store = Artifacts(tmp_path / "store")
    store.get_or_build("thing", {}, write_two)
    monkeypatch.setattr("benchmark.artifacts.sums._whole", {})
    hashed = []
    monkeypatch.setattr(
        "benchmark.artifacts.sums.sha256_of",
        lambda path: hashed.append(path.name) or sha256_of(path),
    )
    for _ in range(3):
        store.get_or_build("thing", {}, write("never called"))
    assert sorted(hashed) == ["key.json", "weights.bin", "words.txt"]


def test_a_file_that_was_put_beside_is_nobodys(tmp_path, monkeypatch):
    store = Artifacts(tmp_path / "store")
    folder = store.get_or_build("thing", {}, write_two)
    (folder / ".DS_Store").write_text("")
    monkeypatch.setattr("benchmark.artifacts.sums._whole", {})
    assert store.get_or_build("thing", {}, write("never called")) == folder


def test_a_thing_of_before_there_were_sums_is_taken_as_it_is_and_gets_them(tmp_path, capsys):
    store = Artifacts(tmp_path / "store")
    folder = store.get_or_build("thing", {}, write_two)
    (folder / "sums.json").unlink()
    assert store.get_or_build("thing", {}, write("never called")) == folder
    assert "has no sums" in capsys.readouterr().err
    flip(folder)
    store.get_or_build("thing", {}, write_two)
    assert "is damaged" in capsys.readouterr().err


def test_a_rebuild_that_fails_leaves_nothing_to_be_used(tmp_path):
    store = Artifacts(tmp_path / "store")
    flip(store.get_or_build("thing", {}, write_two))

    def fail(folder):
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        store.get_or_build("thing", {}, fail)
    assert list(store.root.iterdir()) == []


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


def test_a_folder_under_the_name_of_another_thing_is_damage(tmp_path, capsys):
    store = Artifacts(tmp_path / "store")
    one = store.get_or_build("thing", {"size": 1}, write("one"))
    one.rename(store.root / f"thing-{fingerprint({'size': 2})}")
    two = store.get_or_build("thing", {"size": 2}, write("two"))
    assert (two / "content.txt").read_text() == "two"
    assert "key.json is that of another thing" in capsys.readouterr().err


BUILDS = """
import os, sys, time
from pathlib import Path
from benchmark.artifacts import Artifacts
def build(folder):
    (Path(sys.argv[1]) / f"built by {os.getpid()}").write_text("")
    print("building", flush=True)
    time.sleep(float(sys.argv[2]))
    (folder / "content.txt").write_text("whole")
Artifacts(Path(sys.argv[1]) / "store").get_or_build("thing", {}, build)
"""


def test_who_wants_what_another_process_builds_waits_for_it(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    first, second = (
        subprocess.Popen(
            [sys.executable, "-c", BUILDS, str(tmp_path), "0.3"],
            env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )
        for _ in range(2)
    )  # fmt: skip
    told = first.communicate()[1] + second.communicate()[1]
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(list(tmp_path.glob("built by *"))) == 1, told
    assert [path.name for path in (tmp_path / "store").iterdir()] == [f"thing-{fingerprint({})}"]


def test_nobody_waits_for_a_builder_that_was_killed(tmp_path, capsys):
    run_until("building", BUILDS, tmp_path, 60)
    store = Artifacts(tmp_path / "store")
    folder = store.get_or_build("thing", {}, write("whole"))
    assert capsys.readouterr().err == ""
    assert [path.name for path in store.root.iterdir()] == [folder.name]


def test_what_a_process_was_given_is_held_until_it_ends(tmp_path):
    folder = Artifacts(tmp_path / "store").get_or_build("thing", {}, write("one"))
    with unheld(folder) as is_free:
        assert not is_free


def test_a_damaged_thing_that_cannot_be_built_again_is_told_with_the_cure(tmp_path):
    store = Artifacts(tmp_path / "store")
    flip(store.get_or_build("thing", {}, write_two))
    store.root.chmod(0o500)
    try:
        if os.access(store.root, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(MachineError, match="BENCH_CACHE"):
            store.get_or_build("thing", {}, write_two)
    finally:
        store.root.chmod(0o700)
