"""Captioners that copy a training caption: the floor that every trained system must beat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark import Captioner, Resources, SystemSpec, hookimpl
from benchmark.datasets import EMBEDDED_DATASET

BENCH_API = 2

FITTING_ENCODERS = {EMBEDDED_DATASET: "mini"}
"""By the data set trained on, an encoder that fits it better than the one for any other."""
N_SHOWN = 5
"""Of what a caption leaned on, at most."""


@dataclass(frozen=True, slots=True)
class NnVggishOptions:
    """How sounds are compared.

    Attributes:
        encoder: any encoder of sounds as sequences, options included
            (``"vggish[weights=random]"``); none: ``mini`` for training on the embedded data set,
            ``vggish`` for any other.
        n_patches (patches): of 0.96 s, that are compared; longer clips are cut, shorter ones are
            filled with zeros. 10 s make 10.
    """

    encoder: str | None = None
    n_patches: int = 10

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.n_patches < 1:
            raise ValueError(f"n_patches={self.n_patches}; expected at least 1.")


@dataclass(frozen=True, slots=True)
class NnClapOptions:
    """How sounds and captions are compared.

    Attributes:
        encoder: any encoder of sounds and captions, options included; none: ``mini`` for training
            on the embedded data set, ``tagbridge`` for any other.
    """

    encoder: str | None = None


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    yield SystemSpec(
        "nn-vggish",
        "the caption of the training clip with the nearest VGGish features",
        _prepare_nn_vggish,
        NnVggishOptions,
        weights=partial(_weights, "vggish"),
        is_retrieval=True,
        needs_train=True,
        needs_waveform=False,
    )
    yield SystemSpec(
        "nn-clap",
        "the training caption nearest to the sound in a joint space",
        _prepare_nn_clap,
        NnClapOptions,
        weights=partial(_weights, "tagbridge"),
        is_retrieval=True,
        needs_train=True,
        needs_waveform=False,
    )


def choose_encoder(standard: str, named: str | None, dataset: str) -> str:
    """Choose the encoder: the named one, or the one that fits the data set trained on."""
    return named or FITTING_ENCODERS.get(dataset, standard)


def _weights(standard: str, options: NnVggishOptions | NnClapOptions, dataset: str) -> list[Path]:
    from benchmark.encoders import list_encoder_files

    return list_encoder_files(choose_encoder(standard, options.encoder, dataset))


def _prepare_nn_vggish(resources: Resources, options: NnVggishOptions) -> Captioner:
    from bench_retrieval.sounds import prepare_nearest_sound

    return prepare_nearest_sound(resources, options)


def _prepare_nn_clap(resources: Resources, options: NnClapOptions) -> Captioner:
    from bench_retrieval.captions import prepare_nearest_caption

    return prepare_nearest_caption(resources, options)
