"""The process that profiles one system: ``python -m`` this, with the paths of order and answer."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmark.errors import BenchError, describe, trace_of
from benchmark.files import read_json, spell_json, write_text
from benchmark.machine.forks import ending_forks
from benchmark.machine.signals import exit_code_of, treat_as_interrupts


def main(order_path: str, answer_path: str) -> None:
    """Carry out an order and write down what came of it.

    Args:
        order_path: holds a ``request.Order`` as JSON.
        answer_path: gets ``{"done": ...}`` or ``{"failure": ...}``, a ``profile.Failure``.
    """
    answer: dict[str, object]
    try:
        with ending_forks():
            answer = {"done": _carry_out(Path(order_path))}
    except BenchError as error:
        answer = {"failure": {"reason": str(error), "traceback": trace_of(error)}}
    except Exception as error:  # what the harness or a plugin did not foresee
        answer = {"failure": {"reason": describe(error), "traceback": trace_of(error)}}
    write_text(Path(answer_path), spell_json(answer))


def _carry_out(order_path: Path) -> object:
    """Return the seconds to get ready where no more is asked for; else a system's profile."""
    from benchmark.machine.typed_json import read_as
    from benchmark.profiling.cold_start import prepare_system
    from benchmark.profiling.one_system import profile_system
    from benchmark.profiling.request import Order

    order = read_as(Order, read_json(order_path), order_path)
    if order.first_prepare_s is None:
        with ExitStack() as stack:
            return prepare_system(order.request, order.started_ns, stack).prepare_s
    profile = profile_system(order.request, order.started_ns, order.first_prepare_s)
    return dataclasses.asdict(profile)


def _leave() -> None:
    """End this process, and wait for no thread that a plugin left."""
    from benchmark.runs.isolation.life import end_life

    end_life(0)


if __name__ == "__main__":
    try:
        treat_as_interrupts()
        main(*sys.argv[1:])
        _leave()
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_code_of(interrupt))  # the process that started this one says what happened
