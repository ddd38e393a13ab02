"""The log-mel front end of WavCaps' models: 32 kHz, 64 bands, a frame each 10 ms.

The Fourier transform is a convolution with windowed cosines and sines, as in torchlibrosa, whose
kernels and mel filters are part of the checkpoint. A transform of another kind would agree in
loud bands only: in single precision the rounding of a loud band shows in a silent one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import Waveform

if TYPE_CHECKING:
    from torch import Tensor

SAMPLE_RATE_HZ = 32_000
HOP = 320
N_BANDS = 64
FEWEST_SAMPLES = 63 * HOP
"""What 64 frames need, the network's minimum: 0.63 s."""

_WINDOW = 1024
_N_BINS = _WINDOW // 2 + 1
_LOWEST_HZ, _HIGHEST_HZ = 50.0, 14_000.0
_FLOOR = 1e-10  # of the mel powers, before the logarithm
COSINES = "audio_feats_extractor.mel_trans.stft.conv_real.weight"
SINES = "audio_feats_extractor.mel_trans.stft.conv_imag.weight"
MEL = "audio_feats_extractor.log_trans.melW"


def filters() -> dict[str, NDArray[np.float64]]:
    """Compute the front end's parameters under the names that they have in a checkpoint.

    Returns:
        The Fourier kernels with a Hann window, ``(513, 1, 1024)`` each, and the mel filters on
        Slaney's scale, each of area 1, ``(513, 64)``.
    """
    from transformers.audio_utils import mel_filter_bank

    untyped: Any = mel_filter_bank
    mel: NDArray[np.float64] = untyped(
        num_frequency_bins=_N_BINS,
        num_mel_filters=N_BANDS,
        min_frequency=_LOWEST_HZ,
        max_frequency=_HIGHEST_HZ,
        sampling_rate=SAMPLE_RATE_HZ,
        norm="slaney",
        mel_scale="slaney",
    )
    times = np.arange(_WINDOW)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi / _WINDOW * times)
    phases = 2 * np.pi / _WINDOW * (np.outer(np.arange(_N_BINS), times) % _WINDOW)
    kernels = {COSINES: np.cos(phases) * hann, SINES: -np.sin(phases) * hann}
    return {name: kernel[:, None] for name, kernel in kernels.items()} | {MEL: mel}


def pad(waveform: Waveform) -> Waveform:
    """Mirror half a window at both ends; a sound below 0.63 s is filled with silence before.

    Returns:
        ``(n_samples,)``, of which each hop starts a frame of 1024.
    """
    filled = np.pad(waveform, (0, max(0, FEWEST_SAMPLES - len(waveform))))
    return np.pad(filled, _WINDOW // 2, mode="reflect")


def count_frames(padded: Waveform) -> int:
    """Count the frames of a padded sound."""
    return 1 + (len(padded) - _WINDOW) // HOP


def log_mel(weights: Mapping[str, Tensor], padded: Waveform, first: int, last: int) -> Tensor:
    """Compute some frames of the log-mel spectrogram.

    Args:
        weights: the front end's parameters, under the names of ``filters``.
        padded: what ``pad`` returned.
        first: the first frame.
        last: the one after the last.

    Returns:
        ``(last - first, 64)``, in dB, at least -100, on the parameters' device.
    """
    import torch
    from torch.nn.functional import conv1d

    piece = padded[first * HOP : (last - 1) * HOP + _WINDOW]
    samples = torch.from_numpy(piece).to(weights[MEL].device)[None, None]
    real = conv1d(samples, weights[COSINES], stride=HOP)
    imaginary = conv1d(samples, weights[SINES], stride=HOP)
    power = (real**2 + imaginary**2)[0].T
    return 10.0 * torch.log10((power @ weights[MEL]).clamp(min=_FLOOR))
