"""What systems that learn are given: a training split, and one to choose among epochs by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark.contract import Split, SplitLabel, SystemSpec
from benchmark.datasets.catalogue import (
    load_split,
    split_loader,
    train_split_of,
    validation_split_of,
)
from benchmark.embeddings.files import EmbeddingFile
from benchmark.embeddings.splits import load_completed, with_embeddings
from benchmark.errors import DataError, UsageError
from benchmark.machine.places import artifacts

NO_SPLIT = "none"
"""In the place of a validation split's label: there is to be none."""


@dataclass(frozen=True, slots=True)
class AskedLearning:
    """Splits as a user names them; None: the data set's own.

    Attributes:
        train: what ``--train`` says.
        validation: what ``--val`` says; ``"none"``: no split.
    """

    train: str | None = None
    validation: str | None = None


OWN_SPLITS = AskedLearning()
"""Those of the evaluated data set."""


@dataclass(frozen=True, slots=True)
class Learning:
    """The splits that systems learn from; None where no system of the run uses one.

    Attributes:
        train: the sounds that are here alone.
        validation: the same; None, too, where the data set has none.
    """

    train: Split | None = None
    validation: Split | None = None

    @property
    def splits(self) -> list[Split]:
        """Those that there are."""
        return [split for split in (self.train, self.validation) if split is not None]

    def for_system(self, spec: SystemSpec, files: Sequence[EmbeddingFile]) -> Learning:
        """Keep what a system's record asks for, with embeddings for missing sounds."""

        def given(split: Split | None, *, is_used: bool) -> Split | None:
            if split is None or not is_used:
                return None
            return split if spec.needs_waveform else with_embeddings(split, files)

        return Learning(
            given(self.train, is_used=spec.needs_train),
            given(self.validation, is_used=spec.uses_validation),
        )


def load_learning(train: str | None, validation: str | None, data_root: Path) -> Learning:
    """Load splits by their labels.

    Raises:
        DataError: files are missing or malformed.
    """
    return Learning(_load(train, data_root), _load(validation, data_root))


def choose_learning(
    asked: AskedLearning, specs: Sequence[SystemSpec], evaluated: Split, data_root: Path
) -> Learning:
    """Load the splits that systems learn from.

    By default training data are those of the evaluated data set, and epochs are chosen on the
    validation split of the training data, unless that is what is evaluated.

    Args:
        asked: what the user named.
        specs: of the systems; what none of them uses is not loaded.
        evaluated: whose clips are captioned.
        data_root: the folder that holds the data sets.

    Raises:
        DataError: files are missing or malformed.
        UsageError: epochs would be chosen on the training split.
    """
    if not any(spec.needs_train for spec in specs):
        return Learning()
    train = _load(asked.train or str(train_split_of(evaluated.label)), data_root)
    assert train is not None
    if not any(spec.uses_validation for spec in specs) or asked.validation == NO_SPLIT:
        return Learning(train)
    if asked.validation is None:
        return Learning(train, _load_own_validation(train.label, evaluated.label, data_root))
    validation = _load(asked.validation, data_root)
    if validation is not None and validation.label == train.label:
        raise UsageError(
            f"--val names {validation.label}, which is what systems train on; expected another "
            f"split to choose the best epoch on. `--val {NO_SPLIT}` holds out a share of it."
        )
    return Learning(train, validation)


def loader_for(
    spec: SystemSpec, files: Sequence[EmbeddingFile], data_root: Path
) -> Callable[[str], Split]:
    """Give a system what loads any other split, with embeddings for missing sounds if it may."""
    load = split_loader(data_root, artifacts())
    return load if spec.needs_waveform else partial(load_completed, load, files)


def label_of(split: Split | None) -> str | None:
    """Spell a split as a plan names it."""
    return None if split is None else str(split.label)


def _load_own_validation(train: SplitLabel, evaluated: SplitLabel, data_root: Path) -> Split | None:
    label = validation_split_of(train)
    if label is None or label in (train, evaluated):
        return None
    try:
        return _load(str(label), data_root)
    except DataError as error:
        raise DataError(
            f"the best epoch is chosen on {label}: {error} Name another split with --val; "
            f"`--val {NO_SPLIT}` holds out a share of the training clips instead."
        ) from error


def _load(label: str | None, data_root: Path) -> Split | None:
    return None if label is None else load_split(label, data_root, artifacts())
