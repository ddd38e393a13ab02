"""What mini learns from: rendered clips as its front end hears them, and their captions."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import fingerprint
from benchmark.datasets.soundscapes.scenes import CLIP_S
from benchmark.datasets.soundscapes.splits import VERSION, caption_clip, compose_scene, render_clip
from benchmark.datasets.soundscapes.timbres import SOUNDS
from benchmark.encoders.melspectrogram import N_BANDS
from benchmark.encoders.mini.encoder import log_mel_frames
from benchmark.machine.progress import progress_bar

SPLIT = "pretrain"
_N_FRAMES = round(100 * CLIP_S)
_CLIPS_AT_ONCE = 40
_MOST_WORKERS = 8
_N_SAMPLED = 64
_FULL_SCALE = np.float32(32_768)


@dataclass(frozen=True, slots=True)
class Examples:
    """Clips in the order of their numbers.

    Attributes:
        log_mel: ``(n_clips, 500, 64)``, in half precision: 64 kB a clip.
        captions: as many for each clip.
        reversed_captions: likewise, with the order of events reversed; none for a clip whose
            events do not come in turn.
    """

    log_mel: NDArray[np.float16]
    captions: list[tuple[str, ...]]
    reversed_captions: list[tuple[str, ...]]


def render_examples(n_clips: int, n_captions: int) -> Examples:
    """Render clips and write captions, on all processors; the result does not depend on them.

    Args:
        n_clips: of pretrain, from number 0.
        n_captions: of each clip.
    """
    log_mel = np.empty((n_clips, _N_FRAMES, N_BANDS), dtype=np.float16)
    chunks = [
        range(first, min(first + _CLIPS_AT_ONCE, n_clips))
        for first in range(0, n_clips, _CLIPS_AT_ONCE)
    ]
    with progress_bar(f"rendering {n_clips} clips of soundscapes:{SPLIT}", n_clips) as bar:
        for chunk, frames in zip(chunks, _hear_all(chunks), strict=True):
            log_mel[chunk.start : chunk.stop] = frames
            bar.advance(len(chunk))
    captions = [caption_clip(SPLIT, index, n_captions) for index in range(n_clips)]
    reversed_captions = [caption_reversed(SPLIT, index, n_captions) for index in range(n_clips)]
    return Examples(log_mel, captions, reversed_captions)


def caption_reversed(split: str, index: int, n_captions: int) -> tuple[str, ...]:
    """Write captions that are wrong in nothing but the order of events.

    Returns:
        None at all where less than two events come in turn.
    """
    scene = compose_scene(split, index)
    if scene.form != "sequence" or len(scene.events) == 1:
        return ()
    return caption_clip(split, index, n_captions, reverses_order=True)


def generator_fingerprint() -> str:
    """Hash what is drawn for some clips: another generator's examples would be others."""
    digest = hashlib.sha256()
    for index in range(_N_SAMPLED):
        digest.update(repr((compose_scene(SPLIT, index), caption_clip(SPLIT, index, 4))).encode())
    return fingerprint({"version": VERSION, "drawn": digest.hexdigest()})


def sampled_levels() -> list[float]:
    """Measure what the fingerprint cannot hold, for sounds may differ by rounding.

    Returns:
        The mean log-mel magnitude of as many clips as there are sounds; each is the first choice
        of one of them.
    """
    frames = _hear(range(len(SOUNDS)))
    return [round(float(level), 4) for level in frames.astype(np.float64).mean(axis=(1, 2))]


def _hear_all(chunks: list[range]) -> Iterator[NDArray[np.float16]]:
    n_workers = min(os.cpu_count() or 1, _MOST_WORKERS, len(chunks))
    if n_workers == 1:
        yield from map(_hear, chunks)
        return
    spawn = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    with ProcessPoolExecutor(n_workers, spawn) as workers:
        futures = deque(workers.submit(_hear, chunk) for chunk in chunks)
        try:
            while futures:
                yield futures.popleft().result()
        except BaseException:  # an interrupt: leaving the block waits for what they are doing
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


def _hear(indices: range) -> NDArray[np.float16]:
    # As audio.read_sound gives the 16-bit sound back.
    sounds = (render_clip(SPLIT, index).astype(np.float32) / _FULL_SCALE for index in indices)
    return np.stack([log_mel_frames(sound) for sound in sounds]).astype(np.float16)
