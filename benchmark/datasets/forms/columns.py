"""Which column is what: known names, and errors that name what could be meant otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmark.datasets.forms.records import FIRST, KEY, SECOND, VALUE, Records, plain
from benchmark.errors import DataError, listed

_IDS: tuple[tuple[str, ...], ...] = (
    ("file_name", "filename", "fname", "file_names"),
    ("clip_id", "youtube_id", "ytid", "audio_id", "image_id", "sound_id", "audio_name",
     "audio_file", "audio_filename", "audio_file_name", "sound_name", "wav_name", "raw_name",
     "utt_id", "utt", "video_id", "item_id", "sample_id", "clip", "clip_name"),
    (KEY, FIRST),
    ("audio_path", "file_path", "filepath", "audio_filepath", "audio_file_path", "wav_path",
     "path", "wav", "audio", "file", "sound", "name", "location"),
    ("id", "key", "uid", "audiocap_id"),
)  # fmt: skip
"""Names of the column of ids, in groups; the first group that a file has any of decides."""

PREDICTED = frozenset({
    "caption_predicted", "predicted_caption", "captions_predicted", "predicted_captions",
    "caption_pred", "pred_caption", "predicted", "predicted_text", "prediction", "predictions",
    "pred", "preds", "pred_text", "candidate", "candidates", "cand", "cands", "hypothesis",
    "hypotheses", "hypo", "hyp", "hyps", "generated", "generated_caption", "generated_captions",
    "generated_text", "generation", "caption_generated", "gen_caption", "model_output",
    "model_caption", "output_caption", "decoded", "decoded_caption",
})  # fmt: skip
"""Names that say of captions that a system wrote them."""
_NEUTRAL = frozenset({
    "caption", "captions", "text", "texts", "sentence", "sentences", "output", "outputs",
    "response", "answer", "description", "result", "transcription", "raw_text", VALUE, SECOND,
})  # fmt: skip
"""Names that do not say whose captions they are."""
_REFERENCE = frozenset({
    "reference", "references", "ref", "refs", "mref", "mrefs", "caption_reference",
    "captions_reference", "reference_caption", "reference_captions", "caption_ref", "ref_caption",
    "ref_captions", "ground_truth", "ground_truths", "groundtruth", "gt", "gts", "caption_gt",
    "gt_caption", "gt_captions", "target", "targets", "human_caption", "human_captions", "label",
    "labels",
})  # fmt: skip
"""Names that say of captions that people wrote them."""
_OUTERS = frozenset({
    "audio", "sound", "clip", "file", "meta", "metadata", "sample", "item", "output", "result",
    "response", "prediction",
})  # fmt: skip
"""What objects within objects are called: ``audio.path``."""
_CAPTION_LIKE = re.compile(
    r"(^|_)(captions?|references?|sentences?|ground_?truths?|mrefs?)(_|\d|$)"
)
_NUMBERED = re.compile(r"(.*?)_?(\d{1,4})")


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Columns that somebody named; the others are known by their names.

    Attributes:
        id_column: of the clips.
        caption_column: of the captions that a system gave.
        reference_columns: of the captions that people wrote.
    """

    id_column: str | None = None
    caption_column: str | None = None
    reference_columns: tuple[str, ...] = ()


def find_id_column(records: Records, asked: str | None) -> str | None:
    """Find the column of ids; None where there is none.

    Raises:
        DataError: there is no such column, or several that could be meant.
    """
    if asked is not None:
        records.column(asked)
        return asked
    for names in _IDS:
        found = [column for column in records.columns if _is_among(column, names)]
        if len(found) > 1:
            raise DataError(
                f"{records.path} has several columns of clip ids: {listed(found)}. Say which with "
                "--id-column."
            )
        if found:
            return found[0]
    return None


