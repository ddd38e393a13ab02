"""Attention to a sequence that stays the same while a caption grows."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from benchmark import UsageError


class Attended(NamedTuple):
    """What is attended to, projected once.

    Attributes:
        keys: ``(batch, n_heads, n_positions, width / n_heads)``.
        values: the same.
        mask: ``(batch, 1, 1, n_positions)`` bool, False at padding.
    """

    keys: Tensor
    values: Tensor
    mask: Tensor


class CrossAttention(nn.Module):
    """The multi-head attention of Vaswani et al. (2017, section 3.2.2), dropout at its end."""

    def __init__(self, width: int, n_heads: int, dropout: float, initial_std: float) -> None:
        """Draw first weights from torch's generator.

        Raises:
            UsageError: the heads do not divide the width.
        """
        super().__init__()
        if width % n_heads:
            raise UsageError(
                f"n_heads={n_heads} does not divide {width}, the backbone's width; choose another "
                "number."
            )
        self.n_heads = n_heads
        self.query, self.key, self.value, self.out = (
            draw_linear(width, width, initial_std) for _ in range(4)
        )
        self.dropout = nn.Dropout(dropout)

    def attend_to(self, states: Tensor, mask: Tensor) -> Attended:
        """Project what will be attended to.

        Args:
            states: ``(batch, n_positions, width)``.
            mask: ``(batch, n_positions)`` bool, False at padding, True at least once a row.
        """
        keys, values = self._split(self.key(states)), self._split(self.value(states))
        return Attended(keys, values, mask[:, None, None])

    def forward(self, queries: Tensor, attended: Attended) -> Tensor:
        """Attend: ``(batch, n_queries, width)`` to the same shape."""
        heads = nn.functional.scaled_dot_product_attention(
            self._split(self.query(queries)), attended.keys, attended.values, attended.mask
        )
        result: Tensor = self.dropout(self.out(heads.transpose(1, 2).flatten(2)))
        return result

    def _split(self, states: Tensor) -> Tensor:
        batch, n_positions, width = states.shape
        heads = states.view(batch, n_positions, self.n_heads, width // self.n_heads)
        return heads.transpose(1, 2)


def draw_linear(n_inputs: int, n_outputs: int, initial_std: float) -> nn.Linear:
    """Make a layer of normal weights and biases of 0.

    Koizumi et al. (2020) draw all that is trained from ``N(0, 0.02)``: read as the
    matrices, here as in ``network.SoundEmbedder``.
    """
    layer = nn.Linear(n_inputs, n_outputs)
    nn.init.normal_(layer.weight, std=initial_std)
    nn.init.zeros_(layer.bias)
    return layer
