"""Ceilings that look at the references: how good can a copied training caption be?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmark import Captioner, Need, Resources, SystemSpec, hookimpl
from benchmark.datasets import EMBEDDED_DATASET
from benchmark.models import OFFLINE_NAME, TORCH_AND_TRANSFORMERS

BENCH_API = 2
_FITTING_MODELS = {EMBEDDED_DATASET: OFFLINE_NAME}  # by the data set trained on


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
        weights=_weights,
        kind="ceiling",
        needs_train=True,
        needs_audio=False,
        needs=_needs,
        imports=TORCH_AND_TRANSFORMERS,
        builds_ahead=3,
    )


def choose_model(options: OracleOptions, dataset: str) -> str:
    """Choose the text model: the named one, or the one that fits the data set trained on."""
    from benchmark.metrics.bertscore import BERT_SCORE_MODEL

    return options.model or _FITTING_MODELS.get(dataset, BERT_SCORE_MODEL)


def _weights(options: OracleOptions, dataset: str) -> list[Path]:
    from benchmark.models import list_model_files

    return list_model_files(choose_model(options, dataset))


def _needs(resources: Resources, options: OracleOptions) -> Iterable[Need]:
    from benchmark.models import need_model

    dataset = resources.train.dataset if resources.train else ""
    return [need_model(choose_model(options, dataset))]


def _prepare(resources: Resources, options: OracleOptions) -> Captioner:
    from bench_oracle.best_caption import prepare_best_caption

    return prepare_best_caption(resources, options)
