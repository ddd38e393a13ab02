"""Work that may take only so long."""

from __future__ import annotations

import signal
import threading
import time
import traceback

import pytest

from benchmark.machine.time_limits import OutOfTimeError, call_within, wait_until


def rest():
    time.sleep(20)


def tried_again_on_any_error():
    while True:
        try:
            rest()
        except Exception:
            continue


def wait_for_a_lock():
    lock = threading.Lock()
    with lock:
        lock.acquire()


def compute():
    while True:
        pass


@pytest.mark.parametrize("work", [rest, tried_again_on_any_error, wait_for_a_lock, compute])
def test_work_that_sleeps_waits_or_computes_is_ended_where_it_is(work):
    start = time.monotonic()
    with pytest.raises(OutOfTimeError, match=r"^the work took longer than 0\.05 s$") as caught:
        call_within(work, 0.05, name="the work")
    assert caught.value.is_over
    assert time.monotonic() - start < 5
    assert work.__name__ in "".join(traceback.format_exception(caught.value))


def test_work_in_time_gives_what_it_gives_and_raises_what_it_raises():
    assert call_within(lambda: 3, 20, name="work") == 3
    assert call_within(lambda: 3, None, name="work") == 3
    with pytest.raises(ZeroDivisionError):
        call_within(lambda: 1 / 0, 20, name="work")


def test_who_swallows_the_alarm_is_late_all_the_same():
    def swallow():
        try:
            rest()
        except BaseException:
            return "done"

    with pytest.raises(OutOfTimeError):
        call_within(swallow, 0.05, name="work")


def test_no_alarm_is_left_behind():
    former = signal.getsignal(signal.SIGALRM)
    with pytest.raises(OutOfTimeError):
        call_within(rest, 0.05, name="work")
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is former


def test_an_interrupt_is_no_lateness():
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call_within(interrupt, 20, name="work")


def test_beside_another_alarm_and_in_another_thread_late_work_is_left_behind():
    never = threading.Event()
    rung = []

    def limit():
        with pytest.raises(OutOfTimeError) as caught:
            call_within(never.wait, 0.05, name="work")
        return not caught.value.is_over

    former = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        assert limit()
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
        time.sleep(0.25)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    assert rung
    found = []
    thread = threading.Thread(target=lambda: found.append(limit()))
    thread.start()
    thread.join()
    assert found == [True]
    never.set()


def test_what_becomes_so_in_time_is_told_from_what_does_not():
    looks = []

    def third_time() -> bool:
        looks.append(0)
        return len(looks) == 3

    assert wait_until(third_time, 20)
    assert len(looks) == 3
    assert not wait_until(lambda: False, 0.01)
