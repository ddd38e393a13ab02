"""How weather, water and fire sound. Each function renders ``(rng, n, manner)``."""

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
    make_drift,
    make_grains,
    make_noise,
    make_swell,
    make_tone,
    scatter,
)


def rain(rng: Generator, n: int, manner: Manner) -> Samples:
    """A bright, even hiss with single drops standing out."""
    hiss = make_noise(rng, n, manner.pitch(900, 1_600), 7_000, -0.3)
    n_drops = int(n / SAMPLE_RATE_HZ * rng.uniform(40, 90))
    drops = make_grains(96, rng.uniform(2_000, 6_000, n_drops), 0.0015)
    drops *= rng.uniform(0.1, 0.6, n_drops)[:, None]
    out = hiss * make_drift(rng, n, 1, 0.8, 1)
    scatter(out, drops, rng.integers(0, n, n_drops).tolist())
    return out


def wind(rng: Generator, n: int, manner: Manner) -> Samples:
    """Low gusts, and a narrow whistle that rises and falls with them."""
    gust = make_drift(rng, n, 1.5, 0.15, 1)
    rumble = make_noise(rng, n, 60, manner.pitch(180, 320), -0.7)
    centre_hz = manner.pitch(320, 560) * (0.7 + 0.6 * gust)
    whistle = make_noise(rng, n, 3, 25) * make_tone(centre_hz, n)
    return (rumble * gust + 0.6 * whistle * gust**2) * make_swell(n, 0.3, 0.3)


def thunder(rng: Generator, n: int, manner: Manner) -> Samples:
    """One clap and its roll: a dull crack, then a rumble that dies in several swells."""
    rumble = make_noise(rng, n, 25, manner.pitch(90, 180), -0.5)
    roll = make_drift(rng, n, 5, 0.25, 1) * make_decay(n, rng.uniform(0.7, 1.3))
    crack = make_noise(rng, n, 80, 1_600, -0.8) * make_decay(n, rng.uniform(0.05, 0.2))
    return (rumble * roll + rng.uniform(0.3, 0.8) * crack) * make_swell(n, 0.02, 0.3)


def waves(rng: Generator, n: int, manner: Manner) -> Samples:
    """Surf: noise that swells every few seconds and grows brighter as it breaks."""
    period_s = rng.uniform(2.2, 3.6) / manner.pace
    cycle = (np.arange(n) / SAMPLE_RATE_HZ / period_s + rng.uniform()) % 1
    swell = np.interp(cycle, [0, 0.35, 0.5, 1], [0.08, 0.5, 1, 0.08])
    body = make_noise(rng, n, 120, 900, -0.4) * swell
    foam = make_noise(rng, n, 700, manner.pitch(3_500, 5_500), -0.2) * swell**3
    return (body + foam) * make_swell(n, 0.15, 0.15)


def stream(rng: Generator, n: int, manner: Manner) -> Samples:
    """Running water: crowds of small bubbles, each a short rising tone, over a soft hiss."""
    n_bubbles = int(n / SAMPLE_RATE_HZ * rng.uniform(90, 130))
    pitch_hz = manner.pitch(450, 750) * np.exp(rng.normal(0.3, 0.45, n_bubbles))
    bubbles = make_grains(480, pitch_hz, 0.007, rng.uniform(0.1, 0.6, n_bubbles))
    bubbles *= rng.uniform(0.2, 1, n_bubbles)[:, None]
    out = 0.35 * make_noise(rng, n, 400, 2_500, -0.3)
    scatter(out, bubbles, rng.integers(0, n, n_bubbles).tolist())
    return out * make_swell(n, 0.05, 0.05)


def drip(rng: Generator, n: int, manner: Manner) -> Samples:
    """Single drops into water: a tick, then a bubble's rising ping, with silence between."""
    out = np.zeros(n)
    length = count_samples(0.12)
    for start in draw_starts(rng, n, rng.uniform(1.7, 2.4) * manner.pace, 0.25):
        pitch_hz = np.array([manner.pitch(1_000, 1_900) * rng.uniform(0.85, 1.2)])
        ping = make_grains(length, pitch_hz, rng.uniform(0.015, 0.03), rng.uniform(0.3, 0.6))[0]
        tick = make_noise(rng, 160, 2_500, 7_000) * make_decay(160, 0.002)
        gain = rng.uniform(0.6, 1)
        parts = [0.4 * gain * tick, gain * ping]
        scatter(out, parts, [start, start + count_samples(rng.uniform(0.008, 0.03))])
    return out


def fire(rng: Generator, n: int, manner: Manner) -> Samples:
    """Crackles of very uneven strength over a low roar."""
    roar = make_noise(rng, n, 60, 350, -0.5) * make_drift(rng, n, 6, 0.4, 1)
    n_cracks = int(n / SAMPLE_RATE_HZ * rng.uniform(18, 35))
    pitch_hz = rng.uniform(900, 1_600, n_cracks) * manner.pitch(1, 3)
    cracks = make_grains(200, pitch_hz, rng.uniform(0.0005, 0.002, n_cracks))
    cracks *= np.minimum(1, rng.pareto(1.3, n_cracks) * 0.15 + 0.05)[:, None]
    out = 0.16 * roar
    scatter(out, cracks, rng.integers(0, n, n_cracks).tolist())
    return out
