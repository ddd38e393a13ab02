"""The generators of random numbers that a whole process shares, set and read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from benchmark.testing.findings import BrokenRuleError

FIRST, OTHER = 914_203, 557_081
"""Two seeds, neither of which anybody else takes."""


class _Generator(NamedTuple):
    """A generator of the process: sown, read, put back."""

    sow: Callable[[int], object]
    read: Callable[[], Any]  # each has a state of a type of its own
    write: Callable[[Any], object]


@contextmanager
def chance_put_back() -> Iterator[None]:
    """Put the generators of the process back after the block."""
    kept = {name: generator.read() for name, generator in _generators().items()}
    try:
        yield
    finally:
        for name, generator in _generators().items():
            generator.write(kept[name])


def sow(seed: int) -> None:
    """Sow all generators of the process."""
    for generator in _generators().values():
        generator.sow(seed)


def read_chance() -> Mapping[str, bytes]:
    """Tell where the generators of the process stand, by name."""
    return {name: _spell(generator.read()) for name, generator in _generators().items()}


def require_own_chance(first: Mapping[str, bytes], other: Mapping[str, bytes], who: str) -> None:
    """Refuse what drew from the generators of the process as somebody else had sown them.

    Args:
        first: where they stood after what is watched, with ``FIRST`` sown before it.
        other: the same with ``OTHER``.
        who: is watched.

    Raises:
        BrokenRuleError: it drew, and had not sown before.
    """
    if drawn := find_drawn(first, other):
        raise BrokenRuleError(tell_drawn(drawn, who))


def find_drawn(first: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """Name the generators that were drawn from and not sown; for the rest, see the above."""
    sow(OTHER)
    untouched = read_chance()
    return [name for name in other if other[name] not in (untouched[name], first[name])]


def tell_drawn(names: Sequence[str], who: str) -> str:
    """Say that generators were drawn from, and what to draw from instead."""
    return (
        f"{who} drew from the generator of {' and of '.join(names)} that all of the process "
        "share, as somebody else had left it; expected a generator of its own that is sown "
        "with resources.seed, such as np.random.default_rng(resources.seed)."
    )


def _generators() -> Mapping[str, _Generator]:
    import torch

    own: ModuleType = random
    shared = torch.default_generator
    return {
        "random": _Generator(own.seed, own.getstate, own.setstate),
        "numpy.random": _Generator(np.random.seed, np.random.get_state, np.random.set_state),
        # Not torch.manual_seed, which sows the generators of all devices.
        "torch": _Generator(shared.manual_seed, shared.get_state, shared.set_state),
    }


def _spell(state: Any) -> bytes:
    if isinstance(state, tuple):
        return b"/".join(map(_spell, state))
    if hasattr(state, "numpy"):
        state = state.numpy()
    return state.tobytes() if isinstance(state, np.ndarray) else repr(state).encode()
