"""Own clips: a folder with sounds and a captions file."""

from __future__ import annotations

from pathlib import Path

from benchmark.contract import FOLDER, DatasetSpec, Split, SplitLabel
from benchmark.datasets.folder_sounds import find_folder_sounds
from benchmark.datasets.split_files import read_cluster_column, read_references
from benchmark.errors import DataError, UnknownNameError, UsageError

SPEC = DatasetSpec(
    name=FOLDER,
    title="Own clips",
    summary="your own clips: folder:PATH or folder:PATH:split",
    splits=("train", "val", "test"),
    default_split="test",
    train_split="train",
    validation_split="val",
    licence="your own",
    how_to_get="Write FOLDER/captions.csv (it is the test split) or FOLDER/{train,val,test}.csv "
    "with the columns file_name,caption (one row for each reference) or "
    "file_name,caption_1,...,caption_n, and put the sounds beside it, into FOLDER/audio/, "
    "FOLDER/{split}/ or FOLDER/audio/{split}/. A column cluster may say which clips are of one "
    "recording. Then use folder:FOLDER or folder:FOLDER:test.",
    load=lambda label, _data_root, _artifacts: load_folder(*locate(label)),
    has_split=lambda label: _has_split(*locate(label)),
)


def locate(label: SplitLabel) -> tuple[Path, str]:
    """Find the path and the split in what a user wrote: ``folder:PATH`` or ``folder:PATH:split``.

    A last part that is no split (train, val or test) belongs to the path.

    Raises:
        UsageError: there is no path.
    """
    if label.dataset == FOLDER:
        path, split = label.split, SPEC.default_split
    elif label.split in SPEC.splits:
        path, split = label.path, label.split
    else:
        path, split = f"{label.path}:{label.split}", SPEC.default_split
    if not path:
        raise UsageError("'folder' needs a path; expected folder:PATH or folder:PATH:split.")
    return Path(path), split


def load_folder(root: Path, split: str = SPEC.default_split) -> Split:
    """Read own clips; a clip's id is its ``file_name`` as the captions file spells it.

    Args:
        root: the folder; ``folder:{root}`` becomes the data set's name.
        split: ``train``, ``val`` or ``test``.

    Raises:
        UnknownNameError: there is no such split.
        DataError: the captions are missing, malformed or ambiguous, a caption has no word, or a
            file name leads out of the folder (``..``, an absolute path, a drive letter). Symbolic
            links lead where their owner wants them to.
    """
    if split not in SPEC.splits:
        raise UnknownNameError("split of a folder", split, SPEC.splits)
    dataset, root = f"{FOLDER}:{root}", root.expanduser()
    if root.is_file():
        raise DataError(
            f"{root} is a file; expected a folder. A file of references goes with "
            f"`bench score --references {root}`."
        )
    if not root.is_dir():
        raise DataError(f"no folder {root}; expected a folder with captions.csv. {SPEC.how_to_get}")
    captions = _captions_file(root, split)
    references = read_references(captions, "file_name")
    sounds = find_folder_sounds(root, split, references)
    clusters = read_cluster_column(captions, "file_name")
    return sounds.as_split(SplitLabel(dataset, split), references, clusters=clusters)


def _has_split(root: Path, split: str) -> bool:
    return any(path.is_file() for path in _captions_paths(root.expanduser(), split))


def _captions_paths(root: Path, split: str) -> list[Path]:
    names = (f"{split}.csv", "captions.csv") if split == "test" else (f"{split}.csv",)
    return [root / name for name in names]


def _captions_file(root: Path, split: str) -> Path:
    paths = _captions_paths(root, split)
    present = [path for path in paths if path.is_file()]
    if len(present) > 1:
        raise DataError(
            f"{root} holds test.csv and captions.csv, and both mean the test split; keep one."
        )
    if not present:
        raise DataError(
            f"no captions for the split {split!r} of {root}: expected "
            f"{' or '.join(map(str, paths))}. {SPEC.how_to_get}"
        )
    return present[0]
