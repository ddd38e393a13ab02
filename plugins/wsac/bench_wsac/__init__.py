"""WSAC (arXiv 2309.12242), a plugin of aac-bench: captioners trained on text alone.

A decoder learns to rebuild captions from their own embeddings in a joint space of sounds and
captions, and then reads the embedding of a sound. Five systems bridge the gap between the two
sides of that space in five ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from bench_wsac.options import PRESETS, Strategy, WsacOptions
from benchmark import Captioner, Need, Resources, SystemSpec, hookimpl
from benchmark.models import TORCH_AND_TRANSFORMERS
from benchmark.systems import PresetOptions

BENCH_API = 2

_SUMMARIES: dict[Strategy, str] = {
    "none": "decoder trained on captions alone reads the sound's embedding as it is",
    "ni": "the same, with noise on the captions' embeddings in training",
    "es": "the same, with embeddings shifted by the mean gap between sounds and captions",
    "nnd": "decodes from the training caption nearest to the sound",
    "pd": "decodes from the sound's projection onto all training captions",
}
_RANKS: dict[Strategy, int] = {"none": 7, "es": 6, "ni": 5, "nnd": 1, "pd": 1}
"""In what comes first of what is built ahead: the last two wait for the decoder of the first."""


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    for strategy, summary in _SUMMARIES.items():
        yield SystemSpec(
            "wsac" if strategy == "none" else f"wsac-{strategy}",
            f"{summary} (WSAC, 2023)",
            partial(_prepare, strategy),
            WsacOptions,
            weights=_weights,
            needs_train=True,
            needs_waveform=False,
            uses_validation=True,
            needs=_needs,
            imports=TORCH_AND_TRANSFORMERS,
            builds_ahead=_RANKS[strategy],
        )


def _weights(options: PresetOptions, dataset: str) -> list[Path]:
    from benchmark.encoders import list_encoder_files

    return list_encoder_files(PRESETS.resolve(options, dataset).settings.encoder)


def _needs(resources: Resources, options: PresetOptions) -> Iterable[Need]:
    from bench_wsac.needs import list_needs

    return list_needs(resources, options)


def _prepare(strategy: Strategy, resources: Resources, options: PresetOptions) -> Captioner:
    from bench_wsac.preparation import prepare_wsac

    return prepare_wsac(strategy, resources, options)
