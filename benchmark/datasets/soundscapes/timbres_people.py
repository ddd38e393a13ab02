"""How people sound: voices by formants, breath, hands. Each renders ``(rng, n, manner)``."""

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
    make_grains,
    make_harmonics,
    make_noise,
    make_swell,
    make_tone,
    scatter,
    shape_vowel,
)

# First three formants of an adult man, after Peterson and Barney (1952).
_VOWELS_HZ = (
    (270, 2_290, 3_010),
    (530, 1_840, 2_480),
    (660, 1_720, 2_410),
    (730, 1_090, 2_440),
    (570, 840, 2_410),
    (300, 870, 2_240),
)
_SCALE = np.array([0, 2, 4, 5, 7, 9, 11, 12])  # semitones of a major scale


def man_speaking(rng: Generator, n: int, manner: Manner) -> Samples:
    return _babble(rng, n, manner.pitch(85, 140), 1.0, manner.pace)


def woman_speaking(rng: Generator, n: int, manner: Manner) -> Samples:
    return _babble(rng, n, manner.pitch(180, 260), 1.18, manner.pace)


def _babble(rng: Generator, n: int, pitch_hz: float, tract: float, pace: float) -> Samples:
    """Speech without words: syllables of a hissed consonant and a vowel, with pauses."""
    out = np.zeros(n)
    melody = make_drift(rng, n, 3, 0.82, 1.2)
    for start in draw_starts(rng, n, rng.uniform(4, 5) * pace, 0.35):
        if rng.random() < 0.12:
            continue
        length = count_samples(rng.uniform(0.13, 0.24) / pace)
        vowel = np.array(_VOWELS_HZ[rng.integers(len(_VOWELS_HZ))]) * tract
        track_hz = pitch_hz * melody[start] * make_curve(length, (0, 1.03), (1, 0.95))
        amplitudes = shape_vowel(pitch_hz * melody[start], vowel.tolist(), tilt=-0.7)
        voiced = make_harmonics(track_hz, amplitudes) * make_swell(length, 0.03, 0.06)
        hiss_n = count_samples(rng.uniform(0.03, 0.08))
        hiss = make_noise(rng, hiss_n, rng.uniform(1_800, 3_800), 7_000) * np.hanning(hiss_n)
        parts = [rng.uniform(0.5, 1) * voiced, rng.uniform(0.05, 0.3) * hiss]
        scatter(out, parts, [start, max(0, start - hiss_n // 2)])
    return out


def cry(rng: Generator, n: int, manner: Manner) -> Samples:
    """A baby crying: long, arched, strained wails, a gasp between them."""
    out = np.zeros(n)
    for start in draw_starts(rng, n, 0.9, 0.15):
        length = count_samples(rng.uniform(0.65, 0.9))
        pitch_hz = manner.pitch(380, 560) * rng.uniform(0.93, 1.07)
        track_hz = pitch_hz * make_curve(length, (0, 0.8), (0.25, 1.15), (0.7, 1.05), (1, 0.75))
        track_hz *= make_drift(rng, length, 40, 0.97, 1.03)
        strained = shape_vowel(pitch_hz, (1_100, 2_900, 4_200), tilt=-0.1, width=0.15)
        wail = make_harmonics(track_hz, strained) * make_swell(length, 0.1, 0.15)
        gasp_n = count_samples(0.18)
        gasp = 0.12 * make_noise(rng, gasp_n, 1_200, 4_500) * np.hanning(gasp_n)
        scatter(out, [wail, gasp], [start, start + length])
    return out


def whistle(rng: Generator, n: int, manner: Manner) -> Samples:
    """A whistled tune: nearly pure notes of a scale, gliding, with vibrato and some breath."""
    note_n = count_samples(rng.uniform(0.25, 0.4) / manner.pace)
    steps = rng.choice(_SCALE, n // note_n + 2)
    notes = manner.pitch(800, 1_150) * 2 ** (steps / 12)
    position = np.arange(n) / note_n
    index = position.astype(int)
    glide = np.clip((position - index - 0.8) / 0.2, 0, 1)
    track_hz = notes[index] * (1 - glide) + notes[index + 1] * glide
    track_hz *= 1 + 0.012 * make_tone(rng.uniform(4.5, 6), n)
    tongue: Samples = 1 - 0.7 * np.exp(-(position - index) * 25)
    tone = make_harmonics(track_hz, np.array([1, 0.04, 0.01]))
    return (tone + 0.04 * make_noise(rng, n, 800, 4_000)) * tongue * make_swell(n, 0.05, 0.1)


def applaud(rng: Generator, n: int, manner: Manner) -> Samples:
    """Many hands clapping: hundreds of short bright bursts, each at its own pitch."""
    n_claps = int(n / SAMPLE_RATE_HZ * rng.uniform(70, 120))
    length = count_samples(0.02)
    pitch_hz = manner.pitch(900, 1_500) * np.exp(rng.normal(0, 0.25, n_claps))
    claps = make_grains(length, pitch_hz, 0.003) * rng.uniform(0.2, 1, n_claps)[:, None]
    claps *= 1 + rng.standard_normal((n_claps, length))
    out = np.zeros(n)
    scatter(out, claps, rng.integers(0, n, n_claps).tolist())
    return out * make_swell(n, 0.4, 0.5)


def snore(rng: Generator, n: int, manner: Manner) -> Samples:
    """A sleeper: a rattling breath in, a soft one out, and a pause."""
    out = np.zeros(n)
    for start in draw_starts(rng, n, 0.55, 0.1):
        length = count_samples(rng.uniform(0.8, 1.1))
        rattle_hz = manner.pitch(24, 44) * make_drift(rng, length, 20, 0.85, 1.15)
        throat = shape_vowel(float(rattle_hz.mean()), (260, 620, 1_500), tilt=-0.2, width=0.3)
        rattle = make_harmonics(rattle_hz, throat) * make_noise(rng, length, 20, 400)
        breath = 0.05 * make_noise(rng, length, 400, 2_500)
        snort = (rattle / np.abs(rattle).max() + breath) * make_swell(length, 0.35, 0.12)
        sigh_n = count_samples(0.5)
        sigh = 0.12 * make_noise(rng, sigh_n, 500, 2_500, -0.5) * make_decay(sigh_n, 0.3)
        scatter(out, [snort, sigh * make_swell(sigh_n, 0.1, 0.2)], [start, start + length])
    return out
