"""The nouns that the core and the plugins agree on. Standard library and numpy only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import Artifacts
from benchmark.contract.hashes import hash_captions as hash_captions
from benchmark.contract.hashes import hash_clip_ids as hash_clip_ids
from benchmark.contract.needs import Need as Need
from benchmark.errors import DataError
from benchmark.files import scratch_of_process

API_VERSION = 2
"""The plugin contract's version, which a plugin module names: the one it was written for.
Plugins of the version before it load too, with a warning."""

Waveform = NDArray[np.float32]
Kind = Literal["system", "floor", "ceiling"]
References = Mapping[str, tuple[str, ...]]
"""Clip id to the captions that people wrote for it."""
Fact = str | int | float | bool | None
UNKNOWN = "unknown"
"""In ``trained_on``: nobody knows what these weights have seen."""
FOLDER = "folder"
"""The data set of own clips, which alone has a path in its labels."""
VERSION_MARK = "@"
"""Stands between a data set and its version: ``audiocaps@2.0``."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One audio clip as a captioner sees it: sound only, no references.

    ``waveform`` is mono, shape ``(n_samples,)``, values in [-1, 1]. It is empty in a text-only
    run, which admits only systems that declare ``needs_audio=False``, and where only the clip's
    embedding is at hand, which goes to systems that declare ``needs_waveform=False``. ``split``
    says then of which split the clip is, so that ``EmbeddingStore`` finds it; else it is empty.
    ``path`` is a file of the sound, for systems that declare ``needs_file``: mono WAV of 16 bits at
    ``sample_rate_hz``, there until the call returns, and not to be changed; else None.
    """

    clip_id: str
    waveform: Waveform
    sample_rate_hz: int
    split: str = ""
    path: Path | None = None

    @property
    def duration_s(self) -> float:
        return len(self.waveform) / self.sample_rate_hz


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

    @property
    def label(self) -> SplitLabel:
        return SplitLabel(self.dataset, self.name)

    @property
    def clip_ids(self) -> tuple[str, ...]:
        """All expected clips, sorted: the order of every ledger and every score."""
        return tuple(sorted(self.references))

    @property
    def missing(self) -> tuple[str, ...]:
        """Expected clips that are not present, sorted."""
        return tuple(clip_id for clip_id in self.clip_ids if clip_id not in self.present)


def _no_other_split(label: str) -> Split:
    raise DataError(
        f"{label!r} cannot be loaded here: these resources were made without data sets. Pass "
        "load_split=..., as a run does."
    )


@dataclass(frozen=True, slots=True)
class Resources:
    """What a captioner may use to get ready; all of it goes into the manifest.

    Attributes:
        device: torch's spelling (``"cpu"``, ``"cuda:0"``).
        seed: every random choice of the system derives from it.
        artifacts: where trained or downloaded things are kept by content.
        train: the training split, for systems that declare ``needs_train``, else None.
        validation: what the best epoch is chosen on, for systems that declare
            ``uses_validation``; None where the data set has no split for it, or it is the
            evaluated one: they hold clips of the training split out then.
        references: the evaluated split's references; ceilings only, else None.
        fold: which leave-one-out fold this is, counted from 0; 0 for everything else.
        embedding_files: where the embeddings lie of clips that have no sound; read by
            ``EmbeddingStore.open``, which checks that they are of the system's encoder.
        embedded_split: the ``Clip.split`` of evaluated clips without a sound, if there are any.
        load_split: any other split by its label (``"clotho:evaluation"``), from the data root of
            the run; raises ``DataError`` where its files are missing.
        make_scratch: gives ``scratch``, the same folder each time.
    """

    device: str
    seed: int
    artifacts: Artifacts
    train: Split | None = None
    references: References | None = None
    fold: int = 0
    embedding_files: tuple[Path, ...] = ()
    embedded_split: str | None = None
    load_split: Callable[[str], Split] = _no_other_split
    validation: Split | None = None
    make_scratch: Callable[[], Path] = scratch_of_process

    @property
    def scratch(self) -> Path:
        """A folder for files of the captioner's own, empty at first, removed after it is closed."""
        return self.make_scratch()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a caption leaned on.

    Attributes:
        text: what it was, as a person reads it: a caption, a prompt.
        weight: how much it counted, in the system's own measure, finite; None where all counted
            alike.
    """

    text: str
    weight: float | None = None


Explanation = Mapping[str, Sequence[Evidence]]
"""What one clip's caption leaned on, by kind, what counted most first; kinds are words for
people: ``"guidance"``, ``"nearest captions"``, ``"prompt"``."""


class Captioner(Protocol):
    """A system that is ready: weights loaded, memory built.

    It may have attributes that say more of it than its record can, where options decide:

    * ``sample_rate_hz: int``: the rate of its sounds, instead of the record's.
    * ``trained_on: tuple[str, ...]``: data sets that the weights it really loaded have seen,
      instead of the record's; ``"unknown"`` where nobody knows.
    * ``facts: Mapping[str, Fact]``: what people must know of how it was prepared
      (``{"encoder": "mini", "noise_std": 0.11, "gap_source": "soundscapes:train"}``). Read when
      it is ready and again after the last clip, so that counts may grow while it captions; they
      begin anew when an interrupted run goes on. Both end up in the run's manifest.

    It may have a method ``explain(clips: Sequence[Clip]) -> list[Explanation]`` that says what its
    captions leaned on: one for each clip, in order, ``{}`` where there is nothing to say. It is
    called with the clips of the last call of ``caption``, and never timed; what it raises costs
    the explanations of that batch and no caption. An explanation follows from the clip alone, as
    its caption does.

    It may have a method ``close() -> None``, for what it holds that no end of Python's lets go:
    another program, a connection. It is called once, after the last clip and also after a failure,
    before its scratch folder is removed; of a process that was killed nobody is left to call it.
    """

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        """Caption a batch.

        Args:
            clips: 1 to ``batch_size`` clips, all at the system's ``sample_rate_hz``.

        Returns:
            One caption per clip, in the same order. ``""`` is legal and scored as it stands.

        Raises:
            Exception: whatever went wrong; the runner stops this system and names the clips.
                Never return a placeholder: it would be scored.
        """
        ...


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """What a plugin declares. Cheap to build: it must not import torch.

    A name is one fixed configuration; ``name[key=value]`` is another, so that a leaderboard
    row means one thing.

    Attributes:
        name: lower case with hyphens, family first (``"wsac-pd"``).
        summary: one line for ``bench systems``.
        prepare: ``(resources, options)`` to a captioner; heavy imports and weights belong here.
        options: a frozen dataclass whose every field has a default, or None.
        kind: floors and ceilings frame the ranked rows; only ceilings see references.
        sample_rate_hz: the harness resamples to this, outside the timer.
        needs_train: fills ``Resources.train``.
        uses_validation: fills ``Resources.validation`` where there is such a split.
        needs_audio: False lets it run where only captions are at hand.
        needs_waveform: False where all that it hears goes through an ``EmbeddingStore``, the
            training clips too: clips may then come as embeddings, without a sound.
        is_retrieval: it copies training captions; tables put it on a rung of its own.
        leave_one_out: run once per reference, each time scored against the other references.
        trained_on: data sets that the released weights have seen (``"audiocaps:train"``),
            where the captioner does not say so itself. Empty: of a system that says nothing at
            all, nobody knows; one whose weights saw nothing says ``()`` as a captioner.
        needs_file: each clip comes with a file of its sound, ``Clip.path``, which is written
            outside the timer.
        weights: options, and the data set that is trained on (``""`` where none is), to the files
            and folders of weights that ``prepare`` will read, so that a run can note their hashes;
            nothing is loaded or fetched here. Paths that options name need not be told again.
        needs: ``(resources, options)`` to what ``prepare`` will need, asked of all systems before
            the first gets ready; None: preparing tells what lacks.
    """

    name: str
    summary: str
    prepare: Callable[[Resources, Any], Captioner]
    options: type[Any] | None = None
    kind: Kind = "system"
    sample_rate_hz: int = 16_000
    needs_train: bool = False
    needs_audio: bool = True
    needs_waveform: bool = True
    is_retrieval: bool = False
    leave_one_out: bool = False
    trained_on: tuple[str, ...] = ()
    uses_validation: bool = False
    weights: Callable[[Any, str], Iterable[str | Path]] | None = None
    needs_file: bool = False
    needs: Callable[[Resources, Any], Iterable[Need]] | None = None
