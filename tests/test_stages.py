"""Spans of a call: what counts for which stage, and that they cost nothing unheard."""

from __future__ import annotations

import contextvars
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from benchmark import Clip, stage
from benchmark.stages import are_caches_off, caches_off, collected_stages, timed_call
from benchmark.systems.calling import call_captioner

CLIP = Clip("a", np.zeros(16, np.float32), 16_000)


@pytest.fixture
def spend(monkeypatch):
    """Let time pass, and no other time than that."""
    now_ns = [5]
    monkeypatch.setattr(time, "perf_counter_ns", lambda: now_ns[0])

    def pass_time(ms):
        now_ns[0] += ms * 1_000_000

    return pass_time


def test_each_second_counts_once_and_for_the_innermost_stage(spend):
    with collected_stages() as spent:
        with stage("generate"):
            spend(20)
            with stage("encode"):
                spend(30)
                with stage("retrieve"):
                    spend(1)
            spend(25)
        spend(4)  # nobody's
    assert spent == {"retrieve": 0.001, "encode": 0.030, "generate": 0.045}


def test_stages_of_one_name_add_up_also_inside_each_other(spend):
    with collected_stages() as spent:
        for _ in range(3):
            with stage("retrieve"):
                spend(5)
                with stage("retrieve"):
                    spend(2)
    assert spent == {"retrieve": pytest.approx(0.021)}


def test_a_stage_that_raises_counts_and_lets_the_error_through(spend):
    def fail():
        with stage("encode"):
            spend(10)
            raise KeyError("weights")

    with collected_stages() as spent:
        with pytest.raises(KeyError):
            fail()
        with stage("generate"):  # it does not lie in what was left
            spend(3)
    assert spent == {"encode": 0.010, "generate": 0.003}


def test_nobody_listens_outside_of_a_profile():
    quiet = stage("encode")
    with quiet, stage("encode"):
        pass
    assert quiet is stage("generate")  # nothing is made
    with collected_stages() as spent:
        pass
    with stage("encode"):
        pass
    assert spent == {}


def test_a_block_inside_another_keeps_its_stages_to_itself():
    with collected_stages() as outer:
        with collected_stages() as inner, stage("decode"):
            pass
        with stage("encode"):
            pass
    assert (list(outer), list(inner)) == (["encode"], ["decode"])


def test_a_call_with_a_time_limit_is_heard_in_its_thread():
    class Slow:
        def caption(self, clips):
            self.thread = threading.current_thread()
            with stage("generate"):
                time.sleep(0.01)
            return ["rain" for _ in clips]

    slow, heard = Slow(), []

    def listen():
        with collected_stages() as spent:
            heard.append((call_captioner(slow, [CLIP], timeout_s=20), spent["generate"]))

    listen()
    assert slow.thread is threading.current_thread()  # an alarm limits it there
    listener = threading.Thread(target=listen)  # where none can be set
    listener.start()
    listener.join()
    assert slow.thread not in (threading.current_thread(), listener)
    for call, generate_s in heard:
        assert call.captions == ["rain"]
        assert 0.01 <= generate_s <= call.seconds
    assert len(heard) == 2


def test_a_thread_of_the_captioners_own_is_heard_in_a_copy_of_the_context_only():
    def work(name):
        with stage(name):
            pass

    with collected_stages() as spent:
        copied = contextvars.copy_context()
        threads = [
            threading.Thread(target=copied.run, args=(work, "heard")),
            threading.Thread(target=work, args=("unheard",)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert list(spent) == ["heard"]


def test_threads_side_by_side_leave_no_stage_less_than_nothing():
    together = threading.Barrier(4)

    def work():
        with stage("resample"):
            together.wait()
            time.sleep(0.005)

    with collected_stages() as spent, stage("encode"):
        threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(work,)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert spent["resample"] >= 4 * 0.005
    assert spent["encode"] >= 0


def test_a_timed_call_turns_caches_off_in_every_thread_and_listens():
    in_thread = []
    with timed_call() as spent, stage("encode"):
        assert are_caches_off()
        worker = threading.Thread(target=lambda: in_thread.append(are_caches_off()))
        worker.start()
        worker.join()
    assert in_thread == [True]
    assert list(spent) == ["encode"]
    assert not are_caches_off()


def test_caches_stay_off_until_the_last_block_ends():
    outer, inner = caches_off(), caches_off()
    with outer:
        with pytest.raises(RuntimeError, match="failed"), inner:
            raise RuntimeError("the call failed")
        assert are_caches_off()
    assert not are_caches_off()


def test_blocks_of_many_threads_are_counted_each_once():
    def open_many():
        for _ in range(2000):
            with caches_off():
                assert are_caches_off()

    threads = [threading.Thread(target=open_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not are_caches_off()


def test_listening_to_stages_imports_nothing_heavy():
    program = (
        "import sys\nfrom benchmark.stages import collected_stages, stage\n"
        "with collected_stages() as spent, stage('encode'): pass\n"
        "print(list(spent), [name for name in ('torch', 'soundfile') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("['encode'] []", "")


@pytest.mark.parametrize(("is_initialized", "n_waits"), [(True, 4), (False, 0)])
def test_a_cuda_device_is_waited_for_at_both_ends_of_a_stage_if_it_is_in_use(
    monkeypatch, is_initialized, n_waits
):
    waits = []
    cuda = SimpleNamespace(
        is_initialized=lambda: is_initialized, synchronize=lambda: waits.append(1)
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    with stage("encode"):  # nobody listens
        pass
    assert waits == []
    with collected_stages(), stage("encode"), stage("retrieve"):
        pass
    assert len(waits) == n_waits
