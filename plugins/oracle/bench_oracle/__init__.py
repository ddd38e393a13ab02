"""Ceilings that look at the references: how good can a copied training caption be?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from benchmark import Captioner, Resources, SystemSpec, hookimpl

BENCH_API = 2


@dataclass(frozen=True, slots=True)
class OracleOptions:
    """What "best" means. Koizumi et al. (2020) say neither of the first two.

    Attributes:
        aggregation: over the references of a clip, the mean or the largest F1.
        model: text model of BERTScore, a folder or a name; never replaced by another; none:
            ``all-MiniLM-L6-v2`` for training on the embedded data set, ``roberta-large`` for any
            other.
        layer: whose states are compared; none takes the model's standard layer.
        idf: weigh tokens by their inverse document frequency in the references.
    """

    aggregation: Literal["mean", "max"] = "mean"
    model: str | None = None
    layer: int | None = None
    idf: bool = False


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    yield SystemSpec(
        "top1-bertscore",
        "the training caption with the best BERTScore to the clip's references",
        _prepare,
        OracleOptions,
        kind="ceiling",
        needs_train=True,
        needs_audio=False,
    )


def _prepare(resources: Resources, options: OracleOptions) -> Captioner:
    from bench_oracle.best_caption import prepare_best_caption

    return prepare_best_caption(resources, options)
