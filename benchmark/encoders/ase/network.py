"""CNN14 as WavCaps uses it: PANNs' (Kong et al. 2020) with a sixth pooling and no last layer.

Each output sees a bounded stretch of time, so that a long sound is run piece by piece with enough
of its neighbours on both sides. The result is that of the whole sound, in bounded memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from benchmark.contract import Waveform
from benchmark.encoders.ase import front_end

if TYPE_CHECKING:
    from torch import Tensor

WIDTHS = (64, 128, 256, 512, 1024, 2048)
"""Channels of the six blocks, in WavCaps' model."""

_FRAMES_PER_OUTPUT = 64  # six poolings by 2
_OUTPUTS_AT_ONCE = 64  # 41 s
_MARGIN = 2  # outputs on each side: two convolutions a block reach 126 frames, of 128


def shapes(widths: Sequence[int] = WIDTHS) -> dict[str, tuple[int, ...]]:
    """List every parameter of network and front end, and its shape."""
    shape_by_name = {name: array.shape for name, array in front_end.filters().items()}
    shape_by_name |= _norm_shapes("bn0", front_end.N_BANDS)
    for number, (before, width) in enumerate(zip((1, *widths), widths, strict=False), start=1):
        shape_by_name[f"conv_block{number}.conv1.weight"] = (width, before, 3, 3)
        shape_by_name[f"conv_block{number}.conv2.weight"] = (width, width, 3, 3)
        for layer in (1, 2):
            shape_by_name |= _norm_shapes(f"conv_block{number}.bn{layer}", width)
    return shape_by_name


def pooled_output(weights: Mapping[str, Tensor], waveform: Waveform) -> Tensor:
    """Run front end and network over a whole sound.

    Args:
        weights: see ``shapes``.
        waveform: ``(n_samples,)``, mono at 32 kHz.

    Returns:
        ``(width,)``: the maximum over time and the mean over time, added.
    """
    import torch

    padded = front_end.pad(waveform)
    n_frames = front_end.count_frames(padded)
    n_outputs = n_frames // _FRAMES_PER_OUTPUT
    largest, total = [], []
    for first in range(0, n_outputs, _OUTPUTS_AT_ONCE):
        last = min(first + _OUTPUTS_AT_ONCE, n_outputs)
        start = max(0, first - _MARGIN)
        stop_frame = min((last + _MARGIN) * _FRAMES_PER_OUTPUT, n_frames)
        frames = front_end.log_mel(weights, padded, start * _FRAMES_PER_OUTPUT, stop_frame)
        outputs = cnn14(weights, frames)[:, first - start : last - start]
        largest.append(outputs.amax(dim=1))
        total.append(outputs.sum(dim=1))
    return torch.stack(largest).amax(dim=0) + torch.stack(total).sum(dim=0) / n_outputs


def cnn14(weights: Mapping[str, Tensor], log_mel: Tensor) -> Tensor:
    """Run the six blocks: ``(n_frames, 64)``, 64 frames or more, to ``(width, n_frames // 64)``."""
    from torch.nn.functional import avg_pool2d, conv2d

    states = _normalise(weights, "bn0", log_mel.T[None])  # over bands, not over channels
    states = states.transpose(1, 2)[None]  # (1, 1, time, band)
    for number in range(1, len(WIDTHS) + 1):
        block = f"conv_block{number}"
        for layer in (1, 2):
            states = conv2d(states, weights[f"{block}.conv{layer}.weight"], padding=1)
            states = _normalise(weights, f"{block}.bn{layer}", states).relu()
        states = avg_pool2d(states, 2)
    return states[0].mean(dim=2)


def _normalise(weights: Mapping[str, Tensor], name: str, states: Tensor) -> Tensor:
    from torch.nn.functional import batch_norm

    mean, variance = weights[f"{name}.running_mean"], weights[f"{name}.running_var"]
    return batch_norm(states, mean, variance, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _norm_shapes(name: str, width: int) -> dict[str, tuple[int, ...]]:
    parts = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{part}": (width,) for part in parts} | {f"{name}.num_batches_tracked": ()}
