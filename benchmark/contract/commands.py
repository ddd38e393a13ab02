"""Commands that plugins add to ``bench``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command of a plugin, before it is loaded.

    Attributes:
        name: as in ``bench NAME``, lower case with hyphens; the entry point has the same.
        summary: one line for ``bench plugins list``.
        load: gives the command, when somebody calls it; heavy imports belong in it, and in the
            command's own function.
    """

    name: str
    summary: str
    load: Callable[[], click.Command]
