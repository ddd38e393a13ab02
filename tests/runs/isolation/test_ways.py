"""What systems may do in the bench's own process."""

from __future__ import annotations

import os

import pytest
from noises import Fault, system_of

from benchmark.machine.isolation import ISOLATIONS
from benchmark.runs.isolation.orders import Order, Work
from benchmark.runs.isolation.ways import take_through
from benchmark.runs.ledger import Ledger
from benchmark.runs.plan import Feeding


@pytest.fixture
def take(noises, tmp_path):
    def take(act):
        with Ledger(noises.path) as ledger:
            system = system_of(Fault(act))
            work = Work(system, noises.resources, noises.clips(Feeding()), ledger.view)
            return take_through(work, Order(system.name, tmp_path), ledger, "none")

    return take


def fork_and_raise(clips):
    if os.fork() == 0:
        raise RuntimeError("in the copy")
    os.wait()
    return ["a sound"]


def fork_and_return(clips):
    if os.fork():
        os.wait()
    return ["a sound"]


def fork_and_interrupt(clips):
    if os.fork() == 0:
        raise KeyboardInterrupt
    os.wait()
    return ["a sound"]


@pytest.mark.parametrize("act", [fork_and_raise, fork_and_return, fork_and_interrupt])
def test_a_copy_of_the_bench_does_not_go_on_as_the_run(take, noises, act):
    assert take(act) is None
    assert noises.states == ["ok"] * 5
    assert noises.path.read_bytes().count(b'"row": "clip"') == 5


def test_what_a_system_prints_is_no_part_of_what_the_bench_prints(take, capfd):
    def say(clips):
        os.write(1, b"written\n")
        return ["a sound"]

    assert take(say) is None
    out, err = capfd.readouterr()
    assert (out, "written" in err) == ("", True)


def test_all_ways_have_a_name():
    assert ISOLATIONS == ("none", "process", "env")
