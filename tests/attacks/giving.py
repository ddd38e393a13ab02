"""Commands given in this process, or in a copy of it that may be killed, and what they say."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from small_clips import write_clips

from benchmark.cli import main as cli


class Given(NamedTuple):
    """What a command answered: its exit code, and what it printed."""

    code: int
    out: str
    err: str


def give(*words: object) -> Given:
    """Give a command; what ends in a traceback on a terminal is raised."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli._answer([str(word) for word in words])
    return Given(code, out.getvalue(), err.getvalue())


def in_copy(act: Callable[[], int]) -> int:
    """Act in a fork of this process, which ends with what it returns; returns its id."""
    pid = os.fork()
    if pid == 0:
        code = TRACEBACK
        try:
            sys.stdout = sys.stderr = io.StringIO()
            code = act()
        finally:
            os._exit(code)
    return pid


def end_of(pid: int) -> int:
    """Wait for a copy; returns its exit code, or less than 0 where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


TRACEBACK = 70
"""How a copy ends in which something is raised that nobody foresaw."""


class Made(NamedTuple):
    """A finished run of a floor and the ceiling on made-up clips, and the baseline that it is."""

    run: Path
    baseline: Path
    clips: Path
    words: dict[str, list[object]]


@functools.cache
def _made() -> tempfile.TemporaryDirectory[str]:
    """Make the run once a process; it goes with it."""
    folder = tempfile.TemporaryDirectory(prefix="attacked-")
    place = Path(folder.name)
    clips = write_clips(place / "clips", n_test=6)
    done = give("run", "--systems", "constant,human", "--dataset", f"folder:{clips}:test",
                "--metrics", "lexical", "--text-only", "--out", place / "good/run")  # fmt: skip
    assert done.code == 0, done.err
    words = ("--reason", "first", "--out", place / "good/baseline.json")
    done = give("baseline", "accept", place / "good/run", *words)
    assert done.code == 0, done.err
    return folder


def make_run(place: Path) -> Made:
    """Make a run and its baseline, and list every command that reads them.

    Of the commands, ``RUN`` and ``BASELINE`` stand for the files, ``OUT`` for a folder to write in.
    """
    clips = Path(_made().name, "clips")
    good = Path(shutil.copytree(clips.with_name("good"), place / "good"))
    run, baseline = good / "run", good / "baseline.json"
    clip_id = sorted(path.name for path in clips.glob("**/*.wav"))[0]
    words: dict[str, list[object]] = {
        "leaderboard": ["leaderboard", "RUN"],
        "leaderboard of a baseline": ["leaderboard", "BASELINE"],
        "compare": ["compare", "RUN::human", "RUN::constant", "--draws", "100"],
        "gate": ["gate", "RUN", "--baseline", "BASELINE", "--junit", "OUT/a.xml",
                 "--json", "OUT/a.json"],
        "baseline": ["baseline", "accept", "RUN", "--reason", "x", "--out", "OUT/b.json"],
        "record": ["record", "RUN", "-o", "OUT/record.json"],
        "report": ["report", "RUN", "-o", "OUT/page", "--no-sounds"],
        "rescore": ["rescore", "RUN", "--metrics", "bleu_1,rouge_l"],
        "show": ["show", "RUN", clip_id],
    }  # fmt: skip
    return Made(run, baseline, clips, words)


def filled(words: list[object], good: Path, out: Path) -> list[str]:
    """Put paths for what stands in a command for them."""
    out.mkdir(exist_ok=True)
    places = {"RUN": good / "run", "BASELINE": good / "baseline.json", "OUT": out}
    spelled = []
    for word in map(str, words):
        for name, path in places.items():
            word = word.replace(name, str(path)) if word.startswith(name) else word
        spelled.append(word)
    return spelled
