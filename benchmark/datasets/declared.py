"""Splits that plugins load, looked at before anybody relies on them.

The rules are those of ``contract.Split``. The core's own data sets keep them too, which their
readers and tests see to: for the 50,000 clips of a training split a look is no trifle.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from benchmark.artifacts import Artifacts
from benchmark.contract import CORE, Clip, ClipClusters, DatasetSpec, Split, SplitLabel
from benchmark.datasets.references import has_words
from benchmark.datasets.sound_names import leads_out
from benchmark.errors import (
    BenchError,
    DataError,
    PluginError,
    UnknownNameError,
    describe,
    listed,
    shown,
    why_unwritable,
)
from benchmark.plugins.provenance import Provenance

T = TypeVar("T")


class Declared(NamedTuple):
    """A data set, and who brought it."""

    spec: DatasetSpec
    provenance: Provenance

    @property
    def title(self) -> str:
        """Name it in messages, with what is to be mended."""
        return f"the data set {self.spec.name!r} of {self.provenance}"

    @property
    def is_core(self) -> bool:
        return self.provenance.distribution == CORE

    def load(self, label: SplitLabel, data_root: Path, artifacts: Artifacts) -> Split:
        """Load a split and hold it to the contract; so are the clips that it reads.

        Raises:
            UnknownNameError: there is no such split.
            DataError: files are missing or malformed, as the data set itself says.
            PluginError: it raises something else, or gives what is no split of that name.
        """
        if self.is_core:  # whose splits have short names, too
            return self.spec.load(label, data_root, artifacts)
        if label.split not in self.spec.splits:
            raise UnknownNameError(f"split of {self.spec.name}", label.split, self.spec.splits)
        split = _calling(
            f"{self.title}: load({str(label)!r}) raises",
            lambda: self.spec.load(label, data_root, artifacts),
        )
        try:
            require_split(split, label, self.spec)
        except PluginError as error:
            raise PluginError(f"{self.title}: {error}") from error
        return dataclasses.replace(split, read_clip=self._checked(split), survey=self._told(split))

    def has_split(self, label: SplitLabel) -> bool:
        """Tell whether there is a split of a name, as the data set itself says.

        Raises:
            PluginError: it raises something.
        """
        return label.split in self.spec.splits and _calling(
            f"{self.title}: has_split({str(label)!r}) raises",
            lambda: bool(self.spec.has_split(label)),
        )

    def _checked(self, split: Split) -> Callable[[str, int], Clip]:
        def read_clip(clip_id: str, sample_rate_hz: int) -> Clip:
            try:
                clip = split.read_clip(clip_id, sample_rate_hz)
            except BenchError:
                raise
            except (
                Exception,
                SystemExit,
            ) as error:  # as of a sound that is damaged: it costs a clip
                raise DataError(
                    f"{self.title}: reading {clip_id!r} raises {describe(error)}."
                ) from error
            try:
                require_clip(clip, clip_id, sample_rate_hz)
            except PluginError as error:
                raise PluginError(f"{self.title}: {error}") from error
            return clip

        return read_clip

    def _told(self, split: Split) -> Callable[[], list[str]]:
        def survey() -> list[str]:
            return _calling(
                f"{self.title}: survey() raises", lambda: [str(line) for line in split.survey()]
            )

        return survey


def require_split(split: object, label: SplitLabel, spec: DatasetSpec) -> None:
    """Refuse what is no split of a data set, or one that could not be scored as it is.

    Args:
        split: what ``spec.load`` gave.
        label: that it was asked for.
        spec: of the data set.

    Raises:
        PluginError: it breaks the contract; says what of it.
    """
    if not isinstance(split, Split):
        raise PluginError(f"load({str(label)!r}) gave {shown(split)}; expected a Split.")
    _require_label(split, label, spec)
    _require_references(split)
    ids = split.references.keys()
    for what in ("present", "embedded"):
        _require_ids(split, what, getattr(split, what), ids)
    _require_ids(split, "files", split.files, ids)
    if not isinstance(split.aliases, Mapping):
        raise PluginError(f"{split.label}: aliases is {shown(split.aliases)}; expected a mapping.")
    _require_ids(split, "aliases", [*split.aliases.values()], ids)
    _require_clusters(split)
    for what in ("read_clip", "survey"):
        if not callable(getattr(split, what)):
            raise PluginError(f"{split.label}: {what} is no callable; expected one.")


def require_clip(clip: object, clip_id: str, sample_rate_hz: int) -> None:
    """Refuse what is not the sound of one clip at the rate that was asked for.

    Raises:
        PluginError: it breaks the contract; says what of it.
    """
    if not isinstance(clip, Clip):
        raise PluginError(f"reading {clip_id!r} gave {shown(clip)}; expected a Clip.")
    if clip.clip_id != clip_id:
        raise PluginError(f"reading {clip_id!r} gave the clip {shown(clip.clip_id)}.")
    if clip.sample_rate_hz != sample_rate_hz:
        raise PluginError(
            f"reading {clip_id!r} gave sound at {shown(clip.sample_rate_hz)} Hz; expected "
            f"{sample_rate_hz} Hz, which was asked for. benchmark.datasets.read_sound resamples."
        )
    if clip.split or clip.path is not None:
        raise PluginError(f"reading {clip_id!r} gave a clip with split or path; expected neither.")
    wave = clip.waveform
    is_array = isinstance(wave, np.ndarray)
    if not (is_array and wave.dtype == np.float32 and wave.ndim == 1 and np.isfinite(wave).all()):
        found = f"{wave.dtype} of shape {wave.shape}" if is_array else shown(wave)
        raise PluginError(
            f"reading {clip_id!r} gave {found}; expected finite float32 of shape "
            "(n_samples,), mono."
        )


def _require_label(split: Split, label: SplitLabel, spec: DatasetSpec) -> None:
    if split.label != label or split.dataset != spec.name:
        raise PluginError(
            f"load({str(label)!r}) gave the split {shown(split.dataset)}, {shown(split.name)}; "
            f"expected {spec.name!r}, {label.split!r}."
        )


def _require_references(split: Split) -> None:
    references = split.references
    if not (isinstance(references, Mapping) and references):
        raise PluginError(
            f"{split.label}: references is {shown(references)}; expected a mapping from clip ids "
            "to captions, of one clip or more."
        )
    for clip_id, texts in references.items():
        _require_id(split, clip_id)
        if not (isinstance(texts, tuple) and texts):
            raise PluginError(
                f"{split.label}: {clip_id!r} has the references {shown(texts)}; expected a tuple "
                "of one caption or more."
            )
        for text in texts:
            if not (isinstance(text, str) and has_words(text) and not why_unwritable(text)):
                raise PluginError(
                    f"{split.label}: {clip_id!r} has the reference {shown(text)}; expected text in "
                    "UTF-8 with a word in it."
                )


def _require_id(split: Split, clip_id: object) -> None:
    if not isinstance(clip_id, str) or not clip_id or why_unwritable(clip_id):
        raise PluginError(
            f"{split.label}: a clip's id is {shown(clip_id)}; expected a text in UTF-8, not empty."
        )
    if leads_out(clip_id):
        raise PluginError(
            f"{split.label}: the clip id {clip_id!r} could lead out of a folder; expected one "
            "without '..', a drive or a leading slash."
        )


def _require_ids(split: Split, what: str, found: object, ids: Collection[str]) -> None:
    if not isinstance(found, Collection) or isinstance(found, str):
        raise PluginError(f"{split.label}: {what} is {shown(found)}; expected ids of clips.")
    strays = sorted({str(each) for each in found if each not in ids})
    if strays:
        raise PluginError(
            f"{split.label}: {what} names {listed(strays)}, of which there are no references; "
            "expected ids of references alone."
        )


def _require_clusters(split: Split) -> None:
    clusters = split.clusters
    if clusters is None:
        return
    if not (
        isinstance(clusters, ClipClusters)
        and all(
            isinstance(name, str) and name and not why_unwritable(name)
            for name in (clusters.kind, *clusters.of_clip.values())
        )
    ):
        raise PluginError(
            f"{split.label}: clusters is {shown(clusters)}; expected ClipClusters with a kind and "
            "names of clusters in UTF-8, none of them empty, or None."
        )
    _require_ids(split, "clusters", clusters.of_clip, split.references.keys())


def _calling(what: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except BenchError:  # in words already
        raise
    except (Exception, SystemExit) as error:  # a stranger's code may raise anything
        raise PluginError(f"{what} {describe(error)}; expected a DataError in words.") from error
