"""Messages over a socket: whole, in order, and between two processes alone."""

from __future__ import annotations

import os
import threading

import pytest

from benchmark.runs.isolation.channel import LOST, Channel, Kind, channel_pair


@pytest.fixture
def ends():
    ours, theirs = channel_pair()
    other = Channel(theirs)
    yield ours, other
    ours.close()
    other.close()


def test_messages_come_whole_and_in_order(ends):
    ours, theirs = ends
    large = os.urandom(1_000_000)
    writer = threading.Thread(target=lambda: [theirs.send(Kind.ENTRIES, large) for _ in "ab"])
    writer.start()
    assert [ours.receive() for _ in "ab"] == [(Kind.ENTRIES, large)] * 2
    writer.join()
    ours.send(Kind.KEPT)
    assert theirs.receive() == (Kind.KEPT, b"")


def test_waiting_ends_with_the_time_or_with_the_other_end(ends):
    ours, theirs = ends
    assert ours.receive(0.01) is None
    theirs.send(Kind.DONE, b"null")
    theirs.close()
    assert ours.receive(0) == (Kind.DONE, b"null")
    with pytest.raises(EOFError):
        ours.receive()


@pytest.mark.parametrize("garbage", [b"?\0\0\0\0", b"E\xff\xff\xff\xff"], ids=["kind", "size"])
def test_what_is_no_message_is_refused(garbage):
    ours, theirs = channel_pair()
    theirs.send(garbage)
    with pytest.raises(ValueError, match=r"bytes|valid Kind"):
        ours.receive()
    ours.close()
    theirs.close()


def in_a_copy(act):
    """Fork, act in the copy, and return how the copy ended."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_copy_of_the_process_says_nothing(ends):
    ours, theirs = ends
    assert in_a_copy(lambda: theirs.send(Kind.DONE, b"null")) == 70
    assert ours.receive(0) is None


@pytest.mark.parametrize("takes_its_place", [False, True], ids=["closed", "another file"])
def test_a_descriptor_that_strange_code_closed_is_not_written_to(tmp_path, takes_its_place):
    taken = tmp_path / "taken"

    def act():
        ours, theirs = channel_pair()
        os.close(ours._end.fileno())
        if takes_its_place:
            os.dup2(os.open(taken, os.O_CREAT | os.O_RDWR), ours._end.fileno())
        ours.send(Kind.DONE, b"null")
        theirs.close()

    assert in_a_copy(act) == LOST
    assert not taken.exists() or taken.read_bytes() == b""
