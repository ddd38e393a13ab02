"""References as the columns of a captions file hold them; none of them is without a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmark.contract import FOLDER, Clip, Split
from benchmark.datasets.captions_csv import CsvRows
from benchmark.errors import DataError, shown, why_unwritable

OWN_SPLIT = "test"
"""The split that references without a data set are."""


def references_by_column(
    rows: CsvRows, ids: str, columns: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Gather references that stand side by side, one row a clip.

    A blank cell is no reference: a clip with fewer than the others can be written in no other way.

    Args:
        rows: of the captions file.
        ids: the column that names the clip.
        columns: those of the references, in their order.

    Raises:
        DataError: a clip stands there twice or has no reference, or a reference has no word.
    """
    rows.require_unique(ids)
    references = {}
    cells = zip(*(rows.column(column) for column in columns), strict=True)
    for clip_id, line, texts in zip(rows.column(ids), rows.lines, cells, strict=True):
        for column, text in zip(columns, texts, strict=True):
            if text.strip():
                require_words(text, rows.path, line, column)
        references[clip_id] = tuple(text for text in texts if text.strip())
        if not references[clip_id]:
            raise DataError(
                f"{rows.path}, line {line}: {clip_id!r} has no caption, every cell from "
                f"{columns[0]} to {columns[-1]} is blank; expected at least one. Give it one, or "
                "remove the line."
            )
    return references


def split_of_references(
    references: Mapping[str, Sequence[str] | str],
    *,
    dataset: str = FOLDER,
    source: str = "the references",
) -> Split:
    """Make a split without sounds of references that are at hand; no file is read.

    Args:
        references: clip id to its captions, or to its only one.
        dataset: ``folder:PATH`` where they come from a file.
        source: where they come from, for messages.

    Raises:
        DataError: there are none, a clip has none, or one is no text or has no word.
    """
    if not references:
        raise DataError(f"{source} hold no clip; expected captions of at least one.")
    gathered: dict[str, tuple[str, ...]] = {}
    for clip_id, given in references.items():
        require_text(clip_id, f"{source}: the id {shown(clip_id)}")
        if not isinstance(given, str | Sequence):
            raise DataError(
                f"{source}: {clip_id!r} has {shown(given)}; expected a list of captions."
            )
        texts = (given,) if isinstance(given, str) else tuple(given)
        for text in texts:
            require_text(text, f"{source}: the reference {shown(text)} of {clip_id!r}")
            if not has_words(text):
                raise DataError(
                    f"{source}: a reference of {clip_id!r} is {text!r:.80}; expected one with a "
                    "word. Write it, or leave it out."
                )
        if not texts:
            raise DataError(f"{source}: {clip_id!r} has no reference; expected at least one.")
        gathered[clip_id] = texts

    def no_sound(clip_id: str, _: int) -> Clip:
        raise DataError(f"{source}: {clip_id!r} has references and no sound.")

    return Split(dataset, OWN_SPLIT, gathered, frozenset(), no_sound)


def require_text(value: object, what: str) -> None:
    """Refuse what is no text, or one that no file can hold.

    Raises:
        DataError: it is that; ``what`` names it.
    """
    if not isinstance(value, str):
        raise DataError(f"{what} is a {type(value).__name__}; expected a text.")
    if reason := why_unwritable(value):
        raise DataError(f"{what} {reason}.")


def has_words(text: str) -> bool:
    """Tell whether any letter or digit stands in a text: of others no token is left."""
    return any(mark.isalnum() for mark in text)


def require_words(text: str, path: Path, line: int, column: str) -> None:
    """Refuse a reference of blanks or punctuation alone, which would count as a caption.

    Raises:
        DataError: it is one; says where.
    """
    require_words_at(text, f"{path}, line {line}", column)


def require_words_at(text: str, place: str, column: str) -> None:
    """Refuse a reference without a word, as ``require_words``, at a place that is spelt already."""
    if not has_words(text):
        raise DataError(
            f"{place}, column {column}: the caption is {text!r:.80}; expected one with "
            "a word. Write it, or remove the line."
        )
