"""A ``bench`` process that notes each time a file is opened for reading."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench_process import bench_environment

_PROGRAM = """
import atexit, json, os, sys

notes, name, *arguments = sys.argv[1:]
modes = []

def note(event, parts):
    if event != "open" or not isinstance(parts[0], str | os.PathLike):
        return
    path, _, flags = parts
    is_read = flags & os.O_ACCMODE in (os.O_RDONLY, os.O_RDWR)
    if is_read and os.path.basename(os.fspath(path)) == name:
        modes.append(os.path.relpath(path))

def write():
    with open(notes, "w") as file:
        json.dump(modes, file)

sys.addaudithook(note)
atexit.register(write)
from benchmark.cli.main import main
main(arguments)
"""


def list_reads(site: Path, folder: Path, name: str, *arguments: object) -> list[str]:
    """Run ``bench`` in a folder; list the files of a name that it opened for reading, in order.

    A file that is opened twice stands in the list twice. The command must succeed.
    """
    notes = folder / "opened.json"
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(notes), name, *map(str, arguments)],
        cwd=folder,
        env=bench_environment(site),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    opened: list[str] = json.loads(notes.read_text())
    return opened
