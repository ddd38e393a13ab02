"""Splits of data sets: which one is meant, and what is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.contract.clips import Clip

if TYPE_CHECKING:  # a list of commands needs no numpy
    import numpy as np
    from numpy.typing import NDArray

References = Mapping[str, tuple[str, ...]]
"""Clip id to the captions that people wrote for it."""
FOLDER = "folder"
"""The data set of own clips, which alone has a path in its labels."""
VERSION_MARK = "@"
"""Stands between a data set and its version: ``audiocaps@2.0``."""


@dataclass(frozen=True, slots=True)
class SplitLabel:
    """Which split of which data set is meant; ``str()`` spells it as users write it.

    Attributes:
        dataset: without the split: ``"clotho"``, ``"audiocaps@2.0"``, ``"folder:PATH"``;
            ``"folder"`` where the path is left out.
        split: ``"evaluation"``; empty where none was named.
    """

    dataset: str
    split: str

    @staticmethod
    def parse(text: str) -> SplitLabel:
        """Take a label apart: ``clotho:evaluation``, ``folder:PATH:test``, ``folder:test``.

        A folder's path may hold colons itself, so what follows its last one is the split.
        """
        cut = text.rpartition if text.startswith(f"{FOLDER}:") else text.partition
        dataset, _, split = cut(":")
        return SplitLabel(dataset, split)

    def __str__(self) -> str:
        return f"{self.dataset}:{self.split}"

    @property
    def dataset_name(self) -> str:
        """The data set as ``bench datasets`` lists it, no path in it."""
        return self.dataset.partition(":")[0]

    @property
    def family(self) -> str:
        """The data set whichever its version: ``"audiocaps"`` for ``"audiocaps@2.0"``."""
        return self.dataset.partition(VERSION_MARK)[0] if self.is_public else self.dataset

    @property
    def path(self) -> str:
        """Where a folder lies; empty where no path is named."""
        return self.dataset.partition(":")[2]

    @property
    def is_public(self) -> bool:
        """Whether the name says on every machine which clips are meant."""
        return self.dataset_name != FOLDER

    @property
    def portable(self) -> SplitLabel:
        """The label as every machine spells it: of a folder the path is left out."""
        return SplitLabel(self.dataset_name, self.split)

    @property
    def argument(self) -> str:
        """The label to type into a command: ``PATH`` stands where a folder's is left out."""
        return f"{FOLDER}:PATH:{self.split}" if self.dataset == FOLDER else str(self)

    def identify(self, references_sha256: str) -> str:
        """Name what is behind the label: of a folder its captions, wherever it lies."""
        return str(self) if self.is_public else f"{self.portable}@{references_sha256[:12]}"


@dataclass(frozen=True, slots=True)
class ClipClusters:
    """Which clips of a split belong together, as those of one recording or one uploader do.

    Attributes:
        kind: what one cluster is, in the singular: ``"Freesound uploader"``, ``"YouTube video"``.
        of_clip: clip id to the name of its cluster; a clip that is not named stands alone.
    """

    kind: str
    of_clip: Mapping[str, str]

    @property
    def shared(self) -> ClipClusters:
        """The same without the clips that are alone in their cluster."""
        sizes = Counter(self.of_clip.values())
        kept = {clip: name for clip, name in self.of_clip.items() if sizes[name] > 1}
        return ClipClusters(self.kind, kept)

    def of(self, clip_ids: Sequence[str]) -> NDArray[np.int64]:
        """``(n_clips,)``: the number of each clip's cluster, counted from 0 as they come."""
        import numpy as np

        numbers: dict[tuple[bool, str], int] = {}
        keys = [
            (clip_id in self.of_clip, self.of_clip.get(clip_id, clip_id)) for clip_id in clip_ids
        ]
        return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)

    def describe(self, clip_ids: Sequence[str]) -> str:
        """Say how many clusters clips fall into: ``3 Freesound uploaders of 5 clips``."""
        n_clusters = len(set(self.of(clip_ids).tolist()))
        ending = "" if n_clusters == 1 else "s"
        return f"{n_clusters:,} {self.kind}{ending} of {len(clip_ids):,} clips"


@dataclass(frozen=True, slots=True)
class Split:
    """A named part of a data set. References stay here; captioners get clips only.

    Attributes:
        dataset: the name as the user wrote it, without the split (``"clotho"``).
        name: the split (``"evaluation"``).
        references: every clip the split is expected to hold, present or not.
        present: ids of the clips whose sound was found, or whose embedding was.
        read_clip: ``(clip_id, sample_rate_hz)`` to a decoded and resampled clip; raises
            ``DataError`` for a sound that cannot be read.
        aliases: other spellings of a clip id, exact ones only (``"Y{id}.wav"`` for ``id``).
        embedded: ids of those present clips of which only an embedding was found.
        files: clip id to the file of its sound, where the split's sounds are files.
        survey: reads what else lies where sounds were looked for, a line for each thing.
        clusters: which clips belong together; None where the data set does not say.
    """

    dataset: str
    name: str
    references: References
    present: frozenset[str]
    read_clip: Callable[[str, int], Clip]
    aliases: Mapping[str, str] = field(default_factory=dict)
    embedded: frozenset[str] = frozenset()
    files: Mapping[str, Path] = field(default_factory=dict)
    survey: Callable[[], Sequence[str]] = tuple
    clusters: ClipClusters | None = None

    @property
    def label(self) -> SplitLabel:
        """Its data set and name as one label."""
        return SplitLabel(self.dataset, self.name)

    @property
    def clip_ids(self) -> tuple[str, ...]:
        """All expected clips, sorted: the order of every ledger and every score."""
        return tuple(sorted(self.references))

    @property
    def missing(self) -> tuple[str, ...]:
        """Expected clips that are not present, sorted."""
        return tuple(clip_id for clip_id in self.clip_ids if clip_id not in self.present)
