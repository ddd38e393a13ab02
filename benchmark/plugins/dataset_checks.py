"""What a data set declares of its splits and files, looked at before anybody relies on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from benchmark.contract import DatasetSpec, KnownSplit, RemoteFile
from benchmark.errors import PluginError, shown

_SPLIT_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_SHA256 = re.compile(r"([0-9a-f]{64})?")


def check_splits(spec: DatasetSpec) -> None:
    """Refuse names of splits that no label could have.

    Raises:
        PluginError: there are some, or no split at all.
    """
    if not (isinstance(spec.splits, tuple) and spec.splits):
        raise PluginError(f"{spec.name}: splits is {shown(spec.splits)}; expected names of some.")
    for split in spec.splits:
        if not (isinstance(split, str) and _SPLIT_NAME.fullmatch(split)):
            raise PluginError(
                f"{spec.name}: splits has {shown(split)}; expected names of letters, digits, '.', "
                "'_' and '-', which stand behind a colon."
            )


def check_files(spec: DatasetSpec) -> None:
    """Refuse files to fetch that no command could fetch.

    Raises:
        PluginError: says which.
    """
    for what in ("captions", "sounds"):
        files = getattr(spec, what)
        is_all = isinstance(files, tuple) and all(isinstance(file, RemoteFile) for file in files)
        if not is_all:
            raise PluginError(
                f"{spec.name}: {what} is {shown(files)}; expected a tuple of RemoteFile."
            )
    for what in ("sound_folder", "number"):
        if not isinstance(getattr(spec, what), str):
            raise PluginError(
                f"{spec.name}: {what} has {shown(getattr(spec, what))}; expected text."
            )
    folder = PurePath(spec.sound_folder)
    if folder.is_absolute() or ".." in folder.parts:
        raise PluginError(
            f"{spec.name}: sound_folder is {spec.sound_folder!r}; expected a folder within that of "
            "the data set."
        )


def check_known(spec: DatasetSpec) -> None:
    """Refuse what is said of published splits where nothing could be held against it.

    Raises:
        PluginError: says what.
    """
    if not isinstance(spec.known, Mapping):
        raise PluginError(
            f"{spec.name}: known is {shown(spec.known)}; expected a mapping from splits to "
            "KnownSplit."
        )
    for split, known in spec.known.items():
        if split not in spec.splits or not isinstance(known, KnownSplit):
            raise PluginError(
                f"{spec.name}: known has {shown(split)}: {shown(known)}; expected one of its "
                f"splits, {', '.join(spec.splits)}, and a KnownSplit."
            )
        for count in (known.n_clips, known.n_captions):
            if not (count is None or (type(count) is int and count > 0)):
                raise PluginError(
                    f"{spec.name}: known of {split} counts {shown(count)}; expected a number "
                    "above 0, or None where nobody counted."
                )
        for sha256 in (known.clip_ids_sha256, known.captions_sha256):
            if not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
                raise PluginError(
                    f"{spec.name}: known of {split} has the sum {shown(sha256)}; expected a "
                    "SHA-256 of 64 hex digits as `bench data verify` prints it, or ''."
                )
