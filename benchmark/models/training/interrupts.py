"""Ctrl-C at a moment of one's own choice: a step that is half done is nothing to save."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hold_interrupt() -> Iterator[threading.Event]:
    """Set an event at the first Ctrl-C; the second one is raised at once, as ever.

    Does nothing where Ctrl-C would not raise ``KeyboardInterrupt``: in other threads than the
    main one, and where somebody else handles it.
    """
    pressed = threading.Event()
    usual = signal.default_int_handler
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not usual:
        yield pressed
        return

    def note(*_: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, usual)
