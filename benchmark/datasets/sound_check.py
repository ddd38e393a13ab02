"""What decoding every sound of a split shows: broken, odd, twice, and in the training split too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmark.contract import Split
from benchmark.datasets.audio import at_rate, hash_waveform
from benchmark.datasets.decoding import Decoded, decode
from benchmark.errors import DataError, quoted
from benchmark.files import JsonObject
from benchmark.machine.progress import progress_bar

_QUIETEST = 2.0**-16
"""Half a step of 16 bits: what is below is silence in a plain wav."""
_CANCELLED = 1e-3
"""Of the loudest channel: what is left of sounds that are each other's opposite."""
_LOUDEST = 8.0
"""Beyond full scale, by 18 dB: no mastering gives such floats, a forgotten division does."""
_USUAL_S = {"audiocaps": (2.0, 11.0), "clotho": (14.5, 30.5)}
"""Seconds that the clips of a data set have."""


class Twins(NamedTuple):
    """Sounds of a split that are the same as those of its training split, sample by sample.

    Attributes:
        train: the training split's label.
        ids: clip id to the id of the training clip.
    """

    train: str
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SoundCheck:
    """What decoding every present sound showed; durations in seconds, of the readable ones.

    Attributes:
        readable: how many.
        broken: clip id to what is wrong with its sound.
        odd: clip id to what is unusual in its sound, which is read all the same.
        equal: clip id to another before it that has the same sound.
        twins: what lies in the training split too; None where there is none.
    """

    readable: int
    total_s: float
    shortest_s: float
    longest_s: float
    broken: Mapping[str, str]
    odd: Mapping[str, str] = field(default_factory=dict)
    equal: Mapping[str, str] = field(default_factory=dict)
    twins: Twins | None = None

    def to_dict(self) -> JsonObject:
        """All fields, ready for JSON."""
        return {
            "readable": self.readable,
            "total_s": self.total_s,
            "shortest_s": self.shortest_s,
            "longest_s": self.longest_s,
            "broken": dict(self.broken),
            "odd": dict(self.odd),
            "equal": dict(self.equal),
            "in_training": dict(self.twins.ids) if self.twins else None,
        }

    def render(self) -> list[str]:
        """Lines for the terminal, every broken and every odd sound among them."""
        lines = [
            f"  sounds      {self.readable} readable, {len(self.broken)} broken, {len(self.odd)} "
            "odd",
            f"  duration    {self.total_s:.1f} s ({self.shortest_s:.2f} to {self.longest_s:.2f} s)",
        ]
        lines += [f"  broken      {quoted(clip_id)}: {why}" for clip_id, why in self.broken.items()]
        lines += [f"  odd         {quoted(clip_id)}: {why}" for clip_id, why in self.odd.items()]
        lines += [
            f"  equal       {quoted(clip_id)}: the same sound as {quoted(other)}"
            for clip_id, other in self.equal.items()
        ]
        if self.twins and self.twins.ids:
            clip_id, other = next(iter(self.twins.ids.items()))
            n = len(self.twins.ids)
            lies = "sound lies" if n == 1 else "sounds lie"
            lines.append(
                f"  in training {n:,} of {self.readable:,} {lies} in {self.twins.train} too, "
                f"sample by sample, such as {quoted(clip_id)} as {quoted(other)}"
            )
        return lines


class _Print(NamedTuple):
    """What tells a sound: its length and rate are had without decoding, its hash is not."""

    n_samples: int
    rate_hz: int
    content: str


