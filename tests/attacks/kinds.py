"""Kinds of attacks, each of seeded cases, and how many of them were survived.

A kind is a generator function under ``attacks``: it makes what is attacked in a folder and yields
a function that does one attack and says how it was survived. An attack that raises was not.
"""

from __future__ import annotations

import importlib
import os
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

Attack = Callable[[random.Random], str]
"""Does one attack, all chance from the generator; says in a word or two how it was survived."""


class Outcome(NamedTuple):
    """What became of an attack.

    Attributes:
        number: of the attack, from 0; a test's id where tests attack.
        survived: how, in a word or two; None where it was not.
        fault: why not.
    """

    number: int | str
    survived: str | None
    fault: str = ""


Tell = Callable[[Outcome], None]


@dataclass(frozen=True)
class Kind:
    """A kind of attacks.

    Attributes:
        name: of its row.
        n: how many there are in the long form.
        run: makes those of a seed and of some numbers in a folder, and tells the outcome of each.
        n_short: how many the tests make; 0 where other tests do.
    """

    name: str
    n: int
    run: Callable[[Path, int, Iterable[int], Tell], None]
    n_short: int = 2


@dataclass
class Row:
    """What came of a kind."""

    name: str
    how: Counter[str] = field(default_factory=Counter)
    faults: list[Outcome] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def n_survived(self) -> int:
        return self.how.total()

    @property
    def n_tried(self) -> int:
        return self.n_survived + len(self.faults)

    def note(self, outcome: Outcome) -> None:
        if outcome.survived is None:
            self.faults.append(outcome)
        else:
            self.how[outcome.survived] += 1


KINDS: dict[str, Kind] = {}
"""By name; ``load_kinds`` fills it."""

_MODULES = ("run_files", "writers", "together", "strangers", "of_others")


def load_kinds() -> dict[str, Kind]:
    """Import all scripts of this folder that register kinds."""
    for module in _MODULES:
        importlib.import_module(f"tests.attacks.{module}")
    return KINDS


def attacks(
    name: str, *, n: int, n_short: int = 2
) -> Callable[[Callable[[Path], Iterator[Attack]]], Callable[[Path], Iterator[Attack]]]:
    """Register a kind of attacks that a generator function prepares."""

    def register(prepare: Callable[[Path], Iterator[Attack]]) -> Callable[[Path], Iterator[Attack]]:
        def run(place: Path, seed: int, numbers: Iterable[int], tell: Tell) -> None:
            with contextmanager(prepare)(place) as attack:
                for number in numbers:
                    tell(_attempt(attack, number, random.Random(f"{name} {seed} {number}")))

        KINDS[name] = Kind(name, n, run, n_short)
        return prepare

    return register


def _attempt(attack: Attack, number: int, rng: random.Random) -> Outcome:
    try:
        return Outcome(number, attack(rng))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # What plugins and commands raise to end a process ends no attack either.
        return Outcome(number, None, "".join(traceback.format_exception(error)))


def run_kind(
    kind: Kind, seed: int, numbers: Iterable[int], tell: Tell = lambda outcome: None
) -> Row:
    """Make attacks of a kind in a new folder, with a cache of its own.

    Args:
        kind: what is done.
        seed: of all chance.
        numbers: of the attacks; each is the same whatever others there are.
        tell: called with every outcome.
    """
    row, began_s = Row(kind.name), time.monotonic()

    def note(outcome: Outcome) -> None:
        row.note(outcome)
        tell(outcome)

    with tempfile.TemporaryDirectory(prefix="attacks-") as folder, _at_home_in(Path(folder)):
        kind.run(Path(folder), seed, numbers, note)
    row.took_s = time.monotonic() - began_s
    return row


@contextmanager
def _at_home_in(folder: Path) -> Iterator[None]:
    before, cwd = dict(os.environ), Path.cwd()
    os.environ |= {"BENCH_CACHE": str(folder / "cache"), "TQDM_DISABLE": "1"}
    os.environ.pop("GITHUB_STEP_SUMMARY", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir(cwd)
