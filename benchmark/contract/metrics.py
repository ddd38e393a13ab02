"""What core and plugins agree on about metrics: how one is described, and what computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from benchmark.contract.needs import Need

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Aggregation = Literal["mean", "corpus"]
Reads = Literal["raw", "tokens", "corpus"]
Part = tuple[str, str]
"""One thing that a number depends on: its name and its value, as ``("model", "roberta-large")``."""
Floats: TypeAlias = "NDArray[np.float64]"
SPICE_MAX_WORDS = 100
"""SPICE parses no sentence that is longer, unless ``MetricModels`` says otherwise."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of what captions are worth: all that a table, a gate or a plot must know of it.

    Attributes:
        key: as commands and files name it; the core's are spelt as aac-metrics spells them.
        label: as papers print it.
        higher_is_better: None for figures that only describe.
        bounds: least and greatest possible value.
        aggregation: ``mean`` if the corpus value is the mean of the clips' values; ``corpus`` if it
            is a function of sums over clips, see ``Engine.corpus``.
        group: what it is of a kind with; empty: its engine's name.
        in_percent: tables show the value x100.
        in_table: False for figures that only csv and json hold.
        is_extra: computed only where it is asked for by name, not by ``all``; so is all that
            plugins bring.
        has_clip_values: whether a clip's own value means something; BLEU's does not.
        statistics: under which name its statistics are kept; empty: its key. Metrics that follow
            from the same statistics share one.
        place: where it stands among others in tables, the least first.
    """

    key: str
    label: str
    higher_is_better: bool | None = True
    bounds: tuple[float, float] = (0.0, 1.0)
    aggregation: Aggregation = "mean"
    group: str = ""
    in_percent: bool = True
    in_table: bool = True
    is_extra: bool = False
    has_clip_values: bool = True
    statistics: str = ""
    place: int = 1_000

    @property
    def kept_as(self) -> str:
        """The name that its statistics are kept by."""
        return self.statistics or self.key


@dataclass(frozen=True, slots=True)
class MetricModels:
    """Which models metrics stand on, and what they may take; None means the field's standard.

    Attributes:
        sbert_model: sentence model of SBERT-sim and FENSE: a folder or a model's name.
        bert_score_model: text model of BERTScore: a folder or a model's name.
        fer_model: fluency error detector of FER, FENSE and SPIDEr-FL: see ``find_checkpoint``.
        device: torch's spelling.
        spice_max_words: SPICE parses no sentence that is longer.
    """

    sbert_model: str | None = None
    bert_score_model: str | None = None
    fer_model: str | None = None
    device: str = "cpu"
    spice_max_words: int = SPICE_MAX_WORDS


@dataclass(frozen=True, slots=True)
class MetricResources:
    """What an engine may use.

    Attributes:
        wanted: keys of those of its metrics that are asked for; others need no values.
        models: what the command was told of models.
    """

    wanted: frozenset[str]
    models: MetricModels = MetricModels()

    @property
    def device(self) -> str:
        """Where models run, in torch's spelling."""
        return self.models.device


@dataclass(frozen=True, slots=True)
class MetricTask:
    """What one system said, as an engine sees it; nothing of it can be changed.

    Attributes:
        name: of the system, for messages.
        clip_ids: sorted; the order of all that follows.
        candidates: a caption per clip, as it was given, or its tokens with blanks between.
        references: per clip all that people wrote, at least one, in the same form.
        built_on: by key ``(n_clips,)``, the clips' values of the metrics that it builds on; NaN
            where a clip has none.
    """

    name: str
    clip_ids: tuple[str, ...]
    candidates: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]
    built_on: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetricValues:
    """What an engine says of one metric over one task.

    Attributes:
        per_clip: a number per clip, NaN for a clip without one, which ``reason`` then must say why;
            None where it has none.
        statistics: ``(n_clips, width)``, what each clip adds to a ``corpus`` value; NaN for a clip
            without a value. A value is then a function of their sum over any clips.
        value: the corpus value, where it follows from neither.
        reason: why some clips have no value, or why there is none at all. NaN without a reason
            makes the metric unavailable.
        parts: what the number depends on that the engine's ``signature`` does not say.
        has_failed: whether there is none since what it needs is here and does not work.
    """

    per_clip: Sequence[float] | Floats | None = None
    statistics: Floats | None = None
    value: float | None = None
    reason: str | None = None
    parts: tuple[Part, ...] = ()
    has_failed: bool = False


Numbers: TypeAlias = "MetricValues | Sequence[float] | Floats"
"""Of one metric: what is to be said of it, or just a number per clip, none of them NaN."""
TaskValues: TypeAlias = "Mapping[str, Numbers] | Numbers"
"""Of one task: by metric, or of an engine's only metric."""
Corpus: TypeAlias = "Callable[[Floats], Floats]"
"""Sums of statistics, ``(..., width)``, to values, ``(...)``."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What computes a metric, or several that share work. Cheap to build: it must not import torch.

    Attributes:
        name: lower case with hyphens.
        metrics: what it computes.
        score: ``(tasks, resources)`` to the values of each task, in order. All systems of a run
            come at once, so that work on references is done once. What it raises makes its metrics
            unavailable, with the reason, and costs no other metric.
        reads: the form of captions: ``raw`` as they were given, ``tokens`` PTB-tokenised,
            lower-cased, without punctuation and joined by blanks, as other metrics read them;
            ``corpus`` is the core's own layout, which may change with any version.
        builds_on: keys of metrics whose values it is given, clip by clip; where one of them has
            none, it is not asked. What they depend on is said in its signature, too.
        needs: resources to what it cannot do without, looked at before it is asked; a revision
            that ``Need.look`` gives stands in the signature.
        corpus: for each metric of aggregation ``corpus``: sums of the clips' statistics,
            ``(..., width)``, to values, ``(...)``. So it gets intervals, paired tests and a gate.
        signature: what its numbers depend on; the plugin and its version need not be said.
        score_aside: instead of ``score`` for what works in another process: begins when it is
            entered, gives a function that waits for the values, and ends all when it is left.
    """

    name: str
    metrics: tuple[Metric, ...]
    # Any: a task of the core's own engines is laid out in its own way.
    score: Callable[[Sequence[Any], MetricResources], Iterable[TaskValues]] | None = None
    reads: Reads = "raw"
    builds_on: tuple[str, ...] = ()
    needs: Callable[[MetricResources], Iterable[Need]] | None = None
    corpus: Mapping[str, Corpus] = field(default_factory=dict)
    signature: tuple[Part, ...] = ()
    score_aside: (
        Callable[
            [Sequence[Any], MetricResources],
            AbstractContextManager[Callable[[], Iterable[TaskValues]]],
        ]
        | None
    ) = None

    @staticmethod
    def per_caption(
        metric: Metric,
        score: Callable[[str, tuple[str, ...]], float],
        *,
        reads: Reads = "raw",
        signature: tuple[Part, ...] = (),
    ) -> Engine:
        """Make an engine of a function from a caption and its clip's references to a number."""

        def score_all(tasks: Sequence[MetricTask], _: MetricResources) -> list[list[float]]:
            return [list(map(score, task.candidates, task.references)) for task in tasks]

        name = metric.key.replace(".", "-").replace("_", "-")
        return Engine(name, (metric,), score_all, reads, signature=signature)
