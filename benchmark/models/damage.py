"""What libraries raise over a model's damaged files."""

from __future__ import annotations

_MOST_CHARS = 600
_PLAIN = (OSError, ValueError, RuntimeError)
"""Their messages say what is wrong; a ``KeyError: 'x'`` needs its type to be understood."""


def is_damage(error: BaseException) -> bool:
    """Tell whether an error may be of a file: every ``Exception``, and a panic of Rust code."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def spell_damage(error: BaseException) -> str:
    """Spell an error as the part of a sentence; long ones are cut."""
    is_plain = isinstance(error, _PLAIN) and str(error)
    text = str(error) if is_plain else f"{type(error).__name__}: {error}".rstrip(": ")
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]} ..."
