"""Rows of one name that are not of one thing, told apart by what differs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from benchmark.leaderboard.rows import Row

_N_DIGITS = 7
_LONG_VERSION = 16
_UNPINNED = "unpinned"


class Likeness(NamedTuple):
    """What two rows of one name share if they are of one thing.

    Attributes:
        makeup_id: None of what nobody pinned, which may be like any other.
    """

    distribution: str
    version: str
    makeup_id: str | None

    @staticmethod
    def of(row: Row) -> Likeness:
        planned = row.record.planned
        return Likeness(planned.distribution, planned.version, planned.makeup_id)


def tell_apart(rows: Sequence[Row]) -> list[Row]:
    """Mark rows of one table whose name others have that are of another version or makeup.

    Returns:
        The rows, in their order; ``Row.name`` of a marked one has its version behind it, or where
        versions are the same the first digits of the hash of what it is made of.
    """
    alike: dict[str, list[Likeness]] = {}
    for row in rows:
        alike.setdefault(row.system, []).append(Likeness.of(row))
    marks = {name: _mark(list(dict.fromkeys(each))) for name, each in alike.items()}
    return [
        dataclasses.replace(row, mark=marks[row.system].get(Likeness.of(row), "")) for row in rows
    ]


def describe_marks(rows: Sequence[Row]) -> list[str]:
    """Say in a sentence what marks are; nothing where no row has one."""
    names = dict.fromkeys(row.system for row in rows if row.mark)
    if not names:
        return []
    return [
        f"{', '.join(names)}: not the same in all rows; @ stands before the version, or before the "
        "first digits of the hash of the files and weights that were run."
    ]


def describe_files(rows: Sequence[Row]) -> list[str]:
    """Say in a sentence each which rows are of a file that nobody installed; the hash is its."""
    names: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        planned = row.record.planned
        if planned.file is not None:
            names.setdefault((planned.distribution, planned.version), []).append(row.name)
    return [
        f"{', '.join(dict.fromkeys(of_file))}: of {name}, a {version}."
        for (name, version), of_file in names.items()
    ]


def _mark(different: list[Likeness]) -> dict[Likeness, str]:
    """Name what is different, as short as it can be told."""
    origins = {(each.distribution, each.version) for each in different}
    makeups = {each.makeup_id for each in different} - {None}
    if len(origins) < 2 and len(makeups) < 2:
        return {}
    versions = [_shorten(each.version) for each in different]
    if len(set(versions)) == len(different):
        return dict(zip(different, versions, strict=True))
    by_makeup = [each.makeup_id[:_N_DIGITS] if each.makeup_id else _UNPINNED for each in different]
    return {
        each: mark if by_makeup.count(mark) == 1 else f"{mark}, {version}, {each.distribution}"
        for each, mark, version in zip(different, by_makeup, versions, strict=True)
    }


def _shorten(version: str) -> str:
    """Spell a version; of a file of captions it is a hash."""
    return version if len(version) <= _LONG_VERSION else version[:_N_DIGITS]
