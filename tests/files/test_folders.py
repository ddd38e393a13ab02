"""A folder is there whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from killed import run_until

from benchmark.errors import MachineError
from benchmark.files import folder_beside, remove_folder, written_folder


def test_a_folder_has_its_name_once_it_is_whole(tmp_path):
    folder = tmp_path / "above" / "weights [1]"
    with written_folder(folder) as partial:
        (partial / "deep").mkdir()
        (partial / "deep" / "file").write_text("whole")
        assert not folder.exists()
    assert (folder / "deep" / "file").read_text() == "whole"
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, FileNotFoundError])
def test_a_block_that_fails_leaves_nothing(tmp_path, error):
    def fail_halfway():
        with written_folder(tmp_path / "folder") as partial:
            (partial / "file").write_text("half")
            raise error

    with pytest.raises(error):
        fail_halfway()
    assert list(tmp_path.iterdir()) == []


def test_what_another_process_wrote_meanwhile_stands(tmp_path):
    folder = tmp_path / "folder"
    with written_folder(folder) as partial:
        (partial / "file").write_text("slow")
        with written_folder(folder) as other:
            (other / "file").write_text("quick")
    assert (folder / "file").read_text() == "quick"
    assert list(tmp_path.iterdir()) == [folder]


FILL = """
import sys, time
from pathlib import Path
from benchmark.files import written_folder
with written_folder(Path(sys.argv[1])) as partial:
    (partial / "weights").write_bytes(b"half")
    print("written", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_left_is_gone_with_the_next_try(tmp_path):
    folder = tmp_path / "folder"
    run_until("written", FILL, folder)
    (abandoned,) = tmp_path.iterdir()
    assert abandoned.name.startswith(".folder-")
    with written_folder(folder) as partial:
        assert list(tmp_path.iterdir()) == [partial]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "folder"
    with (
        pytest.raises(MachineError, match=rf"^cannot write the cache {folder}: .*\. Go\.$"),
        written_folder(folder, "Go.", kind="the cache"),
    ):
        pytest.fail("there is no folder to fill")


def test_a_full_disk_and_files_that_cannot_be_written_are_told_from_other_errors(tmp_path):
    with (
        pytest.raises(MachineError, match="No space left"),
        written_folder(tmp_path / "folder"),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"x")
    with (
        pytest.raises(MachineError, match="No such file"),
        written_folder(tmp_path / "folder") as partial,
    ):
        (partial / "absent" / "file").write_text("")
    with pytest.raises(FileNotFoundError), written_folder(tmp_path / "folder"):
        Path("/absent/weights").read_bytes()


def test_a_folder_beside_is_for_the_time_of_the_block(tmp_path):
    with folder_beside(tmp_path / "sounds") as partial:
        (partial / "a.wav").write_text("")
        assert partial.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_removed_with_all_that_is_in_it(tmp_path):
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "file").write_text("damaged")
    remove_folder(folder)
    assert list(tmp_path.iterdir()) == []
    remove_folder(folder)  # as when another process was quicker
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_open_in_a_removed_folder_is_read_on(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_text("still here")
    with (folder / "file").open() as file:
        remove_folder(folder)
        assert file.read() == "still here"
