"""mini's two towers: convolutions and a GRU over log-mel frames, a GRU over pieces of words.

Both read in both directions and pool over time by mean, maximum and first moment, so that they
take any length and know what came first: without the moment they found out no better than chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from benchmark.encoders.melspectrogram import N_BANDS

DIM = 128
_CHANNELS = (16, 32, 48, 64)
_KERNELS = (5, 3, 3, 3)
_TIME_STRIDES = (4, 2, 2, 1)  # of frames of 10 ms; bands are halved by each
_WIDTH = 96
_N_POOLS = 3
_LOG_MEL_MEAN, _LOG_MEL_DEVIATION = -2.3, 1.4  # of soundscapes
_FIRST_TEMPERATURE = 0.07
_LOWEST_TEMPERATURE = 0.01


class MiniNetwork(nn.Module):
    """Two towers and the temperature that they are compared with (Radford et al. 2021)."""

    def __init__(self, n_pieces: int, temperature: float = 0.0) -> None:
        """Draw first weights.

        Args:
            n_pieces: the size of the tokenizer's vocabulary.
            temperature: it stays at this; 0: it is learnt.
        """
        super().__init__()
        self.audio = AudioTower()
        self.text = TextTower(n_pieces)
        scale = torch.tensor(-math.log(temperature or _FIRST_TEMPERATURE))
        self.log_scale = nn.Parameter(scale, requires_grad=not temperature)

    def losses(
        self, log_mel: Tensor, captions: Sequence[Tensor], wrong: Sequence[Tensor]
    ) -> Tensor:
        """Compute the symmetric InfoNCE loss of pairs, each against all others of the batch.

        Args:
            log_mel: ``(batch, n_frames, 64)``.
            captions: the pieces of each sound's caption, ``(n_pieces,)``.
            wrong: any number of captions of no sound, for the sounds to be told from too.

        Returns:
            ``(batch,)``: the mean of both directions.
        """
        scale = self.log_scale.clamp(max=-math.log(_LOWEST_TEMPERATURE)).exp()
        logits = scale * self.audio(log_mel) @ self.text([*captions, *wrong]).T
        to_text: Tensor = logits.log_softmax(dim=1).diagonal()
        to_audio: Tensor = logits[:, : len(captions)].log_softmax(dim=0).diagonal()
        return -(to_text + to_audio) / 2


class AudioTower(nn.Module):
    """Log-mel frames to one vector."""

    def __init__(self) -> None:
        """Draw first weights."""
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for width, kernel, stride in zip(_CHANNELS, _KERNELS, _TIME_STRIDES, strict=True):
            step, padding = (stride, 2), kernel // 2
            layers += [
                nn.Conv2d(before, width, kernel, stride=step, padding=padding, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            before = width
        self.convolutions = nn.Sequential(*layers)
        n_bands = N_BANDS // 2 ** len(_CHANNELS)
        self.projection = nn.Linear(before * n_bands, DIM)
        self.gru = nn.GRU(DIM, _WIDTH, batch_first=True, bidirectional=True)
        self.out = nn.Linear(_N_POOLS * 2 * _WIDTH, DIM)

    def forward(self, log_mel: Tensor) -> Tensor:
        """Embed sounds of one length: ``(batch, n_frames, 64)`` to unit rows ``(batch, dim)``."""
        states, _ = self.gru(self.hear(log_mel))
        is_real = torch.ones_like(states[..., :1], dtype=torch.bool)
        return normalize(self.out(_pool(states, is_real)), dim=1)

    def hear(self, log_mel: Tensor) -> Tensor:
        """Return what is heard every 160 ms, before anything is put in order.

        Args:
            log_mel: ``(batch, n_frames, 64)``.

        Returns:
            ``(batch, n_steps, dim)``, not negative.
        """
        states = (log_mel[:, None] - _LOG_MEL_MEAN) / _LOG_MEL_DEVIATION
        # In this order of memory the convolutions are half as long about it.
        states = self.convolutions(states.contiguous(memory_format=torch.channels_last))
        heard: Tensor = self.projection(states.permute(0, 2, 1, 3).flatten(2)).relu()
        return heard


class TextTower(nn.Module):
    """Pieces of a caption to one vector."""

    def __init__(self, n_pieces: int) -> None:
        """Draw first weights."""
        super().__init__()
        self.pieces = nn.Embedding(n_pieces, _WIDTH)
        self.gru = nn.GRU(_WIDTH, _WIDTH, batch_first=True, bidirectional=True)
        self.out = nn.Linear(_N_POOLS * 2 * _WIDTH, DIM)

    def forward(self, captions: Sequence[Tensor]) -> Tensor:
        """Embed captions of any lengths.

        Args:
            captions: ``(n_pieces,)`` each, at least one.

        Returns:
            Unit rows, ``(n_captions, dim)``.
        """
        lengths = torch.tensor([len(caption) for caption in captions])
        packed = pack_sequence(list(captions), enforce_sorted=False)
        embedded = packed._replace(data=self.pieces(packed.data))
        states, _ = pad_packed_sequence(self.gru(embedded)[0], batch_first=True)
        numbers = torch.arange(states.shape[1], device=states.device)
        is_real = (numbers < lengths.to(states.device)[:, None])[..., None]
        return normalize(self.out(_pool(states, is_real)), dim=1)


def _pool(states: Tensor, is_real: Tensor) -> Tensor:
    """Pool over time: the mean, the maximum, and the first moment, which says what came when.

    Args:
        states: ``(batch, n_steps, width)``; 0 where they are not real.
        is_real: ``(batch, n_steps, 1)``; at least the first step of each.

    Returns:
        ``(batch, 3 * width)``.
    """
    n_real = is_real.sum(dim=1, keepdim=True)
    positions = 2 * (is_real.cumsum(dim=1) - 0.5) / n_real - 1  # in (-1, 1)
    mean = (states / n_real).sum(dim=1)
    moment = (states * positions / n_real).sum(dim=1)
    highest = states.masked_fill(~is_real, -math.inf).amax(dim=1)
    return torch.cat([mean, highest, moment], dim=1)
