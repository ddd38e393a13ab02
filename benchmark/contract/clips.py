"""Sounds as captioners see them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # a list of commands needs no numpy
    import numpy as np
    from numpy.typing import NDArray

Waveform: TypeAlias = "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class Clip:
    """One audio clip as a captioner sees it: sound only, no references.

    Attributes:
        clip_id: as the split calls it.
        waveform: mono, ``(n_samples,)``, values in [-1, 1], read-only. It is empty in a text-only
            run, which admits only systems that declare ``needs_audio=False``, and where only the
            clip's embedding is at hand, which goes to systems that declare
            ``needs_waveform=False``.
        sample_rate_hz: that of the system, whatever the file's.
        split: of which split the clip is, where only its embedding is at hand, so that
            ``EmbeddingStore`` finds it; else empty.
        path: a file of the sound, for systems that declare ``needs_file``: mono WAV of 16 bits at
            ``sample_rate_hz``, there until the call returns, and not to be changed; else None.
    """

    clip_id: str
    waveform: Waveform
    sample_rate_hz: int
    split: str = ""
    path: Path | None = None

    @property
    def duration_s(self) -> float:
        """Its length in seconds, by its samples."""
        return len(self.waveform) / self.sample_rate_hz
