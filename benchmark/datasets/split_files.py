"""A split from files as most data sets have them: captions in a table, sounds in folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.contract import ClipClusters, Split, SplitLabel
from benchmark.datasets.captions_csv import read_csv
from benchmark.datasets.folder_sounds import places_of
from benchmark.datasets.forms.columns import find_reference_columns
from benchmark.datasets.forms.delimited import records_of_csv
from benchmark.datasets.forms.gathering import gather_references
from benchmark.datasets.sound_files import Sounds
from benchmark.datasets.sound_names import leads_out
from benchmark.datasets.sound_search import walk_folders
from benchmark.errors import DataError, listed

_CLUSTER = "cluster"


def read_split(
    label: SplitLabel,
    captions: Path,
    sounds: Sequence[Path] = (),
    *,
    ids: str = "file_name",
    references: Sequence[str] = (),
    how_to_get: str = "",
) -> Split:
    """Read a split's captions, and find the sounds of its clips.

    A clip's id is what the captions file calls it, to the letter. A sound is found under that
    name in any of the folders, four levels deep, with any suffix of a sound, whatever its case.

    Args:
        label: of the split.
        captions: a CSV file in UTF-8 with a header: one row a caption, or one row a clip. A column
            ``cluster`` says which clips belong together.
        sounds: folders; those that come first go first.
        ids: the column that names the clips.
        references: the columns of captions; none: those that look like some (``caption``,
            ``caption_1`` and so on).
        how_to_get: in words, for people; told where the captions are not there.

    Raises:
        DataError: the captions are missing, malformed or ambiguous, a caption has no word, an id
            leads out of a folder, or a folder may not be read.
    """
    if not captions.is_file():
        advice = f"\n{how_to_get}" if how_to_get else ""
        raise DataError(f"no captions for {label}: expected a file\n     {captions}{advice}")
    gathered = read_references(captions, ids, references)
    folders = walk_folders(sounds, (label.split.casefold(),), ())
    return Sounds.find(places_of(folders, gathered), tuple(sounds), gathered).as_split(
        label, gathered, clusters=read_cluster_column(captions, ids)
    )


def read_cluster_column(captions: Path, ids: str) -> ClipClusters | None:
    """Read which clips are of one recording from a captions file that has a column ``cluster``.

    Args:
        captions: a CSV file; an empty cell stands alone.
        ids: the column that names the clips.

    Returns:
        None where there is no such column.

    Raises:
        DataError: the rows of one clip name two clusters; says the line.
    """
    rows = read_csv(captions, (ids,))
    if _CLUSTER not in rows.columns:
        return None
    of_clip: dict[str, str] = {}
    for line, clip_id, cluster in zip(
        rows.lines, rows.column(ids), rows.column(_CLUSTER), strict=True
    ):
        if of_clip.setdefault(clip_id, cluster) != cluster:
            raise DataError(
                f"{captions}, line {line}: {clip_id!r} is in the cluster {cluster!r}, earlier in "
                f"{of_clip[clip_id]!r}; expected one cluster for each clip."
            )
    return ClipClusters("recording", {clip: name for clip, name in of_clip.items() if name.strip()})


def read_references(
    path: Path, ids: str, columns: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Gather the references in a CSV file by clip; none is dropped without a word.

    Args:
        path: of the file.
        ids: the column that names the clips.
        columns: those of references; none: all that look like some.

    Raises:
        DataError: the file is missing or malformed, a column is not there, a caption has no word,
            or an id leads out of a folder.
    """
    rows = read_csv(path, (ids, *columns))
    records = records_of_csv(rows)
    columns = find_reference_columns(records, columns, besides=(ids,))
    if not columns:
        raise DataError(
            f"{rows.path} has no captions. Found: {listed(rows.columns, 20)}. Expected 'caption' "
            "or 'caption_1', 'caption_2' and so on without a gap."
        )
    references = gather_references(records, rows.column(ids), columns)
    for clip_id in references:
        if leads_out(clip_id) or not clip_id:
            raise DataError(
                f"{path}: the file name {clip_id!r} is not a path inside the folder; expected "
                "one without '..', a drive or a leading slash."
            )
    return references
