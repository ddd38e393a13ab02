"""Render scenes to sound: deterministic, with numpy alone."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.datasets.soundscapes.scenes import CLIP_S, Event, Scene
from benchmark.datasets.soundscapes.signals import (
    SAMPLE_RATE_HZ,
    Manner,
    Samples,
    count_samples,
    make_decay,
    make_noise,
    make_swell,
    scale_peak,
    scatter,
)
from benchmark.datasets.soundscapes.timbres import SOUNDS

QUANTUM = 8
"""Samples are multiples of this: 13 bits of the 16, which FLAC packs and which hides the last
bits of the arithmetic, where platforms may differ."""

_PACE = {"slow": 0.6, "ordinary": 1.0, "fast": 1.6}
_TAIL_S = 0.4


def render_scene(rng: Generator, scene: Scene) -> NDArray[np.int16]:
    """Render a clip.

    Args:
        rng: the source of randomness.
        scene: what happens.

    Returns:
        ``(CLIP_S * SAMPLE_RATE_HZ,)``, multiples of ``QUANTUM``. The levels that ``draw_scene``
        gives add up to less than full scale; louder ones are clipped.
    """
    n_samples = count_samples(CLIP_S)
    mixture = make_noise(rng, n_samples, 60, 5_000, -0.5) * 10 ** (scene.hiss_db / 20)
    backdrop = (scene.backdrop,) if scene.backdrop else ()
    for event in (*backdrop, *scene.events):
        scatter(mixture, [render_event(rng, event)], [int(event.onset_s * n_samples / CLIP_S)])
    steps = np.rint(mixture * (32_768 / QUANTUM))
    highest = 32_768 // QUANTUM - 1
    return (np.clip(steps, -highest, highest) * QUANTUM).astype(np.int16)


def render_event(rng: Generator, event: Event) -> Samples:
    """Render one event alone.

    Returns:
        ``(n_samples,)``, as long as the event, and longer by an echo if it is distant; its peak
        is at ``event.level_db``.
    """
    sound = SOUNDS[event.sound]
    n_samples = count_samples(event.duration_s)
    manner = Manner(event.voice, _PACE[event.pace])
    if sound.stroke_s is None:
        dry = sound.render(rng, n_samples, manner)
    else:
        dry = _repeat(rng, event, n_samples, manner)
    dry = dry * make_swell(n_samples, 0.002, 0.03)
    heard = _hear_from_afar(rng, dry) if event.distant else dry
    return scale_peak(heard, 10 ** (event.level_db / 20))


def _repeat(rng: Generator, event: Event, n_samples: int, manner: Manner) -> Samples:
    """Lay out the strokes of one event: the same voice, no two alike."""
    spacing = event.spacing_s * n_samples / event.duration_s
    starts = [int(k * spacing) for k in range(event.n_strokes)]
    length = n_samples - starts[-1]
    out = np.zeros(n_samples)
    strokes = [
        SOUNDS[event.sound].render(rng, length, manner) * rng.uniform(0.75, 1) for _ in starts
    ]
    scatter(out, strokes, starts)
    return out


def _hear_from_afar(rng: Generator, dry: Samples) -> Samples:
    """Take the treble away, as air does, and add a diffuse echo."""
    tail = count_samples(_TAIL_S)
    length = -(-(len(dry) + tail) // 2_000) * 2_000
    echo = make_noise(rng, tail, 100, 4_000) * make_decay(tail, 0.1) * 0.08
    echo[0] = 1.0
    dull = 1 / (1 + (np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ) / 1_300) ** 2)
    spectrum = np.fft.rfft(dry, length) * np.fft.rfft(echo, length) * dull
    return np.fft.irfft(spectrum, length)[: len(dry) + tail]
