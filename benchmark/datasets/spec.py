"""What a data set declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.artifacts import Artifacts
from benchmark.contract import Split, SplitLabel
from benchmark.machine.downloads import RemoteFile


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """What `bench datasets` shows, and how a split is loaded and fetched.

    Attributes:
        name: as it is written before the colon.
        summary: one line.
        splits: their official names.
        default_split: which one a bare name means.
        train_split: what systems that learn from captions get.
        validation_split: what they choose their best epoch on; it need not be there.
        licence: what may be done with it.
        how_to_get: in words, for people; printed where files are missing.
        load: label, data root and store of built things to the split. Raises UnknownNameError
            for a split that there is not, DataError where files are missing or malformed.
        captions: the official caption files.
        sounds: the official sound archives.
        sound_folder: where they are unpacked, within the data set's folder.
        captions_sha256: ``contract.hash_captions`` of each split as published.
        has_split: whether there is one; a folder need not hold all that it may hold.
    """

    name: str
    summary: str
    splits: tuple[str, ...]
    default_split: str
    train_split: str
    validation_split: str
    licence: str
    how_to_get: str
    load: Callable[[SplitLabel, Path, Artifacts], Split]
    captions: tuple[RemoteFile, ...] = ()
    sounds: tuple[RemoteFile, ...] = ()
    sound_folder: str = ""
    captions_sha256: Mapping[str, str] = field(default_factory=dict)
    has_split: Callable[[SplitLabel], bool] = lambda _: True
