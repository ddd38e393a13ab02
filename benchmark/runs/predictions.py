"""Captions that some system wrote elsewhere, read from a file and matched to a split."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.contract import Split
from benchmark.datasets.captions_csv import CsvRows, read_csv, read_text
from benchmark.display.escaping import unescape_cell
from benchmark.errors import DataError, listed, quoted
from benchmark.files import parse_json

ID_COLUMNS = ("file_name", "fname", "clip_id", "youtube_id")
CAPTION_COLUMNS = ("caption_predicted", "caption", "candidate", "prediction")


@dataclass(frozen=True, slots=True)
class Predictions:
    """A file of candidate captions: id as the file spells it to caption, ``""`` included."""

    path: Path
    captions: Mapping[str, str]


def read_predictions(path: Path) -> Predictions:
    """Read candidates from a CSV file (DCASE's ``file_name,caption_predicted``) or a JSON object.

    The CSV file needs exactly one id column and one caption column of those in ``ID_COLUMNS`` and
    ``CAPTION_COLUMNS``, and may have others; an apostrophe that keeps a field from being a
    spreadsheet's formula is no part of it. The JSON file is one object, id to caption.

    Raises:
        DataError: the file is unreadable, of another format, empty, ambiguous, or names a clip
            twice.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        captions = _read_csv(path)
    elif suffix == ".json":
        captions = _read_json(path)
    else:
        raise DataError(
            f"cannot tell the format of {path} by its name; expected captions in .csv "
            "(file_name,caption_predicted) or .json ({file name: caption})."
        )
    if not captions:
        raise DataError(f"{path} holds no captions; expected at least one.")
    return Predictions(path, captions)


def match_predictions(
    predictions: Predictions, split: Split, *, allow_missing: bool = False
) -> dict[str, str]:
    """Find each prediction's clip: by the exact clip id, or by an exact alias of the split.

    Args:
        predictions: what ``read_predictions`` returned.
        split: the clips that are expected.
        allow_missing: accept a file that covers only some of the clips.

    Returns:
        Clip id to caption, in the order of the file.

    Raises:
        DataError: clips lack a caption, ids belong to no clip, or two ids mean one clip.
    """
    spelled: dict[str, list[str]] = {}
    extra: list[str] = []
    for written in predictions.captions:
        clip_id = written if written in split.references else split.aliases.get(written)
        if clip_id is None:
            extra.append(written)
        else:
            spelled.setdefault(clip_id, []).append(written)
    missing = [clip_id for clip_id in split.clip_ids if clip_id not in spelled]
    problems = []
    if extra:
        problems.append(f"{len(extra)} ids belong to no clip: {listed(extra)}")
    if missing and not allow_missing:
        problems.append(f"{len(missing)} clips have no caption: {listed(missing)}")
    if twice := [names for names in spelled.values() if len(names) > 1]:
        shown = ", ".join(" = ".join(map(repr, names)) for names in twice[:5])
        problems.append(f"{len(twice)} clips are named twice: {shown}")
    if problems:
        raise DataError(_mismatch(predictions, split, problems, missing, extra))
    return {clip_id: predictions.captions[written[0]] for clip_id, written in spelled.items()}


def _mismatch(
    predictions: Predictions,
    split: Split,
    problems: Sequence[str],
    missing: Sequence[str],
    extra: Sequence[str],
) -> str:
    n_captions, n_expected = len(predictions.captions), len(split.references)
    cure = "Ids must match to the letter, spaces included."
    if alike := _look_alike(extra, missing):
        cure += (
            f" {quoted(alike[0])} and {quoted(alike[1])} look the same and are spelt with other "
        )
        cure += "Unicode characters: normalise the file's ids."
    if missing:
        cure += " To score a subset knowingly, allow missing clips."
    return (
        f"{predictions.path} does not fit {split.label} ({n_captions} captions found, "
        f"{n_expected} expected): {'; '.join(problems)}. {cure}"
    )


def _look_alike(extra: Sequence[str], missing: Sequence[str]) -> tuple[str, str] | None:
    """Find an id that belongs to no clip and looks like one of a clip without a caption."""
    by_look = {unicodedata.normalize("NFKC", clip_id): clip_id for clip_id in missing}
    looks = ((written, by_look.get(unicodedata.normalize("NFKC", written))) for written in extra)
    return next(((written, clip_id) for written, clip_id in looks if clip_id), None)


def _read_csv(path: Path) -> dict[str, str]:
    rows = read_csv(path, ())
    ids = _only_column(rows, ID_COLUMNS, "clip ids")
    captions = _only_column(rows, CAPTION_COLUMNS, "captions")
    rows.require_unique(ids)
    texts = zip(rows.column(ids), rows.column(captions), strict=True)
    return {unescape_cell(clip_id): unescape_cell(caption) for clip_id, caption in texts}


def _only_column(rows: CsvRows, names: Sequence[str], meaning: str) -> str:
    columns = [name for name in names if name in rows.columns]
    if len(columns) != 1:
        amount = f"several columns of {meaning}" if columns else f"no column of {meaning}"
        raise DataError(
            f"{rows.path} has {amount}. Found: {listed(rows.columns, 20) or 'none'}. "
            f"Expected exactly one of {listed(names)}; rename or remove columns."
        )
    return columns[0]


def _read_json(path: Path) -> dict[str, str]:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        counts = Counter(key for key, _ in pairs)
        if twice := [key for key, count in counts.items() if count > 1]:
            raise DataError(f"{path} names {listed(twice)} more than once; expected each id once.")
        return dict(pairs)

    try:
        captions = parse_json(read_text(path), object_of=unique)
    except ValueError as error:
        raise DataError(
            f"{path} is not JSON: {error}. Expected one object: {{file name: caption}}."
        ) from error
    if not isinstance(captions, dict):
        raise DataError(
            f"{path} holds a JSON {type(captions).__name__}; expected one object: "
            "{file name: caption}."
        )
    for clip_id, caption in captions.items():
        if not isinstance(caption, str):
            raise DataError(
                f"{path}: the caption of {clip_id!r} is a {type(caption).__name__}; "
                "expected a string."
            )
    return captions
