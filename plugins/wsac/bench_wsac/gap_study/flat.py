"""Points of a joint space laid flat for a picture: principal components, or t-SNE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench_wsac.gap_study.measure import Vectors, fit_plane
from benchmark import DataError

Projection = Literal["pca", "tsne"]
Flat = NDArray[np.float64]

_PERPLEXITY = 30.0
_FEWEST_POINTS = 5
_SEED = 0


class FlatPoints(NamedTuple):
    """Several clouds of points on one plane.

    Attributes:
        parts: ``(n, 2)`` each, in the order in which they were given.
        axes: what the two axes are, in words.
    """

    parts: list[Flat]
    axes: tuple[str, str]


def lay_flat(
    parts: Sequence[Vectors], projection: Projection, *, n_fitted: int | None = None
) -> FlatPoints:
    """Lay clouds of points on one plane.

    Equal points lie on each other. Equal clouds give equal planes, bit for bit on one machine.

    Args:
        parts: ``(n, dim)`` each.
        projection: ``pca``: the plane in which points differ most; ``tsne`` keeps neighbours
            together (van der Maaten and Hinton 2008; perplexity 30, or a third of few points).
        n_fitted: the first so many parts decide the plane of ``pca``; None: all. In t-SNE all do,
            as it has no place for points that it was not fitted on.

    Raises:
        DataError: there are too few different points for t-SNE.
    """
    if projection == "tsne":
        return FlatPoints(_embed_neighbours(parts), ("t-SNE 1", "t-SNE 2"))
    plane = fit_plane(np.concatenate(parts[:n_fitted]))
    first, second = (100 * share for share in plane.shares)
    return FlatPoints(
        [plane.flatten(points) for points in parts],
        (f"component 1 ({first:.0f} % of variance)", f"component 2 ({second:.0f} %)"),
    )


def _embed_neighbours(parts: Sequence[Vectors]) -> list[Flat]:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    points = np.concatenate(parts).astype(np.float64)
    different, place = np.unique(points, axis=0, return_inverse=True)
    if len(different) < _FEWEST_POINTS:
        raise DataError(
            f"t-SNE of {len(different)} different points shows nothing; expected "
            f"{_FEWEST_POINTS} or more. Draw more clips, or choose --project pca."
        )
    perplexity = min(_PERPLEXITY, (len(different) - 1) / 3)
    # Several threads would add up in an order that changes from one time to the next.
    with threadpool_limits(limits=1):
        model = TSNE(init="pca", perplexity=perplexity, random_state=_SEED)
        flat = model.fit_transform(different).astype(np.float64)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return np.split(flat[place.reshape(-1)], ends)
