"""Locks end with their process, and say of no file that it is free while somebody uses it."""

from __future__ import annotations

import threading

import pytest
from killed import run_until

from benchmark.files import Hold, alone, unheld

HOLDS = """
import sys, time
from pathlib import Path
from benchmark.files import Hold, alone
hold = Hold(Path(sys.argv[1]))
with alone(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_who_works_alone_leaves_no_lock_and_may_enter_again(tmp_path):
    with alone(tmp_path / "thing"), alone(tmp_path / "thing"):
        assert [path.name for path in tmp_path.iterdir()] == [".thing.lock"]
    assert list(tmp_path.iterdir()) == []


def test_another_thread_waits_and_says_so(tmp_path, capsys):
    order = []

    def work():
        with alone(tmp_path / "thing", told_as="builds a thing"):
            order.append("second")

    with alone(tmp_path / "thing"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert capsys.readouterr().err == "bench: waiting for another process, which builds a thing\n"


def test_locks_of_a_killed_process_are_free(tmp_path, capsys):
    thing = tmp_path / "thing"
    thing.write_text("")
    run_until("locked", HOLDS, thing)
    with alone(thing), unheld(thing) as is_free:
        assert is_free
    assert capsys.readouterr().err == ""
    assert list(tmp_path.iterdir()) == [thing]


def test_what_is_held_is_not_free_until_it_is_let_go(tmp_path):
    hold, other = Hold(tmp_path), Hold(tmp_path)
    hold.close()
    with unheld(tmp_path) as is_free:
        assert not is_free
    other.close()
    with unheld(tmp_path) as is_free:
        assert is_free


def test_a_hold_ends_where_nobody_knows_it_any_more(tmp_path):
    hold = Hold(tmp_path)
    del hold
    with unheld(tmp_path) as is_free:
        assert is_free


def test_what_was_replaced_is_not_what_is_held(tmp_path):
    thing = tmp_path / "thing"
    thing.write_text("one")
    hold = Hold(thing)
    thing.rename(tmp_path / "aside")
    assert not hold.is_current
    thing.write_text("two")
    assert not hold.is_current


def test_nothing_is_neither_held_nor_free(tmp_path):
    with pytest.raises(FileNotFoundError):
        Hold(tmp_path / "nothing")
    with unheld(tmp_path / "nothing") as is_free:
        assert not is_free