def find_caption_column(
    records: Records, asked: str | None, *, besides: Iterable[str] = ()
) -> str | None:
    """Find the column of the captions that a system gave; None where there is none.

    Args:
        records: of the file.
        asked: the column that somebody named.
        besides: columns that are something else.

    Raises:
        DataError: there is no such column, or several that could be meant.
    """
    if asked is not None:
        records.column(asked)
        return asked
    columns = [column for column in records.columns if column not in set(besides)]
    predicted = [column for column in columns if is_predicted(column)]
    neutral = [column for column in columns if _is_among(column, _NEUTRAL)]
    found = predicted or neutral
    if len(found) > 1:
        raise DataError(
            f"{records.path} has several columns of captions: {listed(found)}. Say which with "
            "--caption-column."
        )
    return found[0] if found else None


def find_reference_columns(
    records: Records, asked: Sequence[str], *, besides: Iterable[str] = ()
) -> tuple[str, ...]:
    """Find the columns of the captions that people wrote; none where there are none.

    Every column that looks like references is used, or named in an error.

    Args:
        records: of the file.
        asked: columns that somebody named.
        besides: columns that are something else.

    Raises:
        DataError: there is no such column, or several kinds of them, or a number is missing.
    """
    if asked:
        for column in asked:
            records.column(column)
        return tuple(asked)
    families: dict[str, list[tuple[int | None, str]]] = {}
    for column in records.columns:
        if column in set(besides):
            continue
        base, number = _family(column)
        is_named = base in _REFERENCE or base in _NEUTRAL or column == VALUE
        is_like_one = base not in PREDICTED and _CAPTION_LIKE.search(plain(column))
        if is_named or (is_like_one and _holds_sentences(records, column)):
            families.setdefault(base, []).append((number, column))
    if not families:
        return ()
    if len(families) > 1:
        first = [members[0][1] for members in families.values()]
        raise DataError(
            f"{records.path} has several columns that look like references: {listed(first)}. "
            "Expected one of them, or one and its numbers; say which with --reference-column, or "
            "remove the others."
        )
    ((base, members),) = families.items()
    return _in_order(records, base, members)


def is_known(column: str) -> bool:
    """Tell whether a column's name is one of ids or of captions."""
    base = _base(column)
    return (
        is_predicted(column)
        or base in _NEUTRAL
        or base in _REFERENCE
        or any(_is_among(column, names) for names in _IDS)
    )


def is_predicted(column: str) -> bool:
    """Tell whether a column's name says that a system wrote its captions."""
    return _base(column) in PREDICTED


def is_neutral(column: str) -> bool:
    """Tell whether a column's name does not say whose captions it holds."""
    return _family(column)[0] in _NEUTRAL or column == VALUE


def _in_order(
    records: Records, base: str, members: Sequence[tuple[int | None, str]]
) -> tuple[str, ...]:
    numbers = sorted(number for number, _ in members if number is not None)
    if not numbers:
        return tuple(column for _, column in members[:1])
    bare = [column for number, column in members if number is None]
    if bare:
        raise DataError(
            f"{records.path} has the column {bare[0]!r} and numbered ones; expected one form."
        )
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[0] > 1:
        raise DataError(
            f"{records.path} has no captions that count up. Found: {listed(records.columns, 20)}. "
            f"Expected {base}_1, {base}_2 and so on without a gap."
        )
    return tuple(column for _, column in sorted(members, key=lambda member: member[0] or 0))


def _family(column: str) -> tuple[str, int | None]:
    """Part a column's name and its number: ``caption_reference_01`` is number 1."""
    name = plain(column)
    numbered = _NUMBERED.fullmatch(name)
    return (numbered[1], int(numbered[2])) if numbered and numbered[1] else (name, None)


def _base(column: str) -> str:
    return _family(column)[0]


def _is_among(column: str, names: Iterable[str]) -> bool:
    outer, _, inner = column.rpartition(".")
    return (
        column in names
        or plain(column) in names
        or (plain(outer) in _OUTERS and plain(inner) in names)
    )


def _holds_sentences(records: Records, column: str) -> bool:
    """Tell whether most cells hold lists or several words, unlike numbers and ids of captions."""
    cells = [cell for cell in records.column(column)[:200] if cell not in (None, "")]
    spoken = [
        cell
        for cell in cells
        if isinstance(cell, list | tuple) or (isinstance(cell, str) and len(cell.split()) > 1)
    ]
    return 2 * len(spoken) > len(cells)
