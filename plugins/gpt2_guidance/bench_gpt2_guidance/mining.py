"""The triplet loss and its semi-hard negatives, on matrices of squared distances."""

from __future__ import annotations

import torch
from torch import Tensor

from bench_gpt2_guidance.triplet_options import Fallback

NO_NEGATIVE = -1


def squared_distances(queries: Tensor, others: Tensor) -> Tensor:
    """Compute ``D(a, b) = |a - b|^2`` of all pairs.

    Args:
        queries: ``(n, dim)``.
        others: ``(m, dim)``.

    Returns:
        ``(n, m)``, at least 0.
    """
    squares = queries.square().sum(1)[:, None] + others.square().sum(1)
    return (squares - 2 * queries @ others.T).clamp(min=0)


def semi_hard_negatives(
    positive: Tensor, distances: Tensor, is_negative: Tensor, margin: float, fallback: Fallback
) -> Tensor:
    """Choose each anchor's negative: the nearest one with ``D_p < D_n < D_p + margin``.

    That is the semi-hard condition of Koizumi et al. (2020, eq. 8), which leaves open which one.

    Args:
        positive: ``(n,)``, squared distances of anchors and their positives.
        distances: ``(n, m)``, those of anchors and candidates.
        is_negative: ``(n, m)`` bool: the candidates that may be a negative.
        margin: of the triplet loss.
        fallback: what else may be chosen, see ``TripletSettings``.

    Returns:
        ``(n,)`` columns; ``NO_NEGATIVE`` where there is none to choose.
    """
    limit = positive[:, None]
    further = is_negative & (distances > limit)
    if fallback == "skip":
        further &= distances < limit + margin
    # The nearest that is further is the nearest semi-hard one, wherever there is one.
    chosen = distances.masked_fill(~further, torch.inf).argmin(dim=1)
    exists = further.any(dim=1)
    if fallback == "furthest":
        furthest = distances.masked_fill(~is_negative, -torch.inf).argmax(dim=1)
        chosen = torch.where(exists, chosen, furthest)
        exists = is_negative.any(dim=1)
    return torch.where(exists, chosen, NO_NEGATIVE)


def triplet_loss(positive: Tensor, negative: Tensor, margin: float) -> Tensor:
    """Return ``max(0, D_p - D_n + margin)`` of each triplet (Koizumi et al. 2020, eq. 7)."""
    return (positive - negative + margin).clamp(min=0)
