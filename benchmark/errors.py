"""Every error a user can cause or cure derives from BenchError; only the CLI catches it."""

from __future__ import annotations

import difflib
import traceback
import unicodedata
from collections.abc import Iterable, Sequence

MOST_OF_A_MESSAGE = 2_000
"""Characters of what an exception says; the rest is cut, and how long it was is told."""
MOST_OF_A_TRACE = 40_000
"""Characters of a traceback; of a longer one the middle is cut."""
_MOST_SHOWN = 80
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class BenchError(Exception):
    """Base class. Its message says where, what was found, what was expected and what to do."""

    exit_code = 2


class UsageError(BenchError):
    """The user asked for something that cannot be meant."""


class UnknownNameError(UsageError):
    """The user named something that does not exist.

    ``switched_off`` is spelt as ``plugins.entries.tell_switched_off`` does.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        known: Iterable[str],
        broken: Iterable[str] = (),
        switched_off: Iterable[str] = (),
    ) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1)
        parts = [f"no {kind} named {name!r}."]
        if near:
            parts.append(f"Did you mean {near[0]!r}?")
        parts.append(f"Known: {', '.join(names) or 'none'}.")
        if failed := sorted(broken):
            parts.append(f"Failed to load: {', '.join(failed)}; see `bench plugins doctor`.")
        parts += [f"Switched off {absent}." for absent in switched_off]
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


def describe(error: BaseException) -> str:
    """Spell an exception: its type and message, as ``harmless`` text of a bounded length."""
    try:
        message = str(error)
    except (Exception, SystemExit) as failure:  # a stranger's __str__ may raise anything
        message = f"(it cannot be spelt: {type(failure).__name__})"
    return harmless(f"{type(error).__name__}: {message}", MOST_OF_A_MESSAGE)


def trace_of(error: BaseException) -> str:
    """Spell where an exception was raised, as ``harmless`` text of a bounded length."""
    try:
        pieces = traceback.format_exception(error)
    except (Exception, SystemExit):
        return describe(error)
    lines = [harmless(piece.removesuffix("\n"), MOST_OF_A_MESSAGE) for piece in pieces]
    whole = "\n".join([*lines, ""])
    if len(whole) <= MOST_OF_A_TRACE:
        return whole
    half = MOST_OF_A_TRACE // 2
    n_left_out = len(whole) - 2 * half
    return f"{whole[:half]}\n… ({n_left_out:,} characters left out) …\n{whole[-half:]}"


def shown(value: object) -> str:
    """Spell a value for a message as ``repr`` does, cut where it is long."""
    try:
        return harmless(repr(value), _MOST_SHOWN)
    except (Exception, SystemExit):  # a stranger's __repr__ may raise anything
        return f"a {type(value).__name__} without a repr"


def harmless(text: str, most: int) -> str:
    """Cut a text, and escape what no file can hold or what moves a terminal's cursor.

    Args:
        text: of a stranger.
        most: characters that are kept; what was cut says how long it was.

    Returns:
        Text without half surrogate pairs, without control characters but line feeds and tabs,
        and without characters that turn the direction of others.
    """
    kept = "".join(
        character
        if character in "\n\t" or unicodedata.category(character) not in _UNSAFE
        else character.encode("unicode_escape").decode()
        for character in text[:most]
    )
    return kept if len(text) <= most else f"{kept} … ({len(text):,} characters)"


def why_unwritable(text: str) -> str | None:
    """Tell why no file can hold a text: it has no UTF-8 form; None where it has one."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"holds half a surrogate pair, {text[error.start]!a}, which has no UTF-8 form"
    return None
