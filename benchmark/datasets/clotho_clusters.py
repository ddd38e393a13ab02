"""Which of Clotho's clips belong together: those of one uploader, or of one sound, of Freesound."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from benchmark.contract import ClipClusters
from benchmark.datasets.captions_csv import parse_csv
from benchmark.errors import DataError

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
            stands alone.

    Returns:
        None where there is no such file, or none that can be read: captions are scored without.
    """
    for name in (f"clotho_metadata_{split}.csv", _SOUND_IDS):
        for folder in folders:
            found = _read(folder / name, split, clip_ids)
            if found is not None:
                return found
    return None


def _read(path: Path, split: str, clip_ids: Collection[str]) -> ClipClusters | None:
    try:
        rows = parse_csv(path, _decode(path.read_bytes()))
    except (OSError, DataError):
        return None
    column = next((known for known in _COLUMNS if known[0] in rows.columns), None)
    if column is None or "file_name" not in rows.columns:
        return None
    names, clusters = rows.column("file_name"), rows.column(column[0])
    splits = rows.column("split") if "split" in rows.columns else [split] * len(names)
    of_clip = {
        clip_id: cluster.strip()
        for clip_id, cluster, own in zip(names, clusters, splits, strict=True)
        if own == split and clip_id in clip_ids and _is_known(cluster)
    }
    return ClipClusters(column[1], of_clip) if of_clip else None


def _decode(content: bytes) -> str:
    """Read UTF-8, or Latin-1 as the official metadata are spelt."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _is_known(cluster: str) -> bool:
    return bool(cluster.strip()) and cluster.strip().casefold() != _UNKNOWN
