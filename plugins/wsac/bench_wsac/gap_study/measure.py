"""The modality gap of a joint space: sounds lie apart from the captions that describe them.

Contrastive training leaves the two sides of a joint space in cones of their own (Liang et al.
2022). A decoder that learned from captions alone (WSAC, arXiv 2309.12242) then reads sounds from
where it never was, unless a strategy bridges the gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.embeddings import search

Vectors = NDArray[np.floating]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Sounds and their captions in a joint space.

    Attributes:
        sounds: ``(n_clips, dim)``.
        captions: ``(n_captions, dim)``.
        clip_of: ``(n_captions,)``: which sound a caption describes; every sound has one or more.
    """

    sounds: Vectors
    captions: Vectors
    clip_of: Rows

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        shapes = self.sounds.shape, self.captions.shape, self.clip_of.shape
        if len(shapes[0]) != 2 or shapes[1] != (*shapes[2], shapes[0][1]):
            raise ValueError(
                f"sounds, captions and clip_of have the shapes {shapes}; expected (n_clips, dim), "
                "(n_captions, dim) and (n_captions,)."
            )
        if not np.array_equal(np.unique(self.clip_of), np.arange(len(self.sounds))):
            raise ValueError(
                f"clip_of does not name each of the {len(self.sounds)} sounds; expected one "
                "caption or more for every sound."
            )


@dataclass(frozen=True, slots=True)
class Figures:
    """How far the two sides of a space lie apart.

    Attributes:
        gap_norm: length of the gap vector, the plain norm, which is too long where clips are few.
        paired_cosine: mean cosine of a sound and a caption of its own.
        unpaired_cosine: mean cosine of a sound and another clip's caption; None for one clip.
        recall_at_1: share of the sounds whose nearest caption is one of their own. Captions with
            equal embeddings count as one.
    """

    gap_norm: float
    paired_cosine: float
    unpaired_cosine: float | None
    recall_at_1: float


@dataclass(frozen=True, slots=True)
class Plane:
    """The two directions in which points differ most.

    Attributes:
        mean: ``(dim,)``, of the points it was fitted on.
        axes: ``(2, dim)``, unit rows at right angles.
        shares: of the points' variance along each axis, in [0, 1].
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    shares: tuple[float, float]

    def flatten(self, points: Vectors) -> NDArray[np.float64]:
        """Project ``(n, dim)`` to ``(n, 2)``."""
        flat: NDArray[np.float64] = (points - self.mean) @ self.axes.T
        return flat


def gap_vector(pairs: Pairs) -> NDArray[np.float64]:
    """Return the sounds' mean less the captions' mean: ``(dim,)`` (WSAC, eq. 2).

    Every clip counts once, however many captions it has.
    """
    n_captions = np.bincount(pairs.clip_of)
    weights = 1 / (n_captions[pairs.clip_of] * len(pairs.sounds))
    sounds = pairs.sounds.mean(axis=0, dtype=np.float64)
    # einsum widens to double precision piece by piece; a product would copy all captions.
    caption: NDArray[np.float64] = np.einsum("c,cd->d", weights, pairs.captions)
    gap: NDArray[np.float64] = sounds - caption
    return gap


def measure_figures(pairs: Pairs) -> Figures:
    """Measure how far sounds lie from captions; cosines take rows of any length.

    Raises:
        DataError: an embedding holds nan or infinity.
    """
    sounds, captions = to_unit(pairs.sounds), to_unit(pairs.captions)
    paired = np.einsum("cd,cd->c", sounds[pairs.clip_of], captions)
    # The sum over all pairs is the product of the sums.
    unpaired_sum = float(sounds.sum(axis=0) @ captions.sum(axis=0) - paired.sum())
    n_unpaired = len(sounds) * len(captions) - len(captions)
    return Figures(
        gap_norm=float(np.linalg.norm(gap_vector(pairs))),
        paired_cosine=float(paired.mean()),
        unpaired_cosine=unpaired_sum / n_unpaired if n_unpaired else None,
        recall_at_1=_recall_at_1(pairs),
    )


def mean_cosine(some: Vectors, others: Vectors) -> float:
    """Return the mean cosine of each row ``(n, dim)`` with the same row of others."""
    return float(np.einsum("nd,nd->n", to_unit(some), to_unit(others)).mean())


def nearest_rows(sounds: Vectors, memory: Vectors) -> Vectors:
    """Return for each sound the row of a memory with the highest cosine (WSAC, eq. 3).

    Args:
        sounds: ``(n, dim)``.
        memory: ``(n_rows, dim)``, an array or a memory map.
    """
    return np.asarray(memory[search(sounds, memory, 1).indices[:, 0]])


def add_noise(captions: Vectors, std: float, seed: int) -> Vectors:
    """Add normal noise of a standard deviation to each value (WSAC, section 3.1.1)."""
    drawn: Vectors = np.random.default_rng(seed).normal(0, std, captions.shape)
    return captions + drawn


def fit_plane(points: Vectors) -> Plane:
    """Find the first two principal components of ``(n, dim)``, both at least 2.

    An axis points to where its largest value is positive.
    """
    mean = points.mean(axis=0, dtype=np.float64)
    _, lengths, directions = np.linalg.svd(points - mean, full_matrices=False)
    axes = directions[:2]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    variances = lengths**2
    first, second = variances[:2] / (variances.sum() or 1.0)
    return Plane(mean, axes * np.sign(largest), (float(first), float(second)))


def to_unit(vectors: Vectors) -> NDArray[np.float64]:
    """Scale rows to unit length; rows of zeros stay as they are."""
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    unit: NDArray[np.float64] = wide / np.where(lengths == 0, 1, lengths)
    return unit


def _recall_at_1(pairs: Pairs) -> float:
    nearest = search(pairs.sounds, pairs.captions, 1).indices[:, 0]
    distinct, text_of = np.unique(pairs.captions, axis=0, return_inverse=True)
    text_of = text_of.reshape(-1)
    own = pairs.clip_of * len(distinct) + text_of
    looked_up = np.arange(len(nearest)) * len(distinct) + text_of[nearest]
    return float(np.isin(looked_up, own).mean())
