"""Clips and resources to try systems on: a few of the embedded soundscapes, rendered at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import Artifacts
from benchmark.contract import Clip, References, Resources, Split, Waveform
from benchmark.datasets.audio import read_sound
from benchmark.datasets.catalogue import split_loader
from benchmark.datasets.soundscapes.signals import SAMPLE_RATE_HZ
from benchmark.datasets.soundscapes.splits import EMBEDDED_DATASET, caption_clip, render_clip
from benchmark.files import scratch_folder
from benchmark.machine.places import data_root

_N_TRAIN, _N_VALIDATION = 24, 8
_DURATIONS_S: Mapping[str, float] = {
    "test-0000": 5.0,
    "test-0001": 2.5,
    "test-0002": 1.0,
    "test-0003": 5.0,
    "test-0004": 3.7,
}
_ODD = ("one-sample", "short", "long", "silent", "full-scale")
_SHORT_S = 0.01
_LONG_S = 60


def example_clips(sample_rate_hz: int = 16_000) -> tuple[Clip, ...]:
    """Give five clips of the soundscapes' test split, cut to 1 to 5 s; waveforms are read-only."""
    return tuple(
        Clip(
            clip_id,
            _sound(clip_id, sample_rate_hz)[: round(end_s * sample_rate_hz)],
            sample_rate_hz,
        )
        for clip_id, end_s in _DURATIONS_S.items()
    )


def odd_clips(sample_rate_hz: int) -> tuple[Clip, ...]:
    """Give clips that any data set may hold; their ids say what is odd about them.

    One sample is the shortest sound that a file is read as: a run never hands over an empty one,
    save where it hands over no sound at all.
    """
    sounds = [_sound(clip_id, sample_rate_hz) for clip_id in _DURATIONS_S]
    waveforms: tuple[NDArray[Any], ...] = (
        sounds[0][:1],
        sounds[0][: max(1, round(_SHORT_S * sample_rate_hz))],
        np.resize(np.concatenate(sounds), _LONG_S * sample_rate_hz),
        np.zeros(2 * sample_rate_hz),
        np.where(sounds[1] < 0, -1.0, 1.0),
    )
    return tuple(
        Clip(clip_id, _freeze(waveform), sample_rate_hz)
        for clip_id, waveform in zip(_ODD, waveforms, strict=True)
    )


def example_references() -> References:
    """Give five references for each clip of ``example_clips``, and for the odd clips too."""
    clip_ids = (*_DURATIONS_S, *_ODD)
    return {clip_id: caption_clip("test", number) for number, clip_id in enumerate(clip_ids)}


def example_train() -> Split:
    """Give the first 24 clips of the soundscapes' training split, five captions each.

    It is called ``soundscapes``, so that systems take the small models of the package for it.
    """
    return _first_clips("train", _N_TRAIN)


def example_validation() -> Split:
    """Give the first 8 clips of the soundscapes' validation split, five captions each."""
    return _first_clips("val", _N_VALIDATION)


def example_resources(folder: Path, *, device: str = "cpu", seed: int = 0) -> Resources:
    """Give resources with a small training split.

    Args:
        folder: for artifacts, such as pytest's ``tmp_path``.
        device: torch's spelling.
        seed: of everything random.
    """
    artifacts = Artifacts(folder)
    loader = split_loader(data_root(), artifacts)
    return Resources(device, seed, artifacts, train=example_train(), load_split=loader)


def _first_clips(name: str, n_clips: int) -> Split:
    references = dict(_captions(name, n_clips))
    return Split(EMBEDDED_DATASET, name, references, frozenset(references), _read)


@lru_cache
def _captions(name: str, n_clips: int) -> References:
    return {f"{name}-{number:04}": caption_clip(name, number) for number in range(n_clips)}


def _read(clip_id: str, sample_rate_hz: int) -> Clip:
    return Clip(clip_id, _sound(clip_id, sample_rate_hz), sample_rate_hz)


@lru_cache(maxsize=64)
def _sound(clip_id: str, sample_rate_hz: int) -> Waveform:
    """Render a clip and read it as a run would: 5 s, read-only."""
    import soundfile

    split, number = clip_id.split("-")
    with scratch_folder("bench-example") as folder:
        path = folder / f"{clip_id}.flac"
        soundfile.write(path, render_clip(split, int(number)), SAMPLE_RATE_HZ, "PCM_16")
        return _freeze(read_sound(path, sample_rate_hz))


def _freeze(waveform: NDArray[Any]) -> Waveform:
    frozen = np.ascontiguousarray(waveform, dtype=np.float32)
    frozen.flags.writeable = False
    return frozen
