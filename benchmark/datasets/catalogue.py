"""The data sets that `--dataset` can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmark.artifacts import Artifacts
from benchmark.contract import VERSION_MARK, DatasetSpec, Split, SplitLabel
from benchmark.datasets.declared import Declared
from benchmark.datasets.recognition import require_version
from benchmark.datasets.sound_names import suffix_of
from benchmark.datasets.unpack import unpack
from benchmark.errors import DataError, UnknownNameError, UsageError
from benchmark.machine.downloads import fetch, is_at_hand
from benchmark.plugins.views import SpecsOf

_SPECS: SpecsOf[DatasetSpec] = SpecsOf("dataset")
DATASETS: Mapping[str, DatasetSpec] = _SPECS
"""By name, those of plugins too, in the order of the listing."""


def load_split(text: str, data_root: Path, artifacts: Artifacts) -> Split:
    """Load what ``--dataset`` names.

    Args:
        text: ``audiocaps``, ``audiocaps@2.0:test``, ``clotho:validation``, ``folder:PATH:train``,
            ``soundscapes:test``. The usual version goes by its number too (``clotho@2.1``), and
            its label has none.
        data_root: the folder that holds ``audiocaps/`` and ``clotho/``.
        artifacts: where ``soundscapes`` keeps its sounds.

    Raises:
        UnknownNameError: no such data set or split; names the nearest.
        DataError: files are missing (says which, where, and how to get them), malformed, or hold
            the captions of another published split.
        PluginError: a plugin's data set raises something else, or gives what is no such split.
    """
    label = SplitLabel.parse(text)
    declared = find_dataset(label.dataset_name)
    spec = declared.spec
    if label.is_public:
        split = label.split if ":" in text else spec.default_split
        label = SplitLabel(spec.name, split)
    loaded = declared.load(label, data_root, artifacts)
    require_version(loaded, spec, _SPECS.at_hand().values())
    return loaded


def split_loader(data_root: Path, artifacts: Artifacts) -> Callable[[str], Split]:
    """Bind ``load_split`` to where the data sets of a run lie."""
    return partial(load_split, data_root=data_root, artifacts=artifacts)


def train_split_of(label: SplitLabel) -> SplitLabel:
    """Name the training split of the data set that a split is of.

    Raises:
        UnknownNameError: there is no such data set.
    """
    return SplitLabel(label.dataset, _find_spec(label.dataset_name).train_split)


def load_train_of(split: Split, data_root: Path, artifacts: Artifacts) -> Split | None:
    """Load the training split beside another; None where it is not here, or is that one itself."""
    label = train_split_of(split.label)
    if label == split.label:
        return None
    try:
        return load_split(str(label), data_root, artifacts)
    except (DataError, UnknownNameError):  # not every data set has one
        return None


def validation_split_of(label: SplitLabel) -> SplitLabel | None:
    """Name the split to choose epochs on of the data set that a split is of; None: it has none.

    Raises:
        UnknownNameError: there is no such data set.
    """
    declared = find_dataset(label.dataset_name)
    validation = SplitLabel(label.dataset, declared.spec.validation_split)
    return validation if declared.has_split(validation) else None


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
    spec, folder = _find_spec(name), data_root / name
    if not (spec.captions or spec.sounds) or (sounds and not spec.sounds):
        what = f"the sounds of {name}" if spec.captions else name
        raise UsageError(f"{what} cannot be fetched. {spec.how_to_get}")
    if not (spec.captions or sounds):
        raise UsageError(f"{name} has nothing but sounds to fetch; add --sounds.")
    paths = fetch(spec.captions, folder, given=given)
    # No split needs them: who brings captions alone on a disk is not sent back for more.
    wanted = [
        file for file in spec.metadata if not given or is_at_hand(file.name, (folder, *given))
    ]
    paths += fetch(wanted, folder, given=given)
    if sounds:
        # What is a sound already, and no archive of some, goes where those are unpacked.
        single = [file for file in spec.sounds if suffix_of(file.name)]
        archives = fetch([f for f in spec.sounds if f not in single], folder, given=given)
        for archive in archives:
            unpack(archive, folder / spec.sound_folder)
        paths += archives + fetch(single, folder / spec.sound_folder, given=given)
    return paths


def usual_name(name: str) -> str:
    """Spell a data set as the listing does: ``clotho`` for ``clotho@v2.1``; others as they are."""
    dataset, mark, number = name.partition(VERSION_MARK)
    plain = dataset + mark + number.removeprefix("v")
    for specs in (_SPECS.at_hand(), DATASETS):  # strangers are imported for their own alone
        if plain in specs:
            return plain
        for spec in specs.values():
            if spec.number and plain == f"{spec.name}{VERSION_MARK}{spec.number}":
                return spec.name
    return name


def find_dataset(name: str) -> Declared:
    """Find a data set, under any of its names, and who brought it.

    Raises:
        UnknownNameError: there is none; names the nearest.
        PluginError: two plugins declare it.
    """
    return Declared(*_SPECS.claim(usual_name(name)))


def _find_spec(name: str) -> DatasetSpec:
    return find_dataset(name).spec
