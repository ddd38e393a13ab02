"""A captioner that leaves files, threads or programs behind is told; a tidy one is not."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from odd_captioners import Captioner, describe_all, findings, prepared

from benchmark.testing import check_captioner

LINUX = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="looks into /proc")  # noqa: PTH112


def test_a_thread_that_goes_on_is_told_and_one_that_close_ends_is_not():
    is_over = threading.Event()

    def prepare(resources, options, **said):
        threading.Thread(target=is_over.wait, name="goes on", daemon=True).start()
        return Captioner(**said)

    found = findings(prepared(prepare))
    is_over.set()
    assert list(found) == ["left-open"]
    assert found["left-open"].startswith("the thread 'goes on' is still running; expected none")
    is_over.clear()
    check_captioner(prepared(lambda *given: prepare(*given, close=is_over.set)))


def test_an_executor_that_is_not_shut_down_is_told():
    kept = []

    def prepare(resources, options):
        kept.append(ThreadPoolExecutor(1))
        kept[-1].submit(int)
        return Captioner()

    found = findings(prepared(prepare))
    for executor in kept:
        executor.shutdown()
    assert "shut executors down" in found["left-open"]


@LINUX
def test_a_program_that_goes_on_is_told_and_one_that_close_ends_is_not():
    started = []

    def prepare(resources, options, **said):
        started.append(subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL))
        return Captioner(**said)

    def close():
        while started:
            program = started.pop()
            program.kill()
            program.wait()

    found = findings(prepared(prepare))
    close()
    assert list(found) == ["left-open"]
    assert found["left-open"].startswith("the program 'sleep 60' (process ")
    check_captioner(prepared(lambda *given: prepare(*given, close=close)))


@LINUX
def test_the_caretaker_that_python_starts_for_shared_memory_is_its_own():
    from multiprocessing import resource_tracker

    def caption(clips):
        resource_tracker.ensure_running()
        multiprocessing.get_context("spawn").Lock()
        return describe_all(clips)

    check_captioner(prepared(lambda *_: Captioner(caption)))


@LINUX
def test_a_file_that_stays_open_is_told_and_one_that_nobody_can_reach_is_not():
    kept = []

    def prepare(resources, options):
        kept.append(tempfile.TemporaryFile())  # noqa: SIM115
        return Captioner()

    found = findings(prepared(prepare))
    assert found["left-open"].startswith("descriptor ")
    assert "is still open, of '/" in found["left-open"]
    for file in kept:
        file.close()

    def prepare_well(resources, options):
        captioner = Captioner(file=tempfile.TemporaryFile())  # noqa: SIM115
        captioner.close = captioner.file.close
        captioner.itself = captioner
        return captioner

    check_captioner(prepared(prepare_well))


@LINUX
@pytest.mark.parametrize("spoil", [os.close, lambda number: os.dup2(0, number)])
def test_a_descriptor_of_somebody_else_that_is_closed_or_turned_elsewhere_is_told(spoil):
    with tempfile.TemporaryFile() as file:
        number = file.fileno()
        kept = os.dup(number)
        spoiled = iter([number])

        def prepare(resources, options):
            for number in spoiled:
                spoil(number)
            return Captioner()

        found = findings(prepared(prepare))
        assert f"descriptor {number} (" in found["left-open"]
        assert "is closed or another file; expected it as it was" in found["left-open"]
        os.dup2(kept, number)
        os.close(kept)


@LINUX
def test_a_folder_that_the_bench_had_locked_may_be_let_go(tmp_path):
    locked = [os.open(tmp_path, os.O_RDONLY)]

    def prepare(resources, options):
        while locked:
            os.close(locked.pop())
        return Captioner()

    check_captioner(prepared(prepare))


def test_close_may_be_called_twice_and_comes_back(monkeypatch):
    check_captioner(prepared(lambda *_: Captioner(close=lambda: None)))

    class Once(Captioner):
        def __init__(self):
            super().__init__()
            self.held = ["connection"]

        def close(self):
            self.held.pop()

    found = findings(prepared(lambda *_: Once()))
    assert list(found) == ["closing"]
    assert "IndexError: pop from empty list when it was called again" in found["closing"]
    monkeypatch.setattr("benchmark.systems.lending.CLOSE_LIMIT_S", 0.1)
    waiting = threading.Event()
    found = findings(prepared(lambda *_: Captioner(close=lambda: waiting.wait(5) and None)))
    assert "close() took longer than 0.1 s" in found["closing"]
    found = findings(prepared(lambda *_: Captioner(close="later")))
    assert "close is 'later'; expected a method" in found["closing"]
