"""Floors and the human ceiling of every leaderboard; the floors are also the tests' fakes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmark.contract import (
    API_VERSION,
    Captioner,
    Clip,
    References,
    Resources,
    SystemSpec,
)
from benchmark.errors import DataError
from benchmark.plugins.hookspecs import hookimpl

BENCH_API = API_VERSION


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    yield SystemSpec(
        "constant",
        "one fixed caption for every clip",
        _prepare_constant,
        options=ConstantOptions,
        kind="floor",
        needs_audio=False,
    )
    yield SystemSpec(
        "random-train",
        "a training caption drawn at random",
        _prepare_random_train,
        kind="floor",
        needs_train=True,
        needs_audio=False,
    )
    yield SystemSpec(
        "human",
        "each reference in turn against the others, mean over them",
        _prepare_human,
        kind="ceiling",
        needs_audio=False,
        leave_one_out=True,
    )


@dataclass(frozen=True, slots=True)
class ConstantOptions:
    """What is said.

    Attributes:
        caption: about every clip.
    """

    caption: str = "a person is speaking while something makes noise in the background"


@dataclass(frozen=True, slots=True)
class Constant:
    """Says the same thing about every clip."""

    text: str

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [self.text for _ in clips]


@dataclass(frozen=True, slots=True)
class RandomTrain:
    """Draws a training caption for each clip, from the clip's id and the seed alone.

    So the draw depends neither on the order of the clips nor on how they are batched.
    """

    captions: Sequence[str]
    seed: int

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [self.captions[self._draw(clip.clip_id)] for clip in clips]

    def _draw(self, clip_id: str) -> int:
        digest = hashlib.sha256(f"{self.seed}\n{clip_id}".encode()).digest()
        return int.from_bytes(digest[:8]) % len(self.captions)


@dataclass(frozen=True, slots=True)
class Human:
    """Gives each clip its own reference number ``fold``."""

    references: References
    fold: int

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [self.references[clip.clip_id][self.fold] for clip in clips]


def _prepare_constant(resources: Resources, options: ConstantOptions) -> Captioner:
    return Constant(options.caption)


def _prepare_random_train(resources: Resources, options: None) -> Captioner:
    train = resources.train
    captions = (
        [text for clip_id in train.clip_ids for text in train.references[clip_id]] if train else []
    )
    if not captions:
        raise DataError("random-train: the training split holds no caption to draw from.")
    return RandomTrain(captions, resources.seed)


def _prepare_human(resources: Resources, options: None) -> Captioner:
    if resources.references is None:
        raise DataError("human: this run gave no references; a ceiling cannot do without them.")
    return Human(resources.references, resources.fold)
