"""How animals sound. Each function renders one stroke or a stretch: ``(rng, n, manner)``."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from benchmark.datasets.soundscapes.signals import (
    SAMPLE_RATE_HZ,
    Manner,
    Samples,
    count_samples,
    draw_starts,
    make_curve,
    make_decay,
    make_drift,
    make_harmonics,
    make_noise,
    make_swell,
    make_tone,
    scatter,
    shape_vowel,
)


def bark(rng: Generator, n: int, manner: Manner) -> Samples:
    """One bark: a rough, arched pitch with a burst of breath."""
    pitch_hz = manner.pitch(220, 620) * rng.uniform(0.95, 1.05)
    track_hz = pitch_hz * make_curve(n, (0, 0.8), (0.15, 1.5), (0.45, 1.2), (1, 0.6))
    track_hz *= make_drift(rng, n, 120, 0.9, 1.1)
    formants_hz = (manner.pitch(650, 1_250), manner.pitch(1_300, 2_300))
    voiced = make_harmonics(track_hz, shape_vowel(pitch_hz, formants_hz, tilt=-0.4, width=0.25))
    breath = make_noise(rng, n, formants_hz[0] * 0.7, formants_hz[1] * 1.5)
    envelope = make_swell(n, 0.015, 0.01) * make_decay(n, 0.09)
    return (voiced + 0.5 * breath) * envelope


def meow(rng: Generator, n: int, manner: Manner) -> Samples:
    """One meow: an arched, clear pitch whose mouth opens and closes."""
    pitch_hz = manner.pitch(430, 800) * rng.uniform(0.96, 1.04)
    peak = rng.uniform(0.3, 0.5)
    track_hz = pitch_hz * make_curve(n, (0, 0.85), (peak, 1.25), (1, 0.75))
    closed = make_harmonics(track_hz, shape_vowel(pitch_hz, (500, 2_600), tilt=-0.8))
    opened = make_harmonics(track_hz, shape_vowel(pitch_hz, (1_300, 1_900, 3_400), tilt=-0.4))
    mouth = make_curve(n, (0, 0), (0.2, 0.3), (peak + 0.1, 1), (1, 0))
    return (closed * (1 - mouth) + opened * mouth) * make_swell(n, 0.08, 0.25)


def sing_like_birds(rng: Generator, n: int, manner: Manner) -> Samples:
    """Phrases of quick whistled sweeps between 2.2 and 7 kHz."""
    out = np.zeros(n)
    for phrase_start in draw_starts(rng, n, 1.4, 0.4):
        centre_hz = manner.pitch(2_800, 5_000) * rng.uniform(0.85, 1.15)
        length = count_samples(rng.uniform(0.05, 0.11))
        sweep = centre_hz * make_curve(length, *_draw_sweep(rng))
        chirp = make_tone(sweep, length) * np.hanning(length)
        spacing = int(length * rng.uniform(1.2, 1.8))
        starts = [phrase_start + k * spacing for k in range(rng.integers(2, 7))]
        scatter(out, [chirp * rng.uniform(0.5, 1) for _ in starts], starts)
    return out


def _draw_sweep(rng: Generator) -> list[tuple[float, float]]:
    start, middle, end = rng.uniform(0.75, 1.35, 3)
    return [(0, start), (0.5, middle), (1, end)]


def stridulate(rng: Generator, n: int, manner: Manner) -> Samples:
    """Two or three crickets: a thin high tone, cut into groups of rapid pulses."""
    out = np.zeros(n)
    time = np.arange(n) / SAMPLE_RATE_HZ
    for _ in range(rng.integers(2, 4)):
        carrier_hz = manner.pitch(4_000, 5_400) * rng.uniform(0.95, 1.05)
        pulses = np.clip(np.sin(2 * np.pi * rng.uniform(28, 40) * time), 0, None)
        groups = np.sin(2 * np.pi * (rng.uniform(1.8, 3.2) * time + rng.uniform()))
        gate = np.clip(4 * groups + 1.5, 0, 1)
        out += rng.uniform(0.4, 1) * make_tone(carrier_hz, n) * pulses * gate
    return out


def bleat(rng: Generator, n: int, manner: Manner) -> Samples:
    """One bleat: a nasal voice trembling seven to ten times a second."""
    pitch_hz = manner.pitch(190, 420) * rng.uniform(0.96, 1.04)
    tremble = np.sin(2 * np.pi * rng.uniform(7, 10) * np.arange(n) / SAMPLE_RATE_HZ)
    track_hz = pitch_hz * make_curve(n, (0, 0.95), (0.25, 1.08), (1, 0.92)) * (1 + 0.05 * tremble)
    nasal = shape_vowel(pitch_hz, (750, 1_500, 2_700), tilt=-0.3, width=0.1)
    voiced = make_harmonics(track_hz, nasal) + 0.1 * make_noise(rng, n, 1_500, 4_000)
    return voiced * (0.6 + 0.4 * tremble) * make_swell(n, 0.06, 0.15)
