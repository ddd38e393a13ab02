"""Data sets as `bench fetch` knows them."""

from __future__ import annotations

from pathlib import Path

from benchmark.contract import DatasetSpec, RemoteFile
from benchmark.datasets.catalogue import DATASETS, fetch_dataset
from benchmark.datasets.sound_names import suffix_of
from benchmark.machine.fetchable import Fetchable, FetchOptions, Present, size_of

_CAPTIONS_MB = {"clotho": 3.4, "clotho@2.0": 2.1, "clotho@1.0": 1.4, "audiocaps": 4.2}
"""About; sounds come on top, where they are asked for."""


def fetchable_datasets() -> list[Fetchable]:
    """Describe the data sets whose captions, or sounds, can be fetched."""
    return [_fetchable(spec) for spec in DATASETS.values() if spec.captions or spec.sounds]


def _fetchable(spec: DatasetSpec) -> Fetchable:
    def look(options: FetchOptions) -> Present:
        return _look(spec, options)

    def fetch(options: FetchOptions) -> list[str]:
        paths = fetch_dataset(
            spec.name,
            options.data_root,
            sounds=options.sounds,
            given=options.given_paths(spec.name),
        )
        return list(map(str, paths))

    return Fetchable(
        name=spec.name,
        summary=spec.summary,
        licence=spec.licence,
        download_mb=_CAPTIONS_MB.get(spec.name),
        options=("from", "sounds") if spec.sounds else ("from",),
        look=look,
        fetch=fetch,
    )


def _look(spec: DatasetSpec, options: FetchOptions) -> Present:
    folder = options.data_root / spec.name

    def place(file: RemoteFile) -> Path:
        is_sound = file in spec.sounds and bool(suffix_of(file.name))
        return (folder / spec.sound_folder if is_sound else folder) / file.name

    there = [file for file in spec.captions if place(file).is_file()]
    metadata = [file for file in spec.metadata if place(file).is_file()]
    sounds = [file for file in spec.sounds if place(file).is_file()]
    n_bytes = size_of([place(file) for file in (*there, *metadata, *sounds)])
    if not (there or (sounds and not spec.captions)):
        return Present("no", str(folder), n_bytes)
    what = f"{len(there)} of {len(spec.captions)} captions files"
    if spec.metadata:
        what += f", {len(metadata)} of {len(spec.metadata)} metadata files"
    if spec.sounds:
        what += f", {len(sounds)} of {len(spec.sounds)} sound archives"
    is_all = len(there) == len(spec.captions) if spec.captions else len(sounds) == len(spec.sounds)
    return Present("yes" if is_all else "partly", f"{folder} ({what})", n_bytes)
