"""Which of two captions of a clip people prefer, as files of FENSE and of BRACE say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from benchmark.agreement.judgement_layouts import (
    HALLUCINATED,
    Judged,
    find_name,
    find_references,
    read_pairs,
)
from benchmark.contract import References
from benchmark.datasets.references import has_words
from benchmark.errors import DataError
from benchmark.files import parse_json, read_regular

CATEGORIES = ("HC", "HI", "HM", "MM")
"""Two captions by people, both correct; a correct one and another clip's; one by a person and
one by a machine; two by machines."""
ALL_CATEGORIES = (*CATEGORIES, HALLUCINATED)
_N_OWN = {"HC": 2, "HI": 1, "HM": 1, "MM": 0, HALLUCINATED: 1}


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Two captions offered for one clip, and what people said of them.

    Attributes:
        clip: the clip, as the file names it.
        category: one of ``ALL_CATEGORIES``.
        captions: in HI, HM and HX the first is the person's own of this clip.
        judgements: one per judge: 1 prefers the first caption, -1 the second, 0 neither; none
            where a vote is unknown.
        references: all captions that people wrote for the clip.
    """

    clip: str
    category: str
    captions: tuple[str, str]
    judgements: tuple[int, ...]
    references: tuple[str, ...]

    @property
    def preference(self) -> int:
        """The majority: 1 for the first caption, -1 for the second, 0 where people are divided."""
        votes = sum(self.judgements)
        return (votes > 0) - (votes < 0)

    @property
    def own_captions(self) -> tuple[str, ...]:
        """The captions of the pair that are among the clip's references."""
        return self.captions[: _N_OWN[self.category]]

    def reference_rounds(self) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
        """Say which references each caption is held against, round by round.

        As in the code of Zhou et al. 2022: no caption is held against itself, and every round has
        one reference fewer than the clip. HC: each caption against the others, its rival among
        them. HI, HM and HX: both against the references without the person's caption. MM: both in
        as many rounds as there are references, each time without another one.
        """
        if self.category == "MM":
            rounds = [
                self.references[:left_out] + self.references[left_out + 1 :]
                for left_out in range(len(self.references))
            ]
            return rounds, rounds
        own = self.own_captions
        first, second = self._without(own[0]), self._without(own[-1])
        return [first], [second]

    def _without(self, caption: str) -> tuple[str, ...]:
        return tuple(text for text in self.references if text != caption)


def read_judgements(path: Path) -> list[JudgedPair]:
    """Read a file of judged pairs, in the order of the file.

    Args:
        path: a json list with one object per clip, in a layout of ``judgement_layouts``.

    Raises:
        DataError: the file is absent or malformed; a clip is there twice, or has fewer than two
            references; a person's caption is not among its clip's references. Says where.
    """
    try:
        groups = parse_json(read_regular(path).decode())
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; expected a json file.") from error
    except ValueError as error:
        raise DataError(f"{path} is not json in UTF-8: {error}.") from error
    if not isinstance(groups, list) or not groups:
        raise DataError(f"{path}: expected a list of objects, one per clip, and at least one.")
    pairs: list[JudgedPair] = []
    seen: set[str] = set()
    for number, group in enumerate(groups, start=1):
        pairs += _read_group(f"{path}, object {number}", group)
        clip = str(find_name(group))
        if clip in seen:
            raise DataError(f"{path}: the clip {clip!r} is there twice; expected once.")
        seen.add(clip)
    if not pairs:
        raise DataError(f"{path}: all pairs are null; expected at least one.")
    return pairs


def references_by_clip(pairs: Sequence[JudgedPair]) -> References:
    """Gather the references of every clip that has a pair."""
    return {pair.clip: pair.references for pair in pairs}


def match_clips(pairs: Sequence[JudgedPair], references: References) -> dict[str, str | None]:
    """Find each clip's id in a data set by its references, all of which must be the same.

    The files name clips otherwise than the data sets do, and Clotho-Eval spells captions without
    capitals and punctuation, so letters and digits are compared.

    Returns:
        For each clip of the file its id, or None where no clip has the same references.
    """
    ids = {_letters(texts): clip_id for clip_id, texts in references.items()}
    return {clip: ids.get(_letters(texts)) for clip, texts in references_by_clip(pairs).items()}


def _letters(texts: Sequence[str]) -> frozenset[str]:
    return frozenset("".join(mark for mark in text.lower() if mark.isalnum()) for text in texts)


def _read_group(where: str, group: Any) -> Iterator[JudgedPair]:
    name = find_name(group)
    if name is None:
        raise DataError(
            f"{where}: expected an object with the clip's name as 'raw_name', 'file_name' or "
            "'audio_id'."
        )
    references = find_references(group)
    if not _are_texts(references) or len(references) < 2 or not all(map(has_words, references)):
        raise DataError(
            f"{where} ({name}): 'references' is {references!r:.80}; expected a list "
            "of at least two captions, each with a word."
        )
    judged = read_pairs(f"{where} ({name})", group, references)
    if judged is None:
        raise DataError(
            f"{where} ({name}): no judged pair; expected HC, HI, HM or MM_1, or BRACE's "
            f"Human-Machine_1 or caption_1, among its keys, found {', '.join(group)}."
        )
    for found in judged:
        pair = JudgedPair(name, found.category, found.captions, found.judgements, tuple(references))
        _require_other_references(f"{where} ({name}), {found.key}", pair, found)
        yield pair


def _require_other_references(place: str, pair: JudgedPair, found: Judged) -> None:
    for caption in pair.own_captions:
        if caption not in pair.references and not found.is_of_brace:
            raise DataError(
                f"{place}: {caption!r} should be one of the clip's references, but is not among "
                "them, so it cannot be left out when it is scored. Spell both alike."
            )
        if all(text == caption for text in pair.references):
            raise DataError(f"{place}: no reference but {caption!r} itself; expected another.")


def _are_texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
