from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from benchmark.embeddings.neighbours import search
from benchmark.errors import DataError


def brute_force(queries, memory, k, metric):
    """Sort every pair, in double precision, equal ones by index."""
    queries, memory = queries.astype(np.float64), memory.astype(np.float64)
    all_indices, all_scores = [], []
    for query in queries:
        if metric == "l2":
            scores = np.sqrt(np.square(memory - query).sum(axis=1))
            order = np.argsort(scores, kind="stable")[:k]
        else:
            lengths = np.linalg.norm(memory, axis=1) * np.linalg.norm(query)
            scores = (memory * query).sum(axis=1) / np.where(lengths == 0, 1, lengths)
            order = np.argsort(-scores, kind="stable")[:k]
        all_indices.append(order)
        all_scores.append(scores[order])
    return np.array(all_indices), np.array(all_scores)


def gaussian(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("metric", ["cosine", "l2"])
@pytest.mark.parametrize("chunk_rows", [1, 7, 100, 1000])
def test_neighbours_are_those_of_brute_force_whatever_the_chunks(metric, chunk_rows):
    queries, memory = gaussian(20, 24), gaussian(250, 24, seed=1)
    indices, scores = brute_force(queries, memory, 5, metric)
    found = search(queries, memory, 5, metric, chunk_rows)
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.scores, scores, rtol=1e-12)


whole_numbers = st.integers(-2, 2).map(float)


@given(
    memory=hnp.arrays(
        np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=whole_numbers
    ),
    queries=hnp.arrays(
        np.float32, st.tuples(st.integers(0, 4), st.just(3)), elements=whole_numbers
    ),
    chunk_rows=st.integers(1, 13),
    data=st.data(),
)
def test_ties_go_to_the_first_row(memory, queries, chunk_rows, data):
    k = data.draw(st.integers(1, len(memory)))
    indices, _ = brute_force(queries, memory, k, "l2")  # exact: whole numbers
    found = search(queries, memory, k, "l2", chunk_rows).indices
    np.testing.assert_array_equal(found, indices.reshape(-1, k))


@pytest.mark.parametrize("metric", ["cosine", "l2"])
def test_copies_of_one_row_come_in_order_across_chunks(metric):
    row = gaussian(1, 384)
    memory = np.concatenate([gaussian(50, 384, seed=1), *[row] * 40, gaussian(50, 384, seed=2)])
    for chunk_rows in (3, 17, 64, 500):
        found = search(row, memory, 10, metric, chunk_rows)
        assert found.indices.tolist() == [list(range(50, 60))]
        assert len(set(found.scores[0].tolist())) == 1


def test_a_query_finds_the_same_alone_and_in_company():
    queries, memory = gaussian(300, 64), gaussian(500, 64, seed=1)
    together = search(queries, memory, 3, chunk_rows=128)
    for number in (0, 255, 256, 299):
        alone = search(queries[[number]], memory, 3, chunk_rows=300)
        np.testing.assert_array_equal(alone.indices[0], together.indices[number])
        np.testing.assert_array_equal(alone.scores[0], together.scores[number])


def test_rows_closer_together_than_single_precision_are_told_apart():
    query = np.ones((1, 256))
    memory = np.ones((64, 256))
    memory[:, 0] += np.linspace(1e-6, 64e-6, 64)[::-1]  # cosines differ by some 1e-14
    for metric in ("cosine", "l2"):
        assert search(query, memory, 2, metric).indices.tolist() == [[63, 62]]


@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(2, 9), st.just(4)),
        elements=st.floats(-1e150, 1e150, allow_subnormal=False),
    ),
    st.sampled_from(["cosine", "l2"]),
)
@example(np.array([[1e-60, 0, 0, 0], [0, 1e-60, 0, 0], [1e-60, 1e-61, 0, 0]]), "cosine")
@example(np.array([[1e60, 0, 0, 0], [0, 1e60, 0, 0], [1e60, 1e59, 0, 0]]), "cosine")
@example(np.array([[1e60, 0, 0, 0], [0, 1e60, 0, 0], [1e60, 1e59, 0, 0]]), "l2")
def test_numbers_beyond_single_precision_do_not_lose_the_nearest(vectors, metric):
    query, memory = vectors[:1], vectors[1:]
    whole = search(query, memory, 1, metric, chunk_rows=100)
    by_row = search(query, memory, 1, metric, chunk_rows=1)  # every row is compared
    np.testing.assert_array_equal(whole.indices, by_row.indices)
    np.testing.assert_array_equal(whole.scores, by_row.scores)


def test_a_row_of_zeros_has_cosine_zero():
    memory = np.array([[-1, 0], [0, 0], [1, 0]], dtype=np.float32)
    found = search(np.array([[2, 0], [0, 0]], dtype=np.float32), memory, 3)
    assert found.indices.tolist() == [[2, 1, 0], [0, 1, 2]]
    assert found.scores.tolist() == [[1, 0, -1], [0, 0, 0]]


def test_a_memory_map_of_half_precision_is_searched_chunk_by_chunk(tmp_path):
    rows = gaussian(300, 16).astype(np.float16)
    np.save(tmp_path / "memory.npy", rows)
    mapped = np.load(tmp_path / "memory.npy", mmap_mode="r")
    found = search(rows[:5], mapped, 1, chunk_rows=64)
    assert found.indices[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_no_queries_have_no_neighbours():
    found = search(np.empty((0, 4), np.float32), gaussian(3, 4), 2)
    assert found.indices.shape == found.scores.shape == (0, 2)


@pytest.mark.parametrize("k", [0, 4])
def test_k_beyond_the_memory_is_refused(k):
    with pytest.raises(ValueError, match=f"k is {k}; expected 1 to 3"):
        search(gaussian(1, 4), gaussian(3, 4), k)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"queries have shape \(1, 5\), the memory \(3, 4\)"):
        search(gaussian(1, 5), gaussian(3, 4), 1)
    with pytest.raises(ValueError, match="chunk_rows is 0"):
        search(gaussian(1, 4), gaussian(3, 4), 1, chunk_rows=0)


def test_values_that_are_not_finite_are_refused_by_row():
    memory = gaussian(30, 4)
    memory[17, 2] = np.nan
    with pytest.raises(DataError, match="memory row 17 holds nan or infinity"):
        search(gaussian(1, 4), memory, 1, chunk_rows=10)
    with pytest.raises(DataError, match="query 17 holds"):
        search(memory, gaussian(3, 4), 1)
