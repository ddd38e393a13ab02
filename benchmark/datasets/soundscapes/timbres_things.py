"""How things sound that are struck, stepped on or broken. Each renders ``(rng, n, manner)``."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from benchmark.datasets.soundscapes.signals import (
    SAMPLE_RATE_HZ,
    Manner,
    Samples,
    count_samples,
    draw_starts,
    make_decay,
    make_grains,
    make_noise,
    make_struck,
    make_swell,
    scatter,
)

_BELL_RATIOS = (0.5, 1.0, 1.2, 1.5, 2.0, 2.52, 3.01, 4.1)
_BELL_WEIGHTS = (0.5, 0.8, 0.6, 0.4, 1.0, 0.35, 0.3, 0.2)


def walk(rng: Generator, n: int, manner: Manner) -> Samples:
    """Steps on a hard floor: a heel's thump and a sole's scrape, left and right in turn."""
    out = np.zeros(n)
    length = count_samples(0.16)
    thump_hz = manner.pitch(85, 170)
    scrape_s = rng.uniform(0.02, 0.05)
    for index, start in enumerate(draw_starts(rng, n, rng.uniform(1.6, 2.0) * manner.pace, 0.06)):
        heel = make_struck(length, (thump_hz, 2.3 * thump_hz), (0.03, 0.015), (1, 0.5))
        scrape = make_noise(rng, length, 700, 3_200, -0.2) * make_decay(length, scrape_s)
        foot = 1.0 if index % 2 else rng.uniform(0.6, 0.9)
        scatter(out, [foot * heel, 0.45 * foot * scrape], [start, start + count_samples(0.02)])
    return out


def knock(rng: Generator, n: int, manner: Manner) -> Samples:
    """Knuckles on a wooden door: groups of two to five dry, hollow strokes."""
    out = np.zeros(n)
    length = count_samples(0.2)
    base_hz = manner.pitch(170, 330)
    spacing = count_samples(rng.uniform(0.19, 0.27) / manner.pace)
    start = 0
    while start < n:
        for _ in range(rng.integers(2, 6)):
            modes_hz = base_hz * np.array([1, 1.75, 2.9, 4.3]) * rng.uniform(0.98, 1.02, 4)
            wood = make_struck(length, modes_hz, (0.04, 0.025, 0.015, 0.008), (1, 0.7, 0.5, 0.4))
            scatter(out, [wood * rng.uniform(0.7, 1)], [start])
            start += int(spacing * rng.uniform(0.94, 1.06))
        start += count_samples(rng.uniform(0.4, 0.8) / manner.pace)
    return out


def slam(rng: Generator, n: int, manner: Manner) -> Samples:
    """A door falling shut: the latch, a heavy thud, the frame rattling on."""
    thud = make_noise(rng, n, 40, manner.pitch(140, 280), -0.3) * make_decay(n, 0.11)
    boards = make_noise(rng, n, 300, 3_500, -0.6) * make_decay(n, rng.uniform(0.02, 0.05))
    out = np.zeros(n)
    length = count_samples(0.03)
    latch = make_noise(rng, length, 1_500, 6_000) * make_decay(length, 0.005)
    closing = count_samples(rng.uniform(0.05, 0.1))
    scatter(out, [0.35 * latch, thud + 0.8 * boards], [0, closing])
    return out


def tick(rng: Generator, n: int, manner: Manner) -> Samples:
    """A clock: a regular tick and tock of two small, very short resonances."""
    out = np.zeros(n)
    base_hz = manner.pitch(2_200, 3_600)
    pair = [
        make_struck(320, (base_hz * ratio, 1.7 * base_hz * ratio), (0.004, 0.002), (1, 0.6))
        for ratio in (1.0, rng.uniform(0.75, 0.9))
    ]
    starts = draw_starts(rng, n, rng.uniform(2.2, 3.0) * manner.pace, 0.01)
    scatter(out, [pair[index % 2] for index in range(len(starts))], starts)
    return out


def toll(rng: Generator, n: int, manner: Manner) -> Samples:
    """One stroke of a church bell: inharmonic partials, the deep ones ringing on longest."""
    base_hz = manner.pitch(260, 620)
    frequencies_hz = [base_hz * ratio * rng.uniform(0.997, 1.003) for ratio in _BELL_RATIOS]
    decays_s = [1.6 / ratio**0.7 for ratio in _BELL_RATIOS]
    clapper = make_noise(rng, n, 1_000, 5_000) * make_decay(n, 0.008)
    ringing = make_struck(n, frequencies_hz, decays_s, _BELL_WEIGHTS)
    return (ringing + 0.4 * clapper) * make_swell(n, 0.002, 0.2)


def type_keys(rng: Generator, n: int, manner: Manner) -> Samples:
    """Keys of a keyboard: irregular double clicks, now and then a deeper space bar."""
    out = np.zeros(n)
    length = count_samples(0.03)
    for start in draw_starts(rng, n, rng.uniform(5.5, 7.5) * manner.pace, 0.6):
        deep = rng.random() < 0.15
        low_hz = manner.pitch(1_300, 2_200) * (0.5 if deep else 1) * rng.uniform(0.85, 1.15)
        click = make_noise(rng, length, low_hz, 3 * low_hz) * make_decay(length, 0.004)
        body = make_struck(length, (rng.uniform(250, 420),), (0.006,), (0.4,))
        release = count_samples(rng.uniform(0.06, 0.1))
        gain = rng.uniform(0.6, 1)
        scatter(out, [gain * (click + body), 0.4 * gain * click], [start, start + release])
    return out


def shatter(rng: Generator, n: int, manner: Manner) -> Samples:
    """Glass breaking: a bright burst, then shards ringing as they fall."""
    out = make_noise(rng, n, 1_800, 7_400) * make_decay(n, rng.uniform(0.03, 0.07))
    n_shards = int(rng.integers(40, 90))
    pitch_hz = rng.uniform(2_300, 4_500, n_shards) * manner.pitch(1, 1.5)
    shards = make_grains(1_600, pitch_hz, rng.uniform(0.004, 0.03, n_shards))
    starts = rng.exponential(0.22, n_shards) * SAMPLE_RATE_HZ
    shards *= (0.5 * rng.uniform(0.2, 1, n_shards) * np.exp(-starts / 12_000))[:, None]
    scatter(out, shards, starts.astype(int).tolist())
    return out * make_swell(n, 0.001, 0.1)
