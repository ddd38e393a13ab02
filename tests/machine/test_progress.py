"""Bars are for people who watch, and for nobody who reads later."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

CODE = """
from benchmark.machine.progress import progress_bar
from benchmark.metrics.bertscore.pace import pair_progress
for bar in (progress_bar("clips", 2), pair_progress("pairs", 2)):
    with bar as shown:
        shown.advance()
"""


def run(stderr, **settings):
    subprocess.run(
        [sys.executable, "-c", CODE], env={**os.environ, **settings}, stderr=stderr, check=True
    )


@pytest.mark.parametrize("settings", [{}, {"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}])
def test_no_bar_is_written_where_nobody_watches(tmp_path, settings):
    with (tmp_path / "errors").open("w+b") as errors:
        run(errors, **settings)
        errors.seek(0)
        assert errors.read() == b""


def test_a_terminal_shows_bars():
    mine, its = pty.openpty()
    try:
        run(its, TERM="xterm")
        said = os.read(mine, 1 << 16)
    finally:
        os.close(mine)
        os.close(its)
    assert b"clips" in said
    assert b"pairs" in said
