"""Data sets: what one declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.artifacts import Artifacts
from benchmark.contract.remote_files import RemoteFile
from benchmark.contract.splits import Split, SplitLabel


@dataclass(frozen=True, slots=True)
class KnownSplit:
    """What is known of a published split before it is seen; empty or None where nobody measured.

    Attributes:
        n_clips, n_captions: of it.
        clip_ids_sha256: ``contract.hash_clip_ids`` of its clips.
        captions_sha256: ``contract.hash_captions`` of it as published.
    """

    n_clips: int | None
    n_captions: int | None
    clip_ids_sha256: str = ""
    captions_sha256: str = ""


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """What `bench datasets` shows, and how a split is loaded and fetched.

    Each version of a data set has one of its own: its clips or its text are others.

    Attributes:
        name: lower case with hyphens, as it is written before the colon; of all versions but the
            usual one with its number (``audiocaps@2.0``).
        title: how people call it, version and all.
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
        known: what is published of each split.
        number: of the version, by which the usual one can be named too; empty where there is one
            version only.
        has_split: whether there is one; a folder need not hold all that it may hold.
        metadata: files that tell more of the clips, fetched with the captions; no split needs them.
    """

    name: str
    title: str
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
    known: Mapping[str, KnownSplit] = field(default_factory=dict)
    number: str = ""
    has_split: Callable[[SplitLabel], bool] = lambda _: True
    metadata: tuple[RemoteFile, ...] = ()
