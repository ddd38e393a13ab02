"""The layouts in which files of judged pairs come: FENSE's two, BRACE's two, each with its twist.

* FENSE (Zhou et al. 2022), ``clotho_eval.json``: ``raw_name``; ``"MM_1": [caption, caption, source,
  source, votes]``.
* FENSE, ``audiocaps_eval.json``: ``audio_id``, at times without ``raw_name``; lists of six, whose
  fifth part says nothing; votes or whole pairs that are null.
* BRACE, ``*_Main_v2.json``: ``file_name``; ``"Human-Machine_1"``, the person's caption on either
  side. ``*_Hallu_v2.json``: ``"caption_1": [caption, caption, source, source, {"references"}]``.
* BRACE as processed by CAF-Score: ``[caption, caption, label]``. In ``Main`` label 0 says that the
  first is better; among the pairs of ``Hallu``, label 1 does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmark.errors import DataError, shown

HALLUCINATED = "HX"
"""A person's caption, and the same with something put in that is not heard."""

_NAMES = ("raw_name", "file_name", "audio_id")
_KINDS = {
    "HC": "HC",
    "HI": "HI",
    "HM": "HM",
    "MM": "MM",
    "Human-Human": "HC",
    "Human-Machine": "HM",
    "Machine-Machine": "MM",
    "caption": HALLUCINATED,
}
_FACET = re.compile(rf"({'|'.join(_KINDS)})(_\d+)?")
_SHAPE = "[caption, caption, source, source, [judgements, each -1, 0 or 1]]"
_PERSON = "human"


class Judged(NamedTuple):
    """One pair as a file says it, turned so that a person's own caption stands first.

    Attributes:
        key: under which it stands.
        category: its kind.
        captions: the two.
        judgements: one a judge; none where a vote is unknown.
        is_of_brace: the person's caption need not be among the references.
    """

    key: str
    category: str
    captions: tuple[str, str]
    judgements: tuple[int, ...]
    is_of_brace: bool


def find_name(group: object) -> str | None:
    """Find what an object calls its clip; None where it is no object, or names none."""
    if not isinstance(group, Mapping):
        return None
    names = (group.get(key) for key in _NAMES)
    return next((name for name in names if isinstance(name, str)), None)


def find_references(group: Mapping[str, object]) -> object:
    """Find the references of an object: its own, or those that stand in its pairs."""
    if "references" in group:
        return group["references"]
    # Of hallucinations each pair holds one reference and, if any, the others.
    found: dict[str, None] = {}
    for key, pair in group.items():
        match = _FACET.fullmatch(key)
        if match is None or _KINDS[match[1]] != HALLUCINATED or not isinstance(pair, list):
            continue
        if len(pair) > 1 and all(isinstance(text, str) for text in pair[:2]):
            found[pair[1] if _is_turned(pair, HALLUCINATED, ()) else pair[0]] = None
    return list(found)


def read_pairs(
    where: str, group: Mapping[str, object], references: Sequence[str]
) -> list[Judged] | None:
    """Read the pairs of one object; None where it holds none. Those that are null are left out.

    Args:
        where: for messages.
        group: the object.
        references: of its clip.

    Raises:
        DataError: a pair has no layout that is known; says where.
    """
    facets = [(key, match[1]) for key in group if (match := _FACET.fullmatch(key))]
    if not facets:
        return None
    return [
        _read_pair(f"{where}, {key}", key, kind, group[key], references)
        for key, kind in facets
        if group[key] is not None
    ]


def _read_pair(place: str, key: str, kind: str, pair: object, references: Sequence[str]) -> Judged:
    if not isinstance(pair, list) or len(pair) not in (3, 5, 6) or not _are_texts(pair[:2]):
        raise DataError(f"{place} is {shown(pair)}; expected {_SHAPE}.")
    if len(pair) > 3 and not _are_texts(pair[2:4]):
        raise DataError(f"{place} is {shown(pair)}; expected {_SHAPE}.")
    category = _KINDS[kind]
    first, second = str(pair[0]), str(pair[1])
    judgements = _read_judgements(place, pair, category)
    is_of_brace = kind != category
    if is_of_brace and _is_turned(pair, category, references):
        turned = tuple(-vote for vote in judgements)
        return Judged(key, category, (second, first), turned, is_of_brace)
    return Judged(key, category, (first, second), judgements, is_of_brace)


def _read_judgements(place: str, pair: Sequence[object], category: str) -> tuple[int, ...]:
    last = pair[-1]
    if category == HALLUCINATED and len(pair) == 5 and isinstance(last, Mapping):
        return (-1,) if _is_turned(pair, category, ()) else (1,)
    if len(pair) == 3:
        if type(last) is not int or last not in (0, 1):
            raise DataError(f"{place}: the label is {shown(last)}; expected 0 or 1.")
        is_first = last == (1 if category == HALLUCINATED else 0)
        return (1,) if is_first else (-1,)
    if last is None:
        return ()
    # Booleans are integers to Python, so types are compared.
    if not isinstance(last, list) or not last:
        raise DataError(f"{place}: the judgements are {shown(last)}; expected {_SHAPE}.")
    votes: list[int] = []
    for vote in last:
        if vote is None:  # FENSE's own code leaves such a pair out
            return ()
        if type(vote) is not int or vote not in (-1, 0, 1):
            raise DataError(f"{place}: the judgements are {shown(last)}; expected {_SHAPE}.")
        votes.append(vote)
    return tuple(votes)


def _is_turned(pair: Sequence[object], category: str, references: Sequence[str]) -> bool:
    """Tell whether a person's own caption stands second, where the other is none."""
    if category not in ("HM", HALLUCINATED):
        return False
    if len(pair) > 3:
        return pair[3] == _PERSON != pair[2]
    if category == HALLUCINATED:
        return pair[2] == 0
    return pair[1] in references and pair[0] not in references


def _are_texts(values: Sequence[object]) -> bool:
    return all(isinstance(value, str) for value in values)
