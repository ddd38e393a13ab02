"""Messages between a run and the process that captions for it, over a socket of their own."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from enum import Enum
from typing import NamedTuple

from benchmark.machine.forks import ThisProcess

_HEAD = struct.Struct("!cI")
_MOST_BYTES = 2**30
_CHUNK_BYTES = 2**16
LOST = 71
"""The exit code of a child whose socket was closed by the code that it ran."""


class Kind(Enum):
    """What a message says."""

    ORDER = b"O"  # to the child: what to do, as JSON
    MOMENT = b"M"  # from the child: what it is about to do, as JSON
    ENTRIES = b"E"  # from the child: lines of a ledger, which it waits for to be kept
    KEPT = b"K"  # to the child: they are
    DONE = b"D"  # from the child: why the system stopped, as JSON; null where it did not
    RAISED = b"R"  # from the child: an error that ends the run, as JSON


class Message(NamedTuple):
    """One message, and what it carries."""

    kind: Kind
    body: bytes


class Channel:
    """One end of the socket.

    It belongs to one process: a forked copy of it that sends or listens ends at once, and so does a
    process whose descriptor was closed or is another file's now.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._identity = os.fstat(end.fileno()).st_ino
        self._this = ThisProcess()
        self._buffer = bytearray()

    def send(self, kind: Kind, body: bytes = b"") -> None:
        """Send a message.

        Raises:
            OSError: nobody listens.
        """
        self._require_ours()
        self._end.sendall(_HEAD.pack(kind.value, len(body)) + body)

    def receive(self, timeout_s: float | None = None) -> Message | None:
        """Wait for a message; None where none came in time.

        Raises:
            EOFError: the other end is closed.
            ValueError: what came is no message.
        """
        end_s = None if timeout_s is None else time.monotonic() + timeout_s
        while (message := self._take()) is None:
            self._require_ours()
            left_s = None if end_s is None else max(0.0, end_s - time.monotonic())
            if not select.select([self._end], [], [], left_s)[0]:
                return None
            try:
                received = self._end.recv(_CHUNK_BYTES)
            except ConnectionError:
                received = b""
            if not received:
                raise EOFError
            self._buffer += received
        return message

    def fileno(self) -> int:
        """Return the descriptor, for ``select``."""
        return self._end.fileno()

    def close(self) -> None:
        self._end.close()

    def _take(self) -> Message | None:
        """Take the first message of what was received, if it is whole."""
        if len(self._buffer) < _HEAD.size:
            return None
        letter, n_bytes = _HEAD.unpack_from(self._buffer)
        kind = Kind(letter)
        if n_bytes > _MOST_BYTES:
            raise ValueError(f"a message of {n_bytes:,} bytes; expected at most {_MOST_BYTES:,}")
        end = _HEAD.size + n_bytes
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_HEAD.size : end])
        del self._buffer[:end]
        return Message(kind, body)

    def _require_ours(self) -> None:
        self._this.require()
        try:
            is_ours = os.fstat(self._end.fileno()).st_ino == self._identity
        except OSError:
            is_ours = False
        if not is_ours:
            os._exit(LOST)


def channel_pair() -> tuple[Channel, socket.socket]:
    """Make both ends: a channel, and the socket that goes to a child."""
    ours, theirs = socket.socketpair()
    return Channel(ours), theirs
