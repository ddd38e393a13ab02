"""Building blocks of synthetic sound: noises, tones, envelopes, grains. Numpy only.

Samples are float64, mono, at ``SAMPLE_RATE_HZ``; lengths count samples unless named ``_s``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
HIGHEST_HZ = 7_600.0
"""Partials above this are left out: they would alias, or fall to the resampler's filter."""

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Manner:
    """How one event makes its sound.

    Attributes:
        voice: from 0, the deepest and biggest of its kind, to 1, the highest and smallest.
        pace: 1 as usual, 2 twice as fast; heeded by sounds that have a beat.
    """

    voice: float
    pace: float = 1.0

    def pitch(self, low_hz: float, high_hz: float) -> float:
        """Choose a frequency by voice; equal steps of voice are equal intervals."""
        return float(low_hz * (high_hz / low_hz) ** self.voice)


_FFT_STEP = 2_000  # lengths that are multiples of this have only the factors 2 and 5 and few more
_TABLE_SIZE = 8_192


def count_samples(duration_s: float) -> int:
    return max(1, round(duration_s * SAMPLE_RATE_HZ))


def make_noise(rng: Generator, n: int, low_hz: float, high_hz: float, tilt: float = 0.0) -> Samples:
    """Draw Gaussian noise between two frequencies, peak 1.

    Args:
        rng: the source of randomness.
        n: how many samples.
        low_hz: lower edge; the flanks fall with 24 dB per octave.
        high_hz: upper edge.
        tilt: the slope of the pass band in powers of the frequency: 0 white, -0.5 pink, -1 brown.

    Returns:
        Shape ``(n,)``.
    """
    length = -(-n // _FFT_STEP) * _FFT_STEP
    spectrum = rng.standard_normal((length // 2 + 1, 2)).view(np.complex128)[:, 0]
    frequency_hz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ)
    frequency_hz[0] = frequency_hz[1]
    low = (low_hz / frequency_hz) ** 4
    high = (frequency_hz / high_hz) ** 4
    shape = (frequency_hz / low_hz) ** tilt if tilt else 1.0
    return scale_peak(np.fft.irfft(spectrum * shape / ((1 + low) * (1 + high)), length)[:n])


def make_drift(rng: Generator, n: int, rate_hz: float, low: float, high: float) -> Samples:
    """Wander between two values, through a new random one ``rate_hz`` times a second."""
    n_points = max(2, int(n / SAMPLE_RATE_HZ * rate_hz) + 2)
    return np.interp(
        np.linspace(0, n_points - 1, n), np.arange(n_points), rng.uniform(low, high, n_points)
    )


def make_curve(n: int, *points: tuple[float, float]) -> Samples:
    """Join points ``(position in [0, 1], value)`` by straight lines: an envelope or a glide."""
    positions, values = zip(*points, strict=True)
    curve: Samples = np.interp(np.linspace(0, 1, n), positions, values)
    return curve


def make_swell(n: int, attack_s: float, release_s: float) -> Samples:
    """Rise from 0 to 1, stay, and fall to 0; the slopes shrink where ``n`` is too short."""
    rise, fall = attack_s * SAMPLE_RATE_HZ, release_s * SAMPLE_RATE_HZ
    shrink = min(1.0, n / (rise + fall))
    position = np.arange(n, dtype=np.float64)
    slopes = np.minimum(position / (rise * shrink), (n - position) / (fall * shrink))
    return slopes.clip(0, 1)


def make_decay(n: int, time_constant_s: float) -> Samples:
    """Fall from 1, to 1/e after ``time_constant_s``."""
    decay: Samples = np.exp(np.arange(n) * (-1 / (time_constant_s * SAMPLE_RATE_HZ)))
    return decay


def make_tone(frequency_hz: float | Samples, n: int) -> Samples:
    """Sing one sine whose frequency may change from sample to sample."""
    if isinstance(frequency_hz, np.ndarray):
        turned_hz: Samples = np.cumsum(frequency_hz)
    else:
        turned_hz = np.arange(n, dtype=np.float64) * frequency_hz
    tone: Samples = np.sin(turned_hz * (2 * np.pi / SAMPLE_RATE_HZ))
    return tone


def make_harmonics(frequency_hz: Samples, amplitudes: Samples) -> Samples:
    """Add up the harmonics of a gliding fundamental by looking one period up in a table.

    Args:
        frequency_hz: the fundamental, ``(n,)``.
        amplitudes: of the harmonics 1, 2, ..., at most 4,000; those that could pass
            ``HIGHEST_HZ`` are dropped.

    Returns:
        Shape ``(n,)``, peak 1.
    """
    n_audible = max(1, int(HIGHEST_HZ / frequency_hz.max()))
    kept = amplitudes[:n_audible]
    spectrum = np.zeros(_TABLE_SIZE // 2 + 1, np.complex128)
    quadratic = np.arange(len(kept)) ** 2 / len(kept)  # spreads the phases: a lower crest
    spectrum[1 : len(kept) + 1] = kept * np.exp(-1j * np.pi * quadratic)
    table = np.fft.irfft(spectrum)
    cycles = np.cumsum(frequency_hz) * (_TABLE_SIZE / SAMPLE_RATE_HZ)
    return scale_peak(table[cycles.astype(np.int64) % _TABLE_SIZE])


def shape_vowel(
    frequency_hz: float, formants_hz: Sequence[float], tilt: float = -1.0, width: float = 0.12
) -> Samples:
    """Compute the harmonics' amplitudes of a voice: a falling source through resonances.

    Args:
        frequency_hz: the fundamental.
        formants_hz: centres of the resonances, each weaker than the one before.
        tilt: the source's slope in powers of the harmonic's number.
        width: half of a resonance's bandwidth over its centre.

    Returns:
        Amplitudes of the harmonics 1, 2, ... up to ``HIGHEST_HZ``.
    """
    number = np.arange(1, int(HIGHEST_HZ / frequency_hz) + 2)
    harmonic_hz = number * frequency_hz
    gain = np.full(len(number), 0.01)
    for rank, centre_hz in enumerate(formants_hz):
        distance = (harmonic_hz - centre_hz) / (width * centre_hz + 40)
        gain += 0.7**rank / (1 + distance**2)
    return gain * number.astype(np.float64) ** tilt


def make_struck(
    n: int, frequencies_hz: Iterable[float], decays_s: Sequence[float], weights: Sequence[float]
) -> Samples:
    """Strike something that rings: a sum of sines, each dying away at its own speed."""
    ringing = np.zeros(n)
    for frequency_hz, decay_s, weight in zip(frequencies_hz, decays_s, weights, strict=True):
        if frequency_hz < HIGHEST_HZ:
            ringing += weight * make_tone(frequency_hz, n) * make_decay(n, decay_s)
    return ringing


def make_grains(
    n: int, frequency_hz: Samples, decay_s: Samples | float, glide: Samples | float = 0.0
) -> Samples:
    """Make many short ringing grains at once.

    Args:
        n: samples of a grain.
        frequency_hz: where each begins, ``(n_grains,)``.
        decay_s: how fast each dies away.
        glide: by which share its frequency has risen at its end.

    Returns:
        Shape ``(n_grains, n)``.
    """
    time = np.arange(n) / SAMPLE_RATE_HZ
    rate = 1 + np.reshape(glide, (-1, 1)) * time / (2 * n / SAMPLE_RATE_HZ)
    phase = 2 * np.pi * frequency_hz[:, None] * time * rate
    return np.asarray(np.sin(phase) * np.exp(-time / np.reshape(decay_s, (-1, 1))))


def scatter(out: Samples, parts: Sequence[Samples] | Samples, starts: Sequence[int]) -> None:
    """Add each part to ``out`` from its start on; what sticks out at the end is cut off."""
    for part, start in zip(parts, starts, strict=True):
        end = min(len(out), start + len(part))
        if start < end:
            out[start:end] += part[: end - start]


def draw_starts(rng: Generator, n: int, rate_hz: float, jitter: float) -> list[int]:
    """Draw where the strokes of a repeated sound begin.

    Args:
        rng: the source of randomness.
        n: samples to fill.
        rate_hz: strokes a second.
        jitter: 0 for a clockwork; 0.5 lets an interval shrink or grow by half.
    """
    period = SAMPLE_RATE_HZ / rate_hz
    intervals = period * (1 + jitter * rng.uniform(-1, 1, int(n / period / (1 - jitter)) + 1))
    starts = np.cumsum(intervals) - intervals[0]
    return [int(start) for start in starts if start < n]


def scale_peak(samples: Samples, peak: float = 1.0) -> Samples:
    """Scale to a peak; silence stays silence."""
    highest = float(np.max(np.abs(samples), initial=0.0))
    return samples * (peak / highest) if highest > 0 else samples
