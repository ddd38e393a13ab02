"""A file that grows: by whole lines, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from killed import run_until, run_with_small_files

from benchmark.errors import MachineError
from benchmark.files import GrowingFile, append_lines


def test_lines_are_added_to_a_file_that_is_made_with_its_folders(tmp_path):
    path = tmp_path / "deep" / "history.jsonl"
    append_lines(path, ["one", "zwei ä"])
    append_lines(path, [])
    append_lines(path, ["three"])
    assert path.read_text(encoding="utf-8") == "one\nzwei ä\nthree\n"


def test_a_line_that_was_cut_short_is_left_alone(tmp_path):
    (tmp_path / "history").write_text("whole\nha")
    append_lines(tmp_path / "history", ["next"])
    assert (tmp_path / "history").read_text() == "whole\nha\nnext\n"


FILL = """
import sys
from pathlib import Path
from benchmark.errors import MachineError
from benchmark.files import append_lines
try:
    append_lines(Path(sys.argv[1]), ["x" * 100_000])
except MachineError as error:
    print(error)
"""


def test_lines_for_which_there_is_no_room_are_taken_back(tmp_path):
    path = tmp_path / "history"
    append_lines(path, ["kept"])
    message = run_with_small_files(FILL, path, most_bytes=10_000)
    assert message.startswith(f"cannot write {path}: File too large. Free some space")
    assert path.read_text() == "kept\n"


def test_a_full_device_and_a_path_below_a_file_are_errors(tmp_path):
    with pytest.raises(MachineError, match="cannot write /dev/full: No space left on device"):
        append_lines(Path("/dev/full"), ["x"])
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match=rf"cannot write {tmp_path}/file/x: .*--out"):
        append_lines(tmp_path / "file" / "x", ["x"])


def test_a_pipe_takes_lines(tmp_path):
    code = "import sys; from pathlib import Path; from benchmark.files import append_lines\n"
    code += "append_lines(Path('/dev/stdout'), ['said'])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "said\n"


def test_a_growing_file_keeps_what_it_had_and_what_others_add(tmp_path):
    path = tmp_path / "ledger"
    path.write_bytes(b"one\nha")
    ours, theirs = GrowingFile(path), GrowingFile(path)
    assert ours.n_bytes == 6
    ours.cut(4)
    ours.add(b"two\n")
    theirs.add(b"three\n")
    ours.add(b"four\n")
    ours.close()
    theirs.close()
    assert path.read_bytes() == b"one\ntwo\nthree\nfour\n"


ADD = """
import sys, time
from pathlib import Path
from benchmark.files import GrowingFile
file = GrowingFile(Path(sys.argv[1]))
file.add(b"kept\\n")
print("added", flush=True)
time.sleep(60)
"""


def test_what_was_added_is_there_after_a_kill(tmp_path):
    run_until("added", ADD, tmp_path / "ledger")
    assert (tmp_path / "ledger").read_bytes() == b"kept\n"
