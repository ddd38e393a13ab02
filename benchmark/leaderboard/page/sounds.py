"""A run's sounds, and pictures of them, as files that a browser reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.contract import Clip, Split
from benchmark.datasets.audio import encode_flac
from benchmark.errors import DataError
from benchmark.leaderboard.page.spectrogram import draw_spectrogram
from benchmark.machine.progress import progress_bar

SAMPLE_RATE_HZ = 32_000
LONGEST_S = 30.0
"""What is longer is cut, so that no sound takes more than 2 MB."""

SOUNDS, PICTURES = "sounds", "spectrograms"
ABSENT = "no sound here"


@dataclass(frozen=True, slots=True)
class PageSound:
    """What a page knows of a clip's sound.

    Attributes:
        name: stem of its two files; empty where there are none.
        duration_s: of the whole sound, also where it was cut.
        note: why there is no sound, or that it was cut; else empty.
    """

    name: str = ""
    duration_s: float = 0.0
    note: str = ""


def write_sounds(split: Split, clip_ids: Sequence[str], page: Path) -> list[PageSound]:
    """Write the sounds that are here as mono FLAC of 16 bits, and their spectrograms.

    Files are numbered, as clip ids may be no file names.

    Returns:
        One entry a clip, in their order; a sound that cannot be read says why.

    Raises:
        OSError: the disk is full, or the folder cannot be written.
    """
    for folder in (SOUNDS, PICTURES):
        (page / folder).mkdir()
    with progress_bar("sounds", len(clip_ids)) as bar:
        sounds = []
        for index, clip_id in enumerate(clip_ids):
            sounds.append(_write_sound(split, clip_id, f"{index:05d}", page))
            bar.advance()
    return sounds


def without_sounds(clip_ids: Sequence[str]) -> list[PageSound]:
    """Give every clip the note that its sound is not here."""
    return [PageSound(note=ABSENT)] * len(clip_ids)


def sound_files(page: Path) -> Iterator[Path]:
    """List the files that ``write_sounds`` wrote."""
    for folder in (SOUNDS, PICTURES):
        yield from sorted((page / folder).glob("*"))


def _write_sound(split: Split, clip_id: str, name: str, page: Path) -> PageSound:
    if clip_id not in split.present:
        return PageSound(note=ABSENT)
    try:
        clip = split.read_clip(clip_id, SAMPLE_RATE_HZ)
    except DataError as error:
        return PageSound(note=f"{ABSENT}: {error}")
    heard, note = _cut(clip)
    waveform = np.clip(heard.waveform, -1.0, 1.0)
    (page / SOUNDS / f"{name}.flac").write_bytes(encode_flac(waveform, SAMPLE_RATE_HZ))
    picture = draw_spectrogram(waveform, SAMPLE_RATE_HZ)
    (page / PICTURES / f"{name}.webp").write_bytes(picture)
    return PageSound(name, clip.duration_s, note)


def _cut(clip: Clip) -> tuple[Clip, str]:
    if clip.duration_s <= LONGEST_S:
        return clip, ""
    waveform = clip.waveform[: round(LONGEST_S * clip.sample_rate_hz)]
    return (
        Clip(clip.clip_id, waveform, clip.sample_rate_hz),
        f"the first {LONGEST_S:.0f} of {clip.duration_s:.1f} s",
    )
