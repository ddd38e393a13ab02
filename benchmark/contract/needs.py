"""What a system says that it cannot get ready without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a system cannot get ready without, told before any system gets ready.

    Attributes:
        look: raises a ``BenchError`` where it is not here and cannot be fetched, which says what to
            do. It loads nothing and fetches nothing large. Returns the revision that it is of, for
            the run to note; None where there is none.
        name: what the revision is noted by; empty where there is none.
        fetch: brings it where ``look`` found it elsewhere; None where it is here or nowhere.
    """

    look: Callable[[], str | None]
    name: str = ""
    fetch: Callable[[], object] | None = None
