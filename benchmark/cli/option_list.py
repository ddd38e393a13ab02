"""The options of systems and encoders, as commands list them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from benchmark.display.tables import Column, Table
from benchmark.systems.names import Optioned, describe_type, option_types


class ListedOption(NamedTuple):
    """One option of a system or an encoder; ``default`` is spelt as Python spells it."""

    owner: str
    name: str
    type: str
    default: str

    def __str__(self) -> str:
        return f"{self.name}: {self.type} (default {self.default})"


def list_options(spec: Optioned) -> Iterator[ListedOption]:
    """List the options of what has a name and options, in the order of their declaration."""
    if spec.options is None:
        return
    defaults = spec.options()
    for name, hint in option_types(spec).items():
        yield ListedOption(spec.name, name, describe_type(hint), repr(getattr(defaults, name)))


def options_table(options: Iterable[ListedOption], owner: str) -> Table[ListedOption]:
    """Lay options out; ``owner`` says what has them."""
    return Table(
        columns=[
            Column(owner, lambda option: option.owner),
            Column("option", lambda option: option.name),
            Column("type", lambda option: option.type),
            Column("default", lambda option: option.default),
        ],
        rows=list(options),
        title="Options:",
        name="options",
    )
