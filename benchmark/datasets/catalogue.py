"""The data sets that `--dataset` can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

from benchmark.artifacts import Artifacts
from benchmark.contract import Split, SplitLabel
from benchmark.datasets import audiocaps, clotho, folder
from benchmark.datasets.fetch import RemoteFile, fetch
from benchmark.datasets.soundscapes import splits as soundscapes
from benchmark.datasets.unpack import unpack
from benchmark.errors import DataError, UnknownNameError, UsageError


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """What `bench datasets` shows, and what `bench data fetch` needs.

    Attributes:
        name: as it is written before the colon.
        summary: one line.
        splits: their official names.
        default_split: which one a bare name means.
        train_split: what systems that learn from captions get.
        licence: what may be done with it.
        how_to_get: in words, for people; printed where files are missing.
        captions: the official caption files.
        sounds: the official sound archives.
        captions_sha256: ``passport.hash_captions`` of each split as published.
    """

    name: str
    summary: str
    splits: tuple[str, ...]
    default_split: str
    train_split: str
    licence: str
    how_to_get: str
    captions: tuple[RemoteFile, ...] = ()
    sounds: tuple[RemoteFile, ...] = ()
    captions_sha256: Mapping[str, str] = field(default_factory=dict)


_RECORDS = (
    DatasetRecord(
        name="audiocaps",
        summary="AudioCaps v1: 10 s clips from YouTube, 975 test clips with 5 captions",
        splits=audiocaps.SPLITS,
        default_split=audiocaps.DEFAULT_SPLIT,
        train_split=audiocaps.TRAIN_SPLIT,
        licence=audiocaps.LICENCE,
        how_to_get=audiocaps.HOW_TO_GET,
        captions=audiocaps.CAPTION_FILES,
        captions_sha256=audiocaps.CAPTIONS_SHA256,
    ),
    DatasetRecord(
        name="clotho",
        summary="Clotho v2.1: 15-30 s clips from Freesound, 1,045 evaluation clips with 5 captions",
        splits=clotho.SPLITS,
        default_split=clotho.DEFAULT_SPLIT,
        train_split=clotho.TRAIN_SPLIT,
        licence=clotho.LICENCE,
        how_to_get=clotho.HOW_TO_GET,
        captions=clotho.CAPTION_FILES,
        sounds=clotho.SOUND_ARCHIVES,
        captions_sha256=clotho.CAPTIONS_SHA256,
    ),
    DatasetRecord(
        name="folder",
        summary="your own clips: folder:PATH or folder:PATH:split",
        splits=folder.SPLITS,
        default_split=folder.DEFAULT_SPLIT,
        train_split=folder.TRAIN_SPLIT,
        licence=folder.LICENCE,
        how_to_get=folder.HOW_TO_GET,
    ),
    DatasetRecord(
        name="soundscapes",
        summary="synthetic sounds with captions, made on this machine; needs no download",
        splits=soundscapes.SPLITS,
        default_split="test",
        train_split="train",
        licence="made by this program; free to use",
        how_to_get="Nothing to get: it is synthesised on first use.",
        captions_sha256=soundscapes.CAPTIONS_SHA256,
    ),
)

DATASETS: Mapping[str, DatasetRecord] = MappingProxyType({each.name: each for each in _RECORDS})
"""Name to record, in the order of the listing."""


def load_split(text: str, data_root: Path, artifacts: Artifacts) -> Split:
    """Load what ``--dataset`` names.

    Args:
        text: ``audiocaps``, ``clotho:validation``, ``folder:PATH:train``, ``soundscapes:test``.
        data_root: the folder that holds ``audiocaps/`` and ``clotho/``.
        artifacts: where ``soundscapes`` keeps its sounds.

    Raises:
        UnknownNameError: no such data set or split; names the nearest.
        DataError: files are missing (says which, where, and how to get them) or malformed.
    """
    label = SplitLabel.parse(text)
    record = _find_record(label)
    if not label.is_public:
        return folder.load_folder(*folder.locate(label))
    split = record.default_split if text == record.name else label.split
    if record.name == "soundscapes":
        return soundscapes.load_soundscapes(split, artifacts)
    if data_root.exists() and not data_root.is_dir():
        raise DataError(
            f"the data root {data_root} is a file; expected a folder that holds {record.name}/."
        )
    if record.name == "audiocaps":
        return audiocaps.load_audiocaps(split, data_root)
    return clotho.load_clotho(split, data_root)


def split_loader(data_root: Path, artifacts: Artifacts) -> Callable[[str], Split]:
    """Bind ``load_split`` to where the data sets of a run lie."""
    return partial(load_split, data_root=data_root, artifacts=artifacts)


def train_split_of(label: SplitLabel) -> SplitLabel:
    """Name the training split of the data set that a split is of.

    Raises:
        UnknownNameError: there is no such data set.
    """
    return SplitLabel(label.dataset, _find_record(label).train_split)


def fetch_dataset(name: str, data_root: Path, *, sounds: bool = False) -> list[Path]:
    """Download a data set's official files into ``data_root/name`` and unpack its sounds.

    Returns:
        The files that are now there, archives included.

    Raises:
        UnknownNameError: there is no such data set.
        UsageError: it, or its sounds, cannot be fetched; says how to get them instead.
        DataError, MachineError: as ``fetch`` and ``unpack`` raise them.
    """
    if name not in DATASETS:
        raise UnknownNameError("data set", name, DATASETS)
    record = DATASETS[name]
    if not record.captions or (sounds and not record.sounds):
        what = f"the sounds of {name}" if record.captions else name
        raise UsageError(f"{what} cannot be fetched. {record.how_to_get}")
    folder_of_set = data_root / name
    paths = fetch(record.captions, folder_of_set)
    if sounds:
        archives = fetch(record.sounds, folder_of_set)
        for archive in archives:
            unpack(archive, folder_of_set / "clotho_audio_files")
        paths += archives
    return paths


def _find_record(label: SplitLabel) -> DatasetRecord:
    if label.dataset_name not in DATASETS:
        raise UnknownNameError("data set", label.dataset_name, DATASETS)
    return DATASETS[label.dataset_name]
