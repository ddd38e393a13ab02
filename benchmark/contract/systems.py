"""Systems: what a plugin declares of one, what it gets, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from benchmark.artifacts import Artifacts
from benchmark.contract.clips import Clip
from benchmark.contract.needs import Need
from benchmark.contract.splits import References, Split, SplitLabel
from benchmark.errors import DataError
from benchmark.files import scratch_of_process

Kind = Literal["system", "floor", "ceiling"]
Fact = str | int | float | bool | None
UNKNOWN = "unknown"
"""In ``trained_on``: nobody knows what these weights have seen."""


def _no_other_split(label: str) -> Split:
    raise DataError(
        f"{label!r} cannot be loaded here: these resources were made without data sets. Pass "
        "load_split=..., as a run does."
    )


@dataclass(frozen=True, slots=True)
class EvaluatedClips:
    """The clips of a run by their ids, for systems that look something up by these.

    Attributes:
        label: of the split.
        clip_ids: those that are captioned, sorted.
        spellings: each exact spelling of an id that the split knows, to the id; of all its clips.
    """

    label: SplitLabel
    clip_ids: tuple[str, ...]
    spellings: Mapping[str, str]


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
        evaluated: ids of the clips that are captioned; None where they are of no split.
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
    evaluated: EvaluatedClips | None = None

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
        is_timed: False where a call is not the work itself, as where captions are looked up that
            were made elsewhere: such a system has no latency, and no profile.
        variant: ``(record, options)`` to the record of this configuration, where options decide
            what a record says, as its kind; its name and options stay. None: they decide nothing.
        imports: modules of libraries that ``prepare`` imports and that take long, as
            ``("torch", "transformers")``. Where several systems of a run name the same, the bench
            imports them once for all.
        builds_ahead: above 0, ``prepare`` keeps all that takes long in ``Resources.artifacts``, so
            that a run may call it once more before, beside that of others, in a process that is
            thrown away. The highest number begins first.
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
    is_timed: bool = True
    variant: Callable[[SystemSpec, Any], SystemSpec] | None = None
    imports: tuple[str, ...] = ()
    builds_ahead: int = 0
