"""Kills a command between any two of its writes, then gives it again: ``python`` this.

The words of the command follow the folder that it writes in. An audit hook ends the process, as a
kill would, at the first, the second, ... thing that is done to files in that folder (some ten of
them, spread over all); each time the same command is then given again, undisturbed, and what lies
there is printed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import os
import shutil
import sys
from pathlib import Path

from benchmark.cli.main import bench

_MOST_MOMENTS = 10
_CHANGES = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate")


def do(words, folder=None, n_before_kill=None, notes=None):
    """Give a command in a child; returns its exit code, 99 where it was killed.

    Notes are a file for how many changes there were, and what was imported.
    """
    child = os.fork()
    if child == 0:
        code, left = 1, [n_before_kill]
        try:
            if folder is not None:
                _kill_after(folder, left)
            sys.stderr = io.StringIO()
            with contextlib.redirect_stdout(io.StringIO()):
                bench.main(words, standalone_mode=False)
            code = 0
        except SystemExit as end:
            code = end.code or 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            if notes is not None:
                notes.write_text(json.dumps([n_before_kill - left[0], list(sys.modules)]))
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _kill_after(folder, left):
    def hear(event, arguments):
        if event not in _CHANGES or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & 3):
            return
        if Path(os.fsdecode(arguments[0])).absolute().is_relative_to(folder):
            if left[0] == 0:
                os._exit(99)
            left[0] -= 1

    sys.addaudithook(hear)


def contents(folder):
    """Hash what lies in a folder, hidden partial files aside, which the next writer removes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((".partial", ".lock"))
    }


def main(folder, again, *words):
    """Print by moment what came of it, and what comes of the command undisturbed."""
    folder = Path(folder).absolute()
    again = json.loads(again) or list(words)
    start = folder.with_name("start")
    shutil.copytree(folder, start)
    notes = folder.with_name("notes.json")
    assert do(list(words), folder, 10_000, notes) == 0
    n_changes, modules = json.loads(notes.read_text())
    whole, ends = contents(folder), []
    for name in modules:  # so that children need not
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    step = max(1, n_changes // _MOST_MOMENTS)
    for moment in [*range(0, n_changes, step), n_changes - 1]:
        shutil.rmtree(folder)
        shutil.copytree(start, folder)
        assert do(list(words), folder, moment) == 99
        ends.append([do(again), contents(folder)])
    sys.stdout.write(json.dumps({"whole": whole, "ends": ends}))


if __name__ == "__main__":
    main(*sys.argv[1:])
