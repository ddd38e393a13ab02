"""A file is there whole, or as it was."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from killed import run_until, run_with_small_files

from benchmark.errors import DataError, MachineError
from benchmark.files import (
    move_whole,
    save_array,
    write_bytes,
    write_rows,
    write_text,
    written_whole,
)

NAMES = [
    "plan.json",
    "rain [on] a *roof*?.txt",
    "-o",
    ".hidden",
    " blank \n line ",
    "Straße 雨.json",
    os.fsdecode(b"\xff\xfe"),
    "x" * 255,
    "雨" * 85,  # 255 bytes
    "new.partial",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_has_its_name_once_it_is_whole_and_nothing_lies_beside_it(tmp_path, name):
    path = tmp_path / "made" / "for it" / name
    with written_whole(path) as file:
        file.write(b"half")
        assert not path.exists()
        (partial,) = path.parent.iterdir()
        assert file.name == str(partial)
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert list(path.parent.iterdir()) == [path]


def test_it_has_the_permissions_of_a_new_file(tmp_path):
    write_bytes(tmp_path / "ours", b"")
    (tmp_path / "theirs").touch()
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "theirs").stat().st_mode


@pytest.mark.parametrize("error", [DataError("no"), KeyboardInterrupt(), ConnectionError("gone")])
def test_a_block_that_fails_leaves_what_was_there(tmp_path, error):
    path = tmp_path / "page"
    write_bytes(path, b"old")

    def fail_halfway():
        with written_whole(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(type(error)):
        fail_halfway()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


WRITE_HALF = """
import sys, time
from pathlib import Path
from benchmark.files import written_whole
with written_whole(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("written", flush=True)
    time.sleep(60)
"""


def test_a_process_that_is_killed_leaves_what_was_there_and_the_next_one_cleans_up(tmp_path):
    path, other = tmp_path / "scores [1].json", tmp_path / "other.json"
    write_bytes(path, b"old")
    run_until("written", WRITE_HALF, path)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2  # what was half done
    write_bytes(other, b"")
    assert len(list(tmp_path.iterdir())) == 3
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert sorted(tmp_path.iterdir()) == [other, path]


def test_who_writes_the_same_file_meanwhile_is_not_disturbed(tmp_path):
    path = tmp_path / "baseline.json"
    with written_whole(path) as slow:
        slow.write(b"slow")
        write_bytes(path, b"quick")
        assert path.read_bytes() == b"quick"
    assert path.read_bytes() == b"slow"


def test_threads_that_write_one_file_at_once_leave_one_of_theirs(tmp_path):
    path = tmp_path / "file"
    contents = [bytes([number]) * 10_000 for number in range(8)]

    def write(content):
        for _ in range(20):
            save_array(path, np.frombuffer(content, np.uint8), is_durable=False)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.load(path).tobytes() in contents
    assert list(tmp_path.iterdir()) == [path]


FILL = """
import sys
from pathlib import Path
from benchmark.errors import MachineError
from benchmark.files import write_bytes
try:
    write_bytes(Path(sys.argv[1]), b"x" * 100_000, "Free some.")
except MachineError as error:
    print(error)
"""


def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path):
    path = tmp_path / "file"
    write_bytes(path, b"old")
    message = run_with_small_files(FILL, path, most_bytes=10_000)
    assert message == f"cannot write {path}: File too large. Free some.\n"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_device_is_an_error_that_names_what_is_written():
    with pytest.raises(MachineError, match=r"cannot write /dev/full: No space left on device\. F"):
        write_text(Path("/dev/full"), "x")
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("name", ["file/x", "file/in/x", "folder"])
def test_a_place_that_cannot_be_written_is_named(tmp_path, name):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "full").mkdir(parents=True)
    path = tmp_path / name
    message = rf"^cannot write the map {path}: (Not a directory|Is a directory|File exists)\. Go\.$"
    with pytest.raises(MachineError, match=message):
        save_array(path, np.zeros(1), "Go.", kind="the map")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_name_that_no_disk_takes_is_an_error_with_a_cure(tmp_path):
    with pytest.raises(MachineError, match=r"cannot write .*x: File name too long\. Free"):
        write_text(tmp_path / ("x" * 300), "text")
    assert list(tmp_path.iterdir()) == []


def test_proc_is_no_place_for_files():
    with pytest.raises(MachineError, match="cannot write /proc/run/plan"):
        write_text(Path("/proc/run/plan"), "x")


def test_a_device_and_a_pipe_are_written_to_as_they_are(tmp_path):
    write_text(Path("/dev/null"), "x")
    assert Path("/dev/null").is_char_device()
    os.mkfifo(tmp_path / "pipe")
    received = []
    reader = threading.Thread(target=lambda: received.append((tmp_path / "pipe").read_text()))
    reader.start()
    write_text(tmp_path / "pipe", "through")
    reader.join(timeout=60)
    assert received == ["through\n"]
    assert (tmp_path / "pipe").is_fifo()


def test_standard_output_is_written_to_also_where_it_is_a_pipe():
    code = "from pathlib import Path; from benchmark.files import write_text\n"
    code += "write_text(Path('/dev/stdout'), 'said')"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "said\n"
    assert Path("/dev/stdout").is_symlink()


def test_a_link_is_followed(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to("there/file")
    write_text(link, "text")
    assert link.is_symlink()
    assert (tmp_path / "there" / "file").read_text() == "text\n"
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["file"]


def test_a_relative_path_is_of_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_text(Path("text"), "ä")
    assert (tmp_path / "text").read_bytes() == "ä\n".encode()


def test_rows_become_csv_that_reads_the_same(tmp_path):
    rows = [["a", 'says "rain,\n'], ["", "雨"]]
    write_rows(tmp_path / "rows.csv", ["clip", "caption"], rows)
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["clip", "caption"], *rows]


def test_rows_that_fail_leave_what_was_there(tmp_path):
    path = tmp_path / "rows.csv"
    write_rows(path, ["a"], [[1]])

    def failing():
        yield [2]
        raise DataError("no more")

    with pytest.raises(DataError, match="no more"):
        write_rows(path, ["a"], failing())
    assert path.read_text() == "a\n1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_an_array_comes_back_and_no_object_is_pickled(tmp_path):
    save_array(tmp_path / "a.npy", np.arange(6).reshape(2, 3))
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), [[0, 1, 2], [3, 4, 5]])
    with pytest.raises(ValueError, match="pickle"):
        save_array(tmp_path / "b.npy", np.array([object()]))
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]


def test_a_finished_file_moves_into_a_folder_that_is_made(tmp_path):
    (tmp_path / "new.partial").write_text("whole")
    move_whole(tmp_path / "new.partial", tmp_path / "deep" / "new")
    assert (tmp_path / "deep" / "new").read_text() == "whole"
    assert not (tmp_path / "new.partial").exists()
