"""Clouds of points laid flat."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from bench_wsac.gap_study.flat import lay_flat
from bench_wsac.gap_study.measure import fit_plane

from benchmark import DataError


def cloud(at, n=40, dim=12, seed=0):
    """Points about one of the axes."""
    around = 0.1 * np.random.default_rng([seed, at]).normal(size=(n, dim))
    return (around + 3 * np.eye(dim)[at]).astype(np.float32)


def test_principal_components_are_those_of_the_first_parts():
    first, second, later = cloud(0), cloud(1), cloud(2)
    flat, axes = lay_flat([first, second, later], "pca", n_fitted=2)
    plane = fit_plane(np.concatenate([first, second]))
    for part, points in zip(flat, (first, second, later), strict=True):
        np.testing.assert_allclose(part, plane.flatten(points))
    assert axes[0] == f"component 1 ({100 * plane.shares[0]:.0f} % of variance)"
    of_all = lay_flat([first, second, later], "pca").parts
    assert not np.allclose(of_all[0], flat[0])


def test_tsne_keeps_clouds_apart_and_neighbours_together():
    flat, axes = lay_flat([cloud(0), cloud(1), cloud(2)], "tsne")
    assert axes == ("t-SNE 1", "t-SNE 2")
    assert [part.shape for part in flat] == [(40, 2)] * 3
    points, of_cloud = np.concatenate(flat), np.repeat(np.arange(3), 40)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (of_cloud[distances.argmin(axis=1)] == of_cloud).all()


def test_equal_points_lie_on_each_other():
    points = cloud(0)
    (first, again), _ = lay_flat([points, points[::-1]], "tsne")
    np.testing.assert_array_equal(first, again[::-1])


def test_the_plane_is_the_same_every_time_however_many_threads_there_are():
    program = (
        "import hashlib, numpy as np\n"
        "from bench_wsac.gap_study.flat import lay_flat\n"
        "points = np.random.default_rng(0).normal(size=(300, 16))\n"
        "parts, _ = lay_flat([points[:100], points[100:]], 'tsne')\n"
        "print(hashlib.sha256(np.concatenate(parts).tobytes()).hexdigest())\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "OMP_NUM_THREADS": n_threads, "OPENBLAS_NUM_THREADS": n_threads},
            capture_output=True, text=True, check=True,
        ).stdout
        for n_threads in ("1", "2", "2")
    }  # fmt: skip
    assert len(said) == 1


def test_few_points_are_no_picture_of_neighbours():
    few = cloud(0, n=2)
    assert lay_flat([few, few + 1], "pca").parts[0].shape == (2, 2)
    with pytest.raises(DataError, match="t-SNE of 4 different points shows nothing"):
        lay_flat([few, few + 1], "tsne")
    assert lay_flat([few, few + 1, few - 1], "tsne").parts[2].shape == (2, 2)
