"""Reads clips for the runner: each sound is decoded and resampled once for all systems."""

from __future__ import annotations

import dataclasses
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from benchmark.contract import Clip, Split, Waveform
from benchmark.datasets.audio import hash_waveform
from benchmark.runs.shelf import Shelf, Shelved
from benchmark.systems.lending import ClipFiles

DEFAULT_BUDGET_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Heard:
    """A clip, the hash of what it sounds like, and the seconds that reading it took."""

    clip: Clip
    content: str
    read_s: float


class Listener:
    """Reads clips of one split, keeping the latest in memory up to a budget.

    In a text-only run clips carry no sound, and their content is their id. That of a clip of which
    only an embedding is at hand is its id and the files of embeddings.
    """

    SILENCE: ClassVar[Waveform] = np.zeros(0, dtype=np.float32)

    def __init__(
        self,
        split: Split,
        *,
        text_only: bool,
        budget_bytes: int = DEFAULT_BUDGET_BYTES,
        embeddings_sha256: str = "",
        shelf: Shelf | None = None,
    ) -> None:
        """Take a split.

        Args:
            split: whose clips are read.
            text_only: read none of its sounds.
            budget_bytes: of sounds to keep.
            embeddings_sha256: of the files that stand for missing sounds.
            shelf: what other processes of the run decoded, and get to read.
        """
        self.n_decoded = 0
        self.split = split
        self._text_only = text_only
        self._embeddings_sha256 = embeddings_sha256
        self._shelf = shelf
        self._budget_bytes = budget_bytes
        self._kept_bytes = 0
        self._kept: OrderedDict[tuple[str, int], Heard] = OrderedDict()

    def hear(self, clip_id: str, sample_rate_hz: int) -> Heard:
        """Read one clip at a rate.

        Raises:
            DataError: the sound is missing or cannot be read.
        """
        key = (clip_id, sample_rate_hz)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        heard = self._hear_from_shelf(clip_id, sample_rate_hz)
        if len(heard.clip.waveform):
            self._keep(key, heard)
        return heard

    def hear_anew(self, clip_id: str, sample_rate_hz: int) -> Heard:
        """Read one clip as if nothing were held of it, for its time; otherwise as ``hear``."""
        if self._text_only:
            return Heard(Clip(clip_id, self.SILENCE, sample_rate_hz), f"text:{clip_id}", 0.0)
        start = time.perf_counter()
        clip = self.split.read_clip(clip_id, sample_rate_hz)
        if clip.split:
            return Heard(clip, f"embedding:{clip_id}:{self._embeddings_sha256}", 0.0)
        clip.waveform.flags.writeable = False  # the next system hears the same array
        heard = Heard(clip, hash_waveform(clip.waveform), time.perf_counter() - start)
        self.n_decoded += 1
        return heard

    def _hear_from_shelf(self, clip_id: str, sample_rate_hz: int) -> Heard:
        if self._shelf is None or self._text_only:
            return self.hear_anew(clip_id, sample_rate_hz)
        if (found := self._shelf.take(clip_id, sample_rate_hz)) is not None:
            clip = Clip(clip_id, found.waveform, sample_rate_hz)
            return Heard(clip, found.content, found.read_s)
        heard = self.hear_anew(clip_id, sample_rate_hz)
        if len(heard.clip.waveform):
            sound = Shelved(heard.clip.waveform, heard.content, heard.read_s)
            self._shelf.put(clip_id, sample_rate_hz, sound)
        return heard

    def lending(self, files: ClipFiles) -> Listener:
        """Read the same clips, each with a file of its sound."""
        return _LendingListener(self, files)

    def _keep(self, key: tuple[str, int], heard: Heard) -> None:
        self._kept[key] = heard
        self._kept_bytes += heard.clip.waveform.nbytes
        while self._kept_bytes > self._budget_bytes and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= dropped.clip.waveform.nbytes


class _LendingListener(Listener):
    """What another listener reads, with files; writing these is no part of any time."""

    def __init__(self, listener: Listener, files: ClipFiles) -> None:
        super().__init__(listener.split, text_only=False, budget_bytes=0)
        self._listener = listener
        self._files = files

    def hear(self, clip_id: str, sample_rate_hz: int) -> Heard:
        return self._with_file(self._listener.hear(clip_id, sample_rate_hz))

    def hear_anew(self, clip_id: str, sample_rate_hz: int) -> Heard:
        return self._with_file(self._listener.hear_anew(clip_id, sample_rate_hz))

    def _with_file(self, heard: Heard) -> Heard:
        return dataclasses.replace(heard, clip=self._files.lend(heard.clip))
