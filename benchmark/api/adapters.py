"""The same scores behind the interfaces of torchmetrics and of evaluate, neither of which it needs.

Both hold texts until ``compute``: CIDEr-D of a batch is not what a data set's would be.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from benchmark.api.results import Result
from benchmark.api.scoring import score
from benchmark.metrics.suite import MetricModels


class TorchmetricsStyle:
    """``update``, ``compute`` and ``reset``, as a metric of torchmetrics has them.

    Texts of other processes are not gathered.
    """

    def __init__(
        self, metrics: str | Iterable[str] = "lexical", models: MetricModels | None = None
    ) -> None:
        """Begin with no texts; see ``score`` for what is given."""
        self.metrics = metrics if isinstance(metrics, str) else tuple(metrics)
        self.models = models
        self.result: Result | None = None
        self.reset()

    def reset(self) -> None:
        """Forget all texts."""
        self._captions: list[str] = []
        self._references: list[Sequence[str]] = []

    def update(self, preds: Sequence[str], target: Sequence[Sequence[str]]) -> None:
        """Add a batch: of each clip the caption and its references."""
        if len(preds) != len(target):
            raise ValueError(f"{len(preds)} captions, references of {len(target)} clips")
        self._captions += preds
        self._references += target

    def compute(self) -> dict[str, float]:
        """Score all texts: by key the values that can be had; the others warn and say why.

        ``result`` has all else.
        """
        self.result = score(
            self._captions, self._references, metrics=self.metrics, models=self.models
        )
        for key, reason in self.result.only.absent.items():
            warnings.warn(f"no {key}: {reason}", RuntimeWarning, stacklevel=2)
        return self.result.only.values


class EvaluateStyle:
    """``add``, ``add_batch`` and ``compute``, as a metric of Hugging Face's evaluate has them."""

    def __init__(
        self, metrics: str | Iterable[str] = "lexical", models: MetricModels | None = None
    ) -> None:
        """Begin with no texts; see ``score`` for what is given."""
        self._metric = TorchmetricsStyle(metrics, models)

    def add(self, *, prediction: str, reference: Sequence[str]) -> None:
        """Add a clip: its caption and its references."""
        self._metric.update([prediction], [reference])

    def add_batch(self, *, predictions: Sequence[str], references: Sequence[Sequence[str]]) -> None:
        """Add clips."""
        self._metric.update(predictions, references)

    def compute(
        self,
        *,
        predictions: Sequence[str] = (),
        references: Sequence[Sequence[str]] = (),
    ) -> dict[str, float]:
        """Score these and all that were added, and forget them; see ``TorchmetricsStyle``."""
        self._metric.update(predictions, references)
        try:
            return self._metric.compute()
        finally:
            self._metric.reset()
