"""Every error a user can cause or cure derives from BenchError; only the CLI catches it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence


class BenchError(Exception):
    """Base class. Its message says where, what was found, what was expected and what to do."""

    exit_code = 2


class UsageError(BenchError):
    """The user asked for something that cannot be meant."""


class UnknownNameError(UsageError):
    """The user named something that does not exist."""

    def __init__(
        self, kind: str, name: str, known: Iterable[str], broken: Iterable[str] = ()
    ) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1)
        parts = [f"no {kind} named {name!r}."]
        if near:
            parts.append(f"Did you mean {near[0]!r}?")
        parts.append(f"Known: {', '.join(names) or 'none'}.")
        if failed := sorted(broken):
            parts.append(f"Failed to load: {', '.join(failed)} (see `bench plugins doctor`).")
        super().__init__(" ".join(parts))


class DataError(BenchError):
    """A data set, captions file or sound is missing, malformed or unsafe."""


class PluginError(BenchError):
    """A plugin breaks the contract."""


class RunError(BenchError):
    """A run folder cannot be used as asked."""


class MachineError(BenchError):
    """This machine lacks something: Java, weights, disk space, a permission."""

    exit_code = 3


class MissingWeightsError(MachineError):
    """A model's weights are neither here nor to be fetched."""


def listed(names: Sequence[str], limit: int = 5) -> str:
    """Spell the first names of a list and how many more there are: ``'a', 'b' and 3 more``."""
    shown = ", ".join(map(quoted, names[:limit]))
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown


def quoted(name: str) -> str:
    """Quote a name so that no two names look alike.

    What is not in Unicode's composed form (NFC) is spelt in ASCII, as ``ascii`` does.
    """
    return repr(name) if unicodedata.is_normalized("NFC", name) else ascii(name)


def describe(error: Exception) -> str:
    """Spell an exception: its type and message."""
    return f"{type(error).__name__}: {error}"
