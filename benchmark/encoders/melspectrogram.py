"""The log-mel front end that VGGish and YAMNet share (Hershey et al. 2017): 16 kHz, 64 bands.

Magnitudes of 25 ms Hann windows every 10 ms, HTK mel bands from 125 to 7500 Hz, ``log(mel + c)``,
cut into patches of 96 frames. The two differ in ``c``, in the hop of the patches and in what they
do with the end of a sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import fingerprint
from benchmark.contract import Waveform

SAMPLE_RATE_HZ = 16_000
N_BANDS = 64
PATCH_FRAMES = 96
PATCH_SAMPLES = 15_600
"""Samples of one patch: 95 hops and one window, 0.975 s."""

_CODE_VERSION = 1
_WINDOW = 400
_HOP = 160
_FFT = 512
_LOWEST_HZ, _HIGHEST_HZ = 125.0, 7500.0
_PATCHES_AT_ONCE = 32  # bounds memory: about 13 MB, whatever the sound's length


@dataclass(frozen=True, slots=True)
class PatchRule:
    """How a model cuts patches.

    Attributes:
        log_offset: added to the mel magnitudes before the logarithm.
        hop_frames: from one patch's start to the next one's.
        pads_end: whether the last, incomplete patch is filled with silence or dropped.
    """

    log_offset: float
    hop_frames: int
    pads_end: bool

    @property
    def fingerprint(self) -> str:
        """Hash of all that a patch depends on besides the sound."""
        fixed = (
            SAMPLE_RATE_HZ,
            N_BANDS,
            PATCH_FRAMES,
            _WINDOW,
            _HOP,
            _FFT,
            _LOWEST_HZ,
            _HIGHEST_HZ,
        )
        return fingerprint({"code": _CODE_VERSION, "fixed": str(fixed), "rule": str(self)})


VGGISH = PatchRule(log_offset=0.01, hop_frames=96, pads_end=False)
YAMNET = PatchRule(log_offset=0.001, hop_frames=48, pads_end=True)


def log_mel_patches(waveform: Waveform, rule: PatchRule) -> Iterator[NDArray[np.float32]]:
    """Cut a sound into log-mel patches; a sound shorter than one patch is filled with silence.

    Args:
        waveform: ``(n_samples,)``, mono at 16 kHz.
        rule: the model's.

    Yields:
        ``(n_patches, 96, 64)``, 1 to 32 patches at a time, in the order of the sound.
    """
    hop = rule.hop_frames * _HOP
    beyond = max(0, len(waveform) - PATCH_SAMPLES)
    n_patches = 1 + (-(-beyond // hop) if rule.pads_end else beyond // hop)
    for first in range(0, n_patches, _PATCHES_AT_ONCE):
        n_here = min(_PATCHES_AT_ONCE, n_patches - first)
        n_samples = (n_here - 1) * hop + PATCH_SAMPLES
        piece = waveform[first * hop : first * hop + n_samples]
        padded = np.pad(piece.astype(np.float64), (0, n_samples - len(piece)))
        frames = log_mel(padded, rule.log_offset)
        windows = np.lib.stride_tricks.sliding_window_view(frames, PATCH_FRAMES, axis=0)
        yield windows[:: rule.hop_frames].transpose(0, 2, 1).astype(np.float32)


def log_mel(samples: NDArray[np.float64], log_offset: float) -> NDArray[np.float64]:
    """Compute the log-mel spectrogram: ``(n_samples,)`` to ``(n_frames, 64)``, no padding.

    It stays in double precision: in single precision the rounding of a loud band would show
    beside ``log_offset`` in a silent one.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    magnitudes = np.abs(np.fft.rfft(frames * _hann(), _FFT))
    logarithms: NDArray[np.float64] = np.log(magnitudes @ mel_weights() + log_offset)
    return logarithms


@cache
def mel_weights() -> NDArray[np.float64]:
    """Return the triangular mel filters, ``(257, 64)``: linear in mel, peak 1, nothing at 0 Hz."""
    bins = _mel(np.linspace(0.0, SAMPLE_RATE_HZ / 2, _FFT // 2 + 1))[:, None]
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), N_BANDS + 2)
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins - lower) / (centre - lower)
    falling = (upper - bins) / (upper - centre)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights[0] = 0.0
    return weights


def _mel(frequency_hz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(frequency_hz) / 700.0))


@cache
def _hann() -> NDArray[np.float64]:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi / _WINDOW * np.arange(_WINDOW)))
