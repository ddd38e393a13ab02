"""Captioners that copy a training caption: the floor that every trained system must beat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark import Captioner, DataError, Need, Resources, SystemSpec, hookimpl
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
        needs=_needs_of_nn_vggish,
        builds_ahead=4,
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
        needs=_needs_of_nn_clap,
        builds_ahead=4,
    )


def _needs_of_nn_vggish(resources: Resources, options: NnVggishOptions) -> Iterable[Need]:
    from benchmark.encoders import encoder_needs

    train = resources.train
    name = choose_encoder("vggish", options.encoder, _dataset_of(resources))

    def look_for_sounds() -> None:
        if train is not None and not train.present:
            raise DataError(tell_no_sounds(str(train.label), name))

    return [*encoder_needs(name), Need(look_for_sounds)]


def _needs_of_nn_clap(resources: Resources, options: NnClapOptions) -> Iterable[Need]:
    from benchmark.encoders import encoder_needs

    return encoder_needs(choose_encoder("tagbridge", options.encoder, _dataset_of(resources)))


def _dataset_of(resources: Resources) -> str:
    return resources.train.dataset if resources.train else ""


def tell_no_sounds(label: str, encoder: str) -> str:
    """Say that no training clip has a sound to be compared with, and what to do."""
    from benchmark import SplitLabel
    from benchmark.embeddings import embed_command

    command = embed_command(SplitLabel.parse(label), encoder, "patches")
    return (
        f"nn-vggish compares sounds, but no clip of {label} has one. Fetch its sounds "
        f"(`bench data verify` lists what is missing), embed them where they are (`{command}`) "
        "and name the file with --embeddings, or train on another split with --train."
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
