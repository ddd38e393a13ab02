"""Small training splits: a few kinds of sounds, each with captions of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bench_gpt2_guidance.triplet_options import TripletSettings

from benchmark import Artifacts, Clip, Resources, Split

RATE_HZ = 16_000
CAPTIONS = {
    "hum": ("a machine hums", "a machine hums loudly", "a loud machine hums"),
    "noise": ("rain falls on a roof", "heavy rain falls on a roof", "rain falls on the roof"),
    "clicks": ("someone types on a keyboard", "someone typing on keyboard", "a person types"),
}
QUICK = TripletSettings(
    encoder="vggish[weights=random]",
    similarity_model="all-MiniLM-L6-v2",
    duration_s=1.0,
    epochs=3,
    batch_size=8,
    threshold=0.6,
    validation_share=0.2,
)


def make_waveform(kind: str, seed: int, duration_s: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng([seed, len(kind)])
    times = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    if kind == "hum":
        sound = np.sin(2 * np.pi * rng.uniform(150, 250) * times)
    elif kind == "noise":
        sound = rng.normal(0, 0.3, len(times))
    else:
        sound = (rng.random(len(times)) < 0.001) * rng.choice([-1.0, 1.0], len(times))
    return (0.5 * sound).clip(-1, 1).astype(np.float32)


def make_split(
    n_clips: int = 24, duration_s: float = 1.0, captions=None, missing: int = 0
) -> Split:
    """Make clips ``clip-00`` and so on, kind by kind in turn; the last ones may lack a sound."""
    kinds = tuple(CAPTIONS)
    of_clip = {}
    for number in range(n_clips):
        texts = CAPTIONS[kinds[number % 3]]
        of_clip[f"clip-{number:02}"] = (texts[number // 3 % len(texts)],)
    if captions is not None:
        of_clip = dict(zip(of_clip, captions, strict=True))

    def read(clip_id: str, sample_rate_hz: int) -> Clip:
        assert sample_rate_hz == RATE_HZ
        number = int(clip_id.removeprefix("clip-"))
        waveform = make_waveform(kinds[number % 3], number, duration_s)
        return Clip(clip_id, waveform, sample_rate_hz)

    present = frozenset(sorted(of_clip)[: n_clips - missing])
    return Split("toy", "train", of_clip, present, read)


def make_resources(root: Path, train: Split | None, seed: int = 0) -> Resources:
    return Resources("cpu", seed, Artifacts(root), train=train)
