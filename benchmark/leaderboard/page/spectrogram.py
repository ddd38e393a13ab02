"""Sounds as small pictures: time to the right, mel frequency upwards, louder is brighter."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import Waveform

WIDTH_PIXELS, HEIGHT_PIXELS = 320, 72
RANGE_DB = 70.0
"""Below the loudest point by more than this is black."""

_WINDOW, _HOP = 2048, 512
_QUALITY = 60


def draw_spectrogram(waveform: Waveform, sample_rate_hz: int) -> bytes:
    """Draw a sound, ``(n_samples,)``, as a WebP image of some kilobytes."""
    from matplotlib.image import imsave

    file = io.BytesIO()
    imsave(
        file,
        measure_loudness(waveform, sample_rate_hz),
        vmin=0.0,
        vmax=1.0,
        cmap="magma",
        format="webp",
        origin="lower",
        pil_kwargs={"quality": _QUALITY},
    )
    return file.getvalue()


def measure_loudness(waveform: Waveform, sample_rate_hz: int) -> NDArray[np.float64]:
    """Measure power by mel band and time, in decibels under the loudest point.

    Returns:
        ``(HEIGHT_PIXELS, WIDTH_PIXELS)`` in [0, 1], low bands first; 1 is the loudest point, 0 is
        ``RANGE_DB`` below it, or silence.
    """
    padded = np.pad(waveform.astype(np.float64), (0, max(0, _WINDOW - len(waveform))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW))) ** 2
    bands = np.add.reduceat(power, _band_starts(sample_rate_hz), axis=1)
    columns = _resize_time(bands.T)
    loudest = columns.max()
    if loudest == 0.0:
        return np.zeros((HEIGHT_PIXELS, WIDTH_PIXELS))
    decibels = 10 * np.log10(np.maximum(columns / loudest, 1e-12))
    return np.asarray(np.clip(1 + decibels / RANGE_DB, 0.0, 1.0))


def _band_starts(sample_rate_hz: int) -> NDArray[np.intp]:
    """Return the first bin of each band: equally wide in mel (O'Shaughnessy's formula)."""
    highest_mel = 1127 * np.log1p(sample_rate_hz / 2 / 700)
    edges_hz = 700 * np.expm1(np.linspace(0, highest_mel, HEIGHT_PIXELS + 1)[:-1] / 1127)
    bins = np.round(edges_hz * _WINDOW / sample_rate_hz).astype(np.intp)
    # Each band has a bin of its own, also where bands are narrower than bins.
    return np.maximum(bins, np.arange(HEIGHT_PIXELS))


def _resize_time(bands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average many frames into each column, or repeat few."""
    n_frames = bands.shape[1]
    starts = np.arange(WIDTH_PIXELS) * n_frames // WIDTH_PIXELS
    if n_frames < WIDTH_PIXELS:
        return bands[:, starts]
    sums = np.add.reduceat(bands, starts, axis=1)
    return np.asarray(sums / np.diff([*starts, n_frames]))
