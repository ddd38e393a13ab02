"""Copies of a process do not go on as the process."""

from __future__ import annotations

import os

import pytest

from benchmark.machine.forks import ThisProcess, ending_forks


def act(how):
    if os.fork() == 0 and how == "raises":
        raise KeyboardInterrupt


@pytest.mark.parametrize("how", ["returns", "raises"])
def test_a_forked_copy_ends_where_the_block_ends(how):
    with ending_forks():
        act(how)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 70


def test_the_process_itself_goes_on():
    ThisProcess().require()
    with pytest.raises(ValueError, match="its own"), ending_forks():
        raise ValueError("its own")
