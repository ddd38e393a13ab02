"""The trainable part of module 1: one transformer layer over a sound's patches."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from bench_gpt2_guidance.triplet_options import TripletSettings
from benchmark import UsageError


class SoundEmbedder(nn.Module):
    """Patches to one unit vector: ``e = reshape(layer(dropout(patches)))``, ``|e| = 1``.

    As Koizumi et al. (2020, eq. 5 and 6), whose first weights are all from ``N(0, 0.02)``: read as
    the matrices, ``initial_std`` wide. Biases begin at 0 and the gains of layer norms at 1, for a
    gain near 0 would hide what is normed.
    """

    def __init__(self, n_patches: int, width: int, settings: TripletSettings) -> None:
        """Draw first weights from torch's global generator.

        Args:
            n_patches: of every sound.
            width: of a patch; VGGish's is 128.
            settings: the layer's form.

        Raises:
            UsageError: the heads do not divide the width.
        """
        super().__init__()
        if width % settings.n_heads:
            raise UsageError(
                f"n_heads={settings.n_heads} does not divide {width}, the width of a patch; choose "
                "another number."
            )
        self.dropout = nn.Dropout(settings.dropout)
        self.layer = nn.TransformerEncoderLayer(
            width,
            settings.n_heads,
            settings.ffn_width,
            settings.layer_dropout,
            batch_first=True,
            norm_first=settings.norm == "pre",
        )
        for parameter in self.layer.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=settings.initial_std)
        for module in (self.layer.self_attn.out_proj, self.layer.linear1, self.layer.linear2):
            nn.init.zeros_(module.bias)
        has_positions = settings.positions == "sinusoidal"
        positions = sinusoids(n_patches, width) if has_positions else torch.zeros(n_patches, width)
        self.positions: Tensor
        self.register_buffer("positions", positions, persistent=False)

    def forward(self, patches: Tensor) -> Tensor:
        """Embed sounds.

        Args:
            patches: ``(n, n_patches, width)``.

        Returns:
            ``(n, n_patches * width)``, unit rows.
        """
        states: Tensor = self.layer(self.dropout(patches + self.positions))
        return nn.functional.normalize(states.flatten(1))


def sinusoids(n_patches: int, width: int) -> Tensor:
    """Return the positions of Vaswani et al. (2017, section 3.5), ``(n_patches, width)``."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000) / width))
    angles = torch.arange(n_patches)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :width]
