"""Work cut into chunks that take about equally long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def chunks(items: Iterable[T], work_of: Callable[[T], int], enough: int) -> Iterator[list[T]]:
    """Part items in their order; a chunk ends with the item that makes its work more than enough.

    Args:
        items: to part.
        work_of: how much an item is.
        enough: of a chunk.
    """
    chunk: list[T] = []
    work = 0
    for item in items:
        chunk.append(item)
        work += work_of(item)
        if work > enough:
            yield chunk
            chunk, work = [], 0
    if chunk:
        yield chunk