def check_sounds(
    split: Split, train: Split | None = None, sample_rate_hz: int = 16_000
) -> SoundCheck:
    """Decode every present sound, as a run would, and list what is wrong or unusual.

    Args:
        split: of any data set.
        train: whose sounds are compared with these, where both are files; those of equal length
            and rate are decoded. The same recording at another rate or in another lossy format
            is not found.
        sample_rate_hz: that sounds are resampled to.
    """
    durations_s: list[float] = []
    broken: dict[str, str] = {}
    odd: dict[str, str] = {}
    prints: dict[str, _Print] = {}
    with progress_bar(f"reading {split.label}", len(split.present)) as bar:
        for clip_id in sorted(split.present):
            try:
                if clip_id in split.files:
                    path = split.files[clip_id]
                    sound = decode(path)
                    waveform = at_rate(path, sound, sample_rate_hz)
                    prints[clip_id] = _print(sound)
                    if why := _describe_oddity(sound, split.label.dataset_name):
                        odd[clip_id] = why
                else:
                    waveform = split.read_clip(clip_id, sample_rate_hz).waveform
                durations_s.append(len(waveform) / sample_rate_hz)
            except DataError as error:
                broken[clip_id] = str(error)
            bar.advance()
    return SoundCheck(
        readable=len(durations_s),
        total_s=sum(durations_s),
        shortest_s=min(durations_s, default=0.0),
        longest_s=max(durations_s, default=0.0),
        broken=broken,
        odd=odd,
        equal=_find_equal(prints),
        twins=_find_twins(prints, train) if train is not None else None,
    )


def _print(sound: Decoded) -> _Print:
    return _Print(len(sound.waveform), sound.rate_hz, hash_waveform(sound.waveform))


def _describe_oddity(sound: Decoded, dataset: str) -> str | None:
    """Say what is unusual in a sound; None where nothing is."""
    loudest = float(np.abs(sound.waveform).max())
    if len(sound.waveform) == 1:
        return "it is a single sample"
    if sound.peak < _QUIETEST:
        return "it is silent"
    if loudest < _CANCELLED * sound.peak:
        return f"its {sound.n_channels} channels cancel each other: their mean is heard, silence"
    if sound.peak > _LOUDEST:
        return (
            f"its values reach {sound.peak:,.0f}; expected -1 to 1. Integers that were written as "
            "floats? Divide them by 32,768"
        )
    if np.ptp(sound.waveform) == 0:
        return f"it has one value throughout, {loudest:.4g}"
    seconds = len(sound.waveform) / sound.rate_hz
    low, high = _USUAL_S.get(dataset.partition("@")[0], (0.0, float("inf")))
    if not low <= seconds <= high:
        return f"it is {seconds:.1f} s long; clips of {dataset} have {low:g} to {high:g} s"
    return None


def _find_equal(prints: Mapping[str, _Print]) -> dict[str, str]:
    first: dict[_Print, str] = {}
    equal = {}
    for clip_id, sound in prints.items():
        if first.setdefault(sound, clip_id) != clip_id:
            equal[clip_id] = first[sound]
    return equal


def _find_twins(prints: Mapping[str, _Print], train: Split) -> Twins:
    """Find training clips that have the sound of a clip, under whatever name."""
    by_print: dict[_Print, list[str]] = {}
    for clip_id, sound in prints.items():
        by_print.setdefault(sound, []).append(clip_id)
    lengths = {(sound.n_samples, sound.rate_hz) for sound in prints.values()}
    twins: dict[str, str] = {}
    with progress_bar(f"comparing {train.label}", len(train.files)) as bar:
        for train_id, path in train.files.items():
            bar.advance()
            try:
                if (length := _read_length(path)) is not None and length not in lengths:
                    continue
                sound = _print(decode(path))
            except DataError:
                continue  # `bench data verify` of that split names it
            for clip_id in by_print.get(sound, ()):
                twins.setdefault(clip_id, train_id)
    return Twins(str(train.label), twins)


def _read_length(path: Path) -> tuple[int, int] | None:
    """Read samples and rate from a header; None where only decoding tells."""
    import soundfile

    try:
        info = soundfile.info(path)
    except (soundfile.SoundFileError, OSError, ValueError, TypeError):
        return None
    is_guess = info.format == "MP3" or not 0 < info.frames < 1 << 62
    return None if is_guess else (info.frames, info.samplerate)
