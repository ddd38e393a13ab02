from __future__ import annotations

import numpy as np
import pytest
import torch
from bench_gpt2_guidance.mining import (
    NO_NEGATIVE,
    semi_hard_negatives,
    squared_distances,
    triplet_loss,
)
from hypothesis import given
from hypothesis import strategies as st

MARGIN = 0.3


def choose(positive, distances, is_negative=None, fallback="further"):
    distances = torch.tensor([distances])
    allowed = torch.ones_like(distances, dtype=torch.bool)
    if is_negative is not None:
        allowed = torch.tensor([is_negative])
    chosen = semi_hard_negatives(torch.tensor([positive]), distances, allowed, MARGIN, fallback)
    return int(chosen[0])


def test_the_loss_is_the_distance_that_is_missing_to_the_margin():
    positive = torch.tensor([0.5, 0.5, 0.5, 0.5])
    negative = torch.tensor([0.6, 0.8, 3.0, 0.1])
    expected = [0.2, 0.0, 0.0, 0.7]
    assert triplet_loss(positive, negative, MARGIN).tolist() == pytest.approx(expected, abs=1e-6)


def test_distances_of_unit_vectors_lie_between_0_and_4():
    right, up = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    distances = squared_distances(torch.stack([right, up]), torch.stack([right, up, -right]))
    assert distances.tolist() == [[0.0, 2.0, 4.0], [2.0, 0.0, 2.0]]


def test_a_distance_to_a_vector_of_zeros_is_right_too():
    assert squared_distances(torch.tensor([[0.6, 0.8]]), torch.zeros(1, 2)).item() == 1.0


def test_the_nearest_beyond_the_positive_is_chosen():
    #        hard, semi-hard, nearest semi-hard, easy
    assert choose(0.5, [0.4, 0.75, 0.6, 1.5]) == 2


def test_what_is_similar_is_never_chosen():
    assert choose(0.5, [0.4, 0.75, 0.6, 1.5], [True, True, False, True]) == 1


def test_as_far_as_the_positive_is_not_beyond_it():
    assert choose(0.5, [0.5, 0.7]) == 1


@pytest.mark.parametrize(
    ("fallback", "expected"), [("further", 2), ("furthest", 2), ("skip", NO_NEGATIVE)]
)
def test_where_all_are_hard_or_easy_the_fallback_decides(fallback, expected):
    assert choose(0.5, [0.1, 1.4, 0.9, 0.3], fallback=fallback) == expected


@pytest.mark.parametrize(
    ("fallback", "expected"), [("further", NO_NEGATIVE), ("furthest", 1), ("skip", NO_NEGATIVE)]
)
def test_where_all_are_nearer_than_the_positive_only_furthest_finds_one(fallback, expected):
    assert choose(0.5, [0.1, 0.4, 0.2], fallback=fallback) == expected


@pytest.mark.parametrize("fallback", ["further", "furthest", "skip"])
def test_without_a_dissimilar_clip_there_is_no_negative(fallback):
    assert choose(0.5, [0.6, 0.7], [False, False], fallback) == NO_NEGATIVE


def test_beyond_the_window_a_negative_costs_nothing():
    column = choose(0.5, [0.1, 0.9])
    assert column == 1
    assert triplet_loss(torch.tensor([0.5]), torch.tensor([0.9]), MARGIN).item() == 0


@st.composite
def batches(draw):
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    # Few different values, so that ties and edges of the window come up.
    positive = rng.integers(0, 9, n) / 8
    distances = rng.integers(0, 17, (n, m)) / 8
    return positive, distances, rng.random((n, m)) < 0.7


@given(batches(), st.sampled_from(["further", "furthest", "skip"]))
def test_the_choice_is_that_of_a_plain_loop(batch, fallback):
    positive, distances, allowed = batch
    found = semi_hard_negatives(*map(torch.from_numpy, batch), 0.25, fallback)
    for row, limit in enumerate(positive):
        columns = [column for column in range(distances.shape[1]) if allowed[row, column]]
        further = [column for column in columns if distances[row, column] > limit]
        window = [column for column in further if distances[row, column] < limit + 0.25]
        expected = NO_NEGATIVE
        if window:
            expected = min(window, key=lambda column: distances[row, column])
        elif further and fallback != "skip":
            expected = min(further, key=lambda column: distances[row, column])
        elif columns and fallback == "furthest":
            expected = max(columns, key=lambda column: distances[row, column])
        chosen = int(found[row])
        if expected == NO_NEGATIVE:
            assert chosen == NO_NEGATIVE
        else:
            assert allowed[row, chosen]
            assert distances[row, chosen] == distances[row, expected]
