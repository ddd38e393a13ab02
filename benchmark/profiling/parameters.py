"""Counts the parameters of all torch modules that a captioner holds."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from types import (
    BuiltinFunctionType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, NamedTuple

import numpy as np

_LEAVES = (str, bytes, int, float, bool, complex, type(None), type, ModuleType, np.ndarray)


class Parameters(NamedTuple):
    """Trained numbers, each tensor once."""

    n_parameters: int
    n_bytes: int


def count_parameters(captioner: object) -> Parameters:
    """Count the parameters of every torch module that can be reached from a captioner.

    Attributes, slots, containers, closures, bound methods and partial functions are followed;
    classes, modules of Python and global names are not. A tensor that two modules share, or that
    is held twice, counts once. Weights that are no ``torch.nn.Parameter`` do not count: a TFLite
    model's, say.
    """
    torch: Any = sys.modules.get("torch")
    parameter_type = getattr(getattr(torch, "nn", None), "Parameter", None)
    if parameter_type is None:
        return Parameters(0, 0)
    parameters: dict[tuple[int, int], Any] = {}
    for thing in _reachable(captioner, torch.Tensor):
        if isinstance(thing, parameter_type):
            # Tied by storage counts once too; what holds no storage is told apart by itself.
            parameters[thing.data_ptr() or id(thing), thing.numel()] = thing
    sizes = [(tensor.numel(), tensor.element_size()) for tensor in parameters.values()]
    return Parameters(sum(n for n, _ in sizes), sum(n * n_bytes for n, n_bytes in sizes))


def _reachable(start: object, tensor_type: type) -> Iterator[object]:
    seen = {id(start)}
    waiting = [start]
    while waiting:
        thing = waiting.pop()
        yield thing
        if isinstance(thing, tensor_type):
            continue
        for part in _held_by(thing):
            if not isinstance(part, _LEAVES) and id(part) not in seen:
                seen.add(id(part))
                waiting.append(part)


def _held_by(thing: object) -> Iterator[object]:
    match thing:
        case Mapping():
            yield from list(thing.values())
        case list() | tuple() | set() | frozenset() | deque():
            yield from thing
        case partial():
            yield from (thing.func, thing.args, thing.keywords)
        case MethodType():
            yield thing.__self__
        case FunctionType():
            yield from (cell.cell_contents for cell in thing.__closure__ or () if _is_full(cell))
        case BuiltinFunctionType():
            return
        case _:
            yield from list(getattr(thing, "__dict__", {}).values())
            yield from _slots_of(thing)


def _slots_of(thing: object) -> Iterator[object]:
    for kind in type(thing).__mro__:
        for name, member in vars(kind).items():  # a private slot has its class's name before it
            if isinstance(member, MemberDescriptorType):
                yield getattr(thing, name, None)


def _is_full(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:  # the function refers to a name that is not bound yet
        return False
    return True
