"""Which of Clotho's clips belong together: those of one uploader, or of one sound, of Freesound."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from os.path import lexists
from pathlib import Path

from benchmark.contract import ClipClusters
from benchmark.datasets.captions_csv import CsvRows, parse_csv
from benchmark.datasets.text_files import read_bytes, refuse_no_text
from benchmark.errors import DataError, listed

_UNKNOWN = "not found"
"""What Clotho's metadata say of a sound that its makers did not find again on Freesound."""
_SOUND_IDS = "sound_ids.csv"
_COLUMNS = (
    ("manufacturer", "Freesound uploader"),
    ("sound_id", "Freesound sound"),
    ("freesound_id", "Freesound sound"),
)
"""Best first. One uploader's sounds share places, microphones and subjects, and all clips of one
sound are of one uploader, so that uploaders are the wider clusters."""
_CURE = "Scores do not need this file: remove it; `bench fetch clotho` brings v2.1's metadata anew."


def find_clotho_clusters(
    split: str, folders: Sequence[Path], clip_ids: Collection[str]
) -> ClipClusters | None:
    """Read which clips belong together from the metadata beside the captions.

    Args:
        split: its official name.
        folders: where the captions may lie, most official first. In them the official
            ``clotho_metadata_{split}.csv`` is looked for, then ``sound_ids.csv`` with the columns
            ``file_name`` and ``freesound_id``, and ``split`` where it holds several.
        clip_ids: of the split. A clip that the file does not name, or whose sound was not found,
            stands alone; rows of other clips are passed over.

    Returns:
        None where there is no such file, or none that knows a clip of the split.

    Raises:
        DataError: such a file is there and cannot be read, or puts a clip into two clusters.
    """
    for name in (f"clotho_metadata_{split}.csv", _SOUND_IDS):
        for folder in folders:
            path = folder / name
            if lexists(path) and (found := _read(path, split, clip_ids)) is not None:
                return found
    return None


def _read(path: Path, split: str, clip_ids: Collection[str]) -> ClipClusters | None:
    try:
        text = _decode(path)
        _require_commas(path, text)
        rows = parse_csv(path, text)
        column, kind = _choose_column(rows)
        of_clip: dict[str, tuple[str, int]] = {}
        for line, clip_id, cluster in _cells(rows, column, split):
            if clip_id not in clip_ids or not _is_known(cluster):
                continue
            earlier, first_line = of_clip.setdefault(clip_id, (cluster, line))
            if earlier != cluster:
                raise DataError(
                    f"{path}, line {line}: {clip_id!r} has the {column} {cluster!r}, on line "
                    f"{first_line} {earlier!r}; expected one for each clip."
                )
    except DataError as error:
        raise DataError(f"{error} {_CURE}") from error
    if not of_clip:
        return None
    return ClipClusters(kind, {clip_id: cluster for clip_id, (cluster, _) in of_clip.items()})


def _cells(rows: CsvRows, column: str, split: str) -> Iterator[tuple[int, str, str]]:
    """Go through the rows of a split: line, clip and cluster."""
    names, clusters = rows.column("file_name"), rows.column(column)
    splits = rows.column("split") if "split" in rows.columns else [split] * len(names)
    for line, clip_id, cluster, own in zip(rows.lines, names, clusters, splits, strict=True):
        if own == split:
            yield line, clip_id, cluster.strip()


def _choose_column(rows: CsvRows) -> tuple[str, str]:
    rows.require_columns(("file_name",))
    for name, kind in _COLUMNS:
        if name in rows.columns:
            return name, kind
    raise DataError(
        f"{rows.path}, line 1: found the columns {listed(rows.columns, 20)}. Expected "
        f"{', '.join(name for name, _ in _COLUMNS[:-1])} or {_COLUMNS[-1][0]}."
    )


def _require_commas(path: Path, text: str) -> None:
    header = text.partition("\n")[0]
    if ";" in header and "," not in header:
        raise DataError(f"{path}, line 1: found fields separated by ';'; expected commas.")


def _decode(path: Path) -> str:
    """Read UTF-8, or Latin-1 as the official metadata are spelt.

    Raises:
        DataError: it cannot be read, or is no text: Latin-1 would take any bytes.
    """
    content = read_bytes(path)
    refuse_no_text(path, content)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise DataError(f"{path}, line {line}: found a zero byte; expected UTF-8 or Latin-1.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _is_known(cluster: str) -> bool:
    return bool(cluster) and cluster.casefold() != _UNKNOWN
