"""The data sets that `--dataset` can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from benchmark.artifacts import Artifacts
from benchmark.contract import Split, SplitLabel
from benchmark.datasets import audiocaps, clotho, folder
from benchmark.datasets.soundscapes import splits as soundscapes
from benchmark.datasets.spec import DatasetSpec
from benchmark.datasets.unpack import unpack
from benchmark.errors import UnknownNameError, UsageError
from benchmark.machine.downloads import fetch

_SPECS = (audiocaps.SPEC, clotho.SPEC, folder.SPEC, soundscapes.SPEC)
DATASETS: Mapping[str, DatasetSpec] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""By name, in the order of the listing."""


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
    spec = _find_spec(label.dataset_name)
    if label.is_public and text == spec.name:
        label = SplitLabel(spec.name, spec.default_split)
    return spec.load(label, data_root, artifacts)


def split_loader(data_root: Path, artifacts: Artifacts) -> Callable[[str], Split]:
    """Bind ``load_split`` to where the data sets of a run lie."""
    return partial(load_split, data_root=data_root, artifacts=artifacts)


def train_split_of(label: SplitLabel) -> SplitLabel:
    """Name the training split of the data set that a split is of.

    Raises:
        UnknownNameError: there is no such data set.
    """
    return SplitLabel(label.dataset, _find_spec(label.dataset_name).train_split)


def validation_split_of(label: SplitLabel) -> SplitLabel | None:
    """Name the split to choose epochs on of the data set that a split is of; None: it has none.

    Raises:
        UnknownNameError: there is no such data set.
    """
    spec = _find_spec(label.dataset_name)
    validation = SplitLabel(label.dataset, spec.validation_split)
    return validation if spec.has_split(validation) else None


def fetch_dataset(
    name: str, data_root: Path, *, sounds: bool = False, given: Sequence[Path] = ()
) -> list[Path]:
    """Download a data set's official files into ``data_root/name`` and unpack its sounds.

    Args:
        name: as in the listing.
        data_root: the folder that holds the data sets.
        sounds: fetch the archives of sounds too.
        given: files, or folders that may hold some: copied once their checksums are right.

    Returns:
        The files that are now there, archives included.

    Raises:
        UnknownNameError: there is no such data set.
        UsageError: it, or its sounds, cannot be fetched; says how to get them instead.
        DataError, MachineError: as ``fetch`` and ``unpack`` raise them.
    """
    spec = _find_spec(name)
    if not spec.captions or (sounds and not spec.sounds):
        what = f"the sounds of {name}" if spec.captions else name
        raise UsageError(f"{what} cannot be fetched. {spec.how_to_get}")
    paths = fetch(spec.captions, data_root / name, given=given)
    if sounds:
        archives = fetch(spec.sounds, data_root / name, given=given)
        for archive in archives:
            unpack(archive, data_root / name / spec.sound_folder)
        paths += archives
    return paths


def _find_spec(name: str) -> DatasetSpec:
    if name not in DATASETS:
        raise UnknownNameError("data set", name, DATASETS)
    return DATASETS[name]
