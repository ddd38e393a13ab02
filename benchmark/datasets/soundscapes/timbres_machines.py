"""How machines, vehicles and signals sound. Each function renders ``(rng, n, manner)``."""

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
)

_SIREN_PERIOD_S = {"wail": (2.4, 3.6), "yelp": (0.28, 0.4), "two-tone": (0.9, 1.3)}


def siren(rng: Generator, n: int, manner: Manner) -> Samples:
    """An emergency siren: a slow wail, a fast yelp or two tones in turn."""
    kind = str(rng.choice(sorted(_SIREN_PERIOD_S)))
    period_s = rng.uniform(*_SIREN_PERIOD_S[kind])
    cycle = (np.arange(n) / SAMPLE_RATE_HZ / period_s + rng.uniform()) % 1
    low_hz = manner.pitch(480, 720)
    if kind == "two-tone":
        track_hz = np.where(cycle < 0.5, low_hz * 1.35, low_hz)
    else:
        track_hz = low_hz * 2.2 ** np.interp(cycle, [0, 0.5, 1], [0, 1, 0])
    amplitudes = np.array([1, 0.5, 0.6, 0.25, 0.3, 0.1])
    return make_harmonics(track_hz, amplitudes) * make_swell(n, 0.15, 0.2)


def honk(rng: Generator, n: int, manner: Manner) -> Samples:
    """One honk: two brassy, steady tones a third apart, starting and stopping at once."""
    low_hz = manner.pitch(280, 420)
    number = np.arange(1, 25)
    bell_hz = manner.pitch(1_500, 2_600)  # where the horn's flare resonates
    brassy = (0.2 + np.exp(-(((number * low_hz - bell_hz) / 1_200) ** 2))) / number**0.3
    pair = [
        make_harmonics(np.full(n, low_hz * ratio * rng.uniform(0.998, 1.002)), brassy)
        for ratio in (1, 1.25)
    ]
    return (pair[0] + 0.8 * pair[1]) * make_swell(n, 0.015, 0.04)


def idle(rng: Generator, n: int, manner: Manner) -> Samples:
    """An engine turning over: a low, uneven buzz of many harmonics under a soft rattle."""
    firing_hz = manner.pitch(14, 30)
    track_hz = firing_hz * make_drift(rng, n, 8, 0.96, 1.04)
    number = np.arange(1, 60)
    muffled = rng.uniform(0.3, 1, 59) / (1 + (number * firing_hz / manner.pitch(120, 260)) ** 1.6)
    buzz = make_harmonics(track_hz, muffled)
    rattle = make_noise(rng, n, 300, 1_800, -0.8) * (0.5 + 0.5 * make_tone(firing_hz, n))
    return (buzz + 0.25 * rattle) * make_swell(n, 0.15, 0.25)


def train(rng: Generator, n: int, manner: Manner) -> Samples:
    """A train going by: a rumble that swells, pairs of clacks at the rail joints, a squeal."""
    middle = rng.uniform(0.35, 0.65)
    passing = make_curve(n, (0, 0.35), (middle, 1), (1, 0.35))
    out = 0.3 * make_noise(rng, n, 50, 450, -0.4) + 0.08 * make_noise(rng, n, 600, 3_000, -0.5)
    squeal_hz = manner.pitch(2_300, 3_300) * make_drift(rng, n, 2, 0.97, 1.03)
    out += 0.05 * make_tone(squeal_hz, n) * make_drift(rng, n, 4, 0, 1)
    length = count_samples(0.12)
    gap = count_samples(0.13 / manner.pace)
    for start in draw_starts(rng, n, rng.uniform(1.6, 2.1) * manner.pace, 0.04):
        clack = make_noise(rng, length, 180, 1_300, -0.3) * make_decay(length, 0.025)
        scatter(out, [clack, 0.8 * clack], [start, start + gap])
    return out * (passing * make_swell(n, 0.2, 0.2))


def helicopter(rng: Generator, n: int, manner: Manner) -> Samples:
    """Rotor blades chopping the air a dozen times a second, with a thin turbine above."""
    blade_hz = manner.pitch(9, 15)
    cycle = (np.arange(n) * blade_hz / SAMPLE_RATE_HZ + rng.uniform()) % 1
    chop: Samples = np.exp(-cycle * 5)
    thump = make_noise(rng, n, 40, 220, -0.3) * chop
    slap = make_noise(rng, n, 250, 2_200, -0.4) * chop**2
    turbine_hz = manner.pitch(1_000, 1_700) * make_drift(rng, n, 3, 0.99, 1.01)
    turbine = make_harmonics(turbine_hz, np.array([1, 0.4, 0.2]))
    wobble = make_drift(rng, n, 1, 0.7, 1) * make_swell(n, 0.3, 0.3)
    return (thump + 0.6 * slap + 0.07 * turbine) * wobble


def beep(rng: Generator, n: int, manner: Manner) -> Samples:
    """An alarm's square beeps, all alike, in single file or in groups of three."""
    rate_hz = rng.uniform(2.4, 3.4) * manner.pace
    track_hz = np.full(n, manner.pitch(1_900, 3_100))
    tone = make_harmonics(track_hz, np.array([1, 0, 0.35, 0, 0.2]))
    count = np.arange(n) * rate_hz / SAMPLE_RATE_HZ
    on = (count % 1) < rng.uniform(0.45, 0.6)
    if rng.random() < 0.4:
        on &= count % 4 < 3
    return tone * on


def ring(rng: Generator, n: int, manner: Manner) -> Samples:
    """One ring of a telephone: two gongs struck in turn (deep voices) or an electronic warble."""
    base_hz = manner.pitch(1_000, 1_500)
    beat_hz = rng.uniform(18, 24)
    cycle = (np.arange(n) * beat_hz / SAMPLE_RATE_HZ) % 1
    if manner.voice < 0.5:
        gongs = [make_tone(base_hz * ratio, n) for ratio in (1, 1.26, 2.41, 3.1)]
        first = (gongs[0] + 0.6 * gongs[2]) * np.exp(-3 * cycle)
        second = (gongs[1] + 0.6 * gongs[3]) * np.exp(-3 * ((cycle + 0.5) % 1))
        return (first + second) * make_swell(n, 0.01, 0.15)
    warble = np.where(cycle < 0.5, base_hz, base_hz * 1.3)
    return make_harmonics(warble, np.array([1, 0, 0.4, 0, 0.15])) * make_swell(n, 0.01, 0.03)
