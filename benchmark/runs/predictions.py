"""Captions that some system wrote elsewhere, read from a file and matched to a split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmark.contract import Split
from benchmark.datasets.captions_csv import CsvRows, read_csv, read_text
from benchmark.datasets.clip_ids import FoundClips, Rule, describe_near, find_clips
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


class MatchedCaptions(NamedTuple):
    """Captions whose clips were found.

    Attributes:
        captions: clip id to caption, in the order in which they were given.
        rules: by rule how many ids it found.
    """

    captions: dict[str, str]
    rules: dict[Rule, int]


def match_captions(
    captions: Mapping[str, str], split: Split, source: str, *, allow_missing: bool = False
) -> MatchedCaptions:
    """Find each caption's clip by the rules of ``datasets.clip_ids``.

    Args:
        captions: id to caption.
        split: the clips that are expected.
        source: where they come from, for messages.
        allow_missing: accept captions of only some of the clips.

    Raises:
        DataError: clips lack a caption, an id belongs to no clip or to several, or two ids mean
            one clip.
    """
    found = find_clips(captions, split)
    spelled: dict[str, list[str]] = {}
    for written, clip_id in found.clip_of.items():
        spelled.setdefault(clip_id, []).append(written)
    missing = [clip_id for clip_id in split.clip_ids if clip_id not in spelled]
    problems = []
    if found.unknown:
        problems.append(f"{len(found.unknown):,} ids belong to no clip: {listed(found.unknown)}")
    if found.ambiguous:
        problems.append(
            f"{len(found.ambiguous):,} ids may mean several clips: "
            + ", ".join(
                f"{quoted(written)} ({listed(clips, 2)})"
                for written, clips in [*found.ambiguous.items()][:3]
            )
        )
    if missing and not allow_missing:
        problems.append(f"{len(missing):,} clips have no caption: {listed(missing)}")
    if twice := [names for names in spelled.values() if len(names) > 1]:
        shown = ", ".join(" = ".join(map(repr, names)) for names in twice[:5])
        problems.append(f"{len(twice):,} clips are named twice: {shown}")
    if not spelled and not problems:
        problems.append("it names no clip at all")
    if problems:
        raise DataError(
            f"{source} does not fit {split.label} ({len(captions):,} captions found, "
            f"{len(split.references):,} expected): {'; '.join(problems)}. "
            + _cure(found, missing, allow_missing=allow_missing)
        )
    return MatchedCaptions(
        {clip_id: captions[written[0]] for clip_id, written in spelled.items()},
        found.count_rules(),
    )


def _cure(found: FoundClips, missing: Sequence[str], *, allow_missing: bool) -> str:
    cures = []
    if found.unknown:
        near = describe_near(found.unknown, missing)
        cures.append(
            "Ids are matched to the letter, then by base name, by stem and by known prefixes."
            + (f" {near}" if near else "")
        )
    if found.ambiguous:
        cures.append("Write ambiguous ids with their folder and suffix, as the data set does.")
    if missing and not allow_missing:
        cures.append("To score only the clips that it has, say --allow-missing.")
    return " ".join(cures)


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
