"""Takes systems through runs, as far apart as is asked for."""

from __future__ import annotations

from benchmark.machine.descriptors import stdout_to_stderr
from benchmark.machine.isolation import Isolation
from benchmark.runs.isolation.orders import Order, Work
from benchmark.runs.isolation.supervise import run_apart
from benchmark.runs.moments import Book
from benchmark.runs.passes import run_system


def take_through(work: Work, order: Order, book: Book, isolation: Isolation) -> str | None:
    """Take a system through a run.

    Args:
        work: what is to be done.
        order: the same, for an interpreter that has to find it.
        book: takes what is done.
        isolation: where.

    Returns:
        None, or why the system stopped.

    Raises:
        MachineError: the book cannot be written.
    """
    if isolation != "none" or order.requirements is not None:
        return run_apart(work, order, book)
    with stdout_to_stderr():
        return run_system(work.system, work.resources, work.clips, book)
