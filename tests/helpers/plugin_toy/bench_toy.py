"""Small captioners, good and bad: a real plugin in a real distribution."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmark import (
    Captioner,
    Clip,
    Evidence,
    Explanation,
    MissingWeightsError,
    Need,
    Resources,
    SystemSpec,
    hookimpl,
)

BENCH_API = 2


@dataclass(frozen=True, slots=True)
class ToyOptions:
    """``delay_s``: seconds a clip takes; ``after``: clips before the fault shows."""

    delay_s: float = 0.0
    after: int = 0


@dataclass(frozen=True, slots=True)
class NeedyOptions:
    """``lacks``: what is not here."""

    lacks: str = "weights"


@dataclass
class Loudness:
    """Says how loud a clip is, and how long: every caption depends on the sound."""

    options: ToyOptions

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        time.sleep(self.options.delay_s * len(clips))
        return [self._describe(clip) for clip in clips]

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        return [
            {
                "loudest samples": [
                    Evidence(f"sample {at}", float(clip.waveform[at]))
                    for at in np.argsort(-clip.waveform, kind="stable")[:2]
                ]
            }
            for clip in clips
        ]

    def _describe(self, clip: Clip) -> str:
        level = float(np.sqrt(np.mean(clip.waveform**2))) if len(clip.waveform) else 0.0
        word = "loud" if level > 0.05 else "quiet"
        return f"a {word} sound of level {level:.4f} for {clip.duration_s:.2f} seconds"


@dataclass
class Faulty:
    """Behaves for ``after`` clips, then breaks the contract in one way."""

    fault: str
    options: ToyOptions
    n_seen: int = 0

    def caption(self, clips: Sequence[Clip]) -> Any:
        self.n_seen += len(clips)
        if self.n_seen <= self.options.after:
            return ["a sound" for _ in clips]
        if self.fault == "raises":
            raise ValueError("the toy broke, as it was told to")
        if self.fault == "hangs":
            time.sleep(60)
        return {
            "short": ["a sound"] * (len(clips) - 1),
            "none": None,
            "mixed": [None] * len(clips),
        }[self.fault]


@dataclass
class Unfounded(Loudness):
    """Captions well, and cannot say why after ``after`` clips."""

    n_explained: int = 0

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        self.n_explained += len(clips)
        if self.n_explained > self.options.after:
            raise LookupError("nobody knows \x1b[31mwhy")
        return super().explain(clips)


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    yield SystemSpec("toy", "says how loud a clip is", _prepare, ToyOptions)
    yield SystemSpec("toy-unfounded", "cannot say why", _prepare_unfounded, ToyOptions)
    yield SystemSpec("toy-mute", "says nothing", _prepare_mute, kind="floor", needs_audio=False)
    for fault in ("raises", "short", "none", "mixed", "hangs"):
        prepare = partial(_prepare_faulty, fault)
        yield SystemSpec(f"toy-{fault}", f"faulty: {fault}", prepare, ToyOptions, needs_audio=False)
    yield SystemSpec("toy-unready", "cannot get ready", _prepare_unready, needs_audio=False)
    yield SystemSpec(
        "toy-needy", "lacks something", _prepare_unready, NeedyOptions, needs=_needs_of_needy
    )


def _prepare(resources: Resources, options: ToyOptions) -> Captioner:
    return Loudness(options)


def _prepare_unfounded(resources: Resources, options: ToyOptions) -> Captioner:
    return Unfounded(options)


def _prepare_faulty(fault: str, resources: Resources, options: ToyOptions) -> Captioner:
    return Faulty(fault, options)


class _Mute:
    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return ["" for _ in clips]


def _prepare_mute(resources: Resources, options: None) -> Captioner:
    return _Mute()


def _needs_of_needy(resources: Resources, options: NeedyOptions) -> Iterable[Need]:
    def look() -> str | None:
        raise MissingWeightsError(f"no {options.lacks} here. Fetch it.")

    return [Need(look)]


def _prepare_unready(resources: Resources, options: Any) -> Captioner:
    raise FileNotFoundError("weights.safetensors")
