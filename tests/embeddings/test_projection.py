"""Projection onto a memory, against the formula written down at once in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark import DataError
from benchmark.embeddings.projection import project


def unit_rows(n_rows, dim, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n_rows, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def formula(queries, memory, temperature):
    """``softmax(cos / temperature) @ memory``, all of it in double precision."""
    memory = memory.astype(np.float64)
    exponents = queries.astype(np.float64) @ memory.T / temperature
    weights = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    return weights @ memory / weights.sum(axis=1, keepdims=True)


@st.composite
def problems(draw):
    """Queries, a memory that holds some of them, and a temperature."""
    n_queries, n_rows = draw(st.integers(1, 40)), draw(st.integers(1, 300))
    dim, seed = draw(st.integers(2, 64)), draw(st.integers(0, 2**32 - 1))
    queries, memory = unit_rows(n_queries, dim, seed), unit_rows(n_rows, dim, seed + 1)
    n_same = draw(st.integers(0, min(n_queries, n_rows)))
    memory[:n_same] = queries[:n_same]
    return queries, memory, 10.0 ** draw(st.floats(-3, 1))


chunks = st.integers(1, 310)
in_its_own_time = settings(deadline=None)  # the first call imports torch, and machines are busy


@in_its_own_time
@given(problems(), chunks)
def test_a_projection_is_the_formulas(problem, chunk_rows):
    queries, memory, temperature = problem
    found = project(queries, memory, temperature, chunk_rows=chunk_rows)
    assert found.dtype == np.float32
    # Cosines of single precision are off by some 1e-7, and exponents by that over the temperature.
    atol = 1e-6 + 3e-7 / temperature
    np.testing.assert_allclose(found, formula(queries, memory, temperature), atol=atol, rtol=0)


@in_its_own_time
@given(problems(), chunks, chunks)
def test_the_chunks_change_nothing(problem, chunk_rows, other_chunk_rows):
    found = project(*problem, chunk_rows=chunk_rows)
    other = project(*problem, chunk_rows=other_chunk_rows)
    np.testing.assert_allclose(found, other, atol=1e-6, rtol=0)


@in_its_own_time
@given(problems(), st.data())
def test_a_query_gets_the_same_alone_and_in_company(problem, data):
    queries, memory, temperature = problem
    number = data.draw(st.integers(0, len(queries) - 1))
    together = project(queries, memory, temperature)
    alone = project(queries[[number]], memory, temperature)
    np.testing.assert_allclose(alone[0], together[number], atol=1e-6, rtol=0)


def test_several_hundred_queries_are_the_formulas_too():
    queries, memory = unit_rows(300, 48), unit_rows(5000, 48, seed=1)
    found = project(queries, memory, 0.05)
    np.testing.assert_allclose(found, formula(queries, memory, 0.05), atol=2e-6, rtol=0)


def test_two_rows_are_weighted_by_their_cosines():
    east, north = [1.0, 0.0], [0.0, 1.0]
    memory = np.array([east, north])
    weight = 1 / (1 + np.exp(-2))  # cosines 1 and 0 at temperature 0.5
    np.testing.assert_allclose(
        project(np.array([east]), memory, 0.5), [[weight, 1 - weight]], rtol=1e-6
    )


def test_a_low_temperature_leaves_the_nearest_row_alone_and_a_high_one_the_mean():
    queries, memory = unit_rows(4, 16), unit_rows(100, 16, seed=1)
    nearest = memory[(queries @ memory.T).argmax(axis=1)]
    np.testing.assert_allclose(project(queries, memory, 1e-6), nearest, atol=1e-7)
    for temperature in (1e6, np.inf):
        found = project(queries, memory, temperature)
        np.testing.assert_allclose(found, np.tile(memory.mean(axis=0), (4, 1)), atol=1e-6)


@pytest.mark.parametrize("falls", [False, True])
def test_rows_whose_weight_is_below_single_precision_add_nothing(falls):
    ladder = np.linspace(-1, 1, 400)[:: -1 if falls else 1]
    memory = np.stack([ladder, np.sqrt(1 - ladder**2)], axis=1).astype(np.float32)
    query = np.array([[1.0, 0.0]], dtype=np.float32)
    found = project(query, memory, 1e-3, chunk_rows=7)
    np.testing.assert_allclose(found, formula(query, memory, 1e-3), atol=1e-4)


def test_a_memory_map_of_half_precision_is_read_chunk_by_chunk(tmp_path):
    np.save(tmp_path / "memory.npy", unit_rows(300, 16).astype(np.float16))
    mapped = np.load(tmp_path / "memory.npy", mmap_mode="r")
    queries = unit_rows(5, 16, seed=1)
    found = project(queries, mapped, chunk_rows=64)
    np.testing.assert_allclose(found, formula(queries, np.array(mapped), 0.01), atol=4e-5)


def test_torch_keeps_its_threads():
    import torch

    n_threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        project(unit_rows(2, 8), unit_rows(100, 8), chunk_rows=10)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(n_threads)


def test_no_queries_have_no_projections():
    assert project(np.empty((0, 4), np.float32), unit_rows(3, 4)).shape == (0, 4)


@pytest.mark.parametrize("temperature", [0, -0.01, np.nan, 1e-60])
def test_a_temperature_that_is_not_positive_is_refused(temperature):
    with pytest.raises(ValueError, match=rf"temperature is {temperature}; expected .* above 0"):
        project(unit_rows(1, 4), unit_rows(3, 4), temperature)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"queries have shape \(1, 5\), the memory \(3, 4\)"):
        project(unit_rows(1, 5), unit_rows(3, 4))
    with pytest.raises(ValueError, match=r"queries have shape \(4,\)"):
        project(unit_rows(1, 4)[0], unit_rows(3, 4))
    with pytest.raises(ValueError, match="the memory is empty"):
        project(unit_rows(1, 4), np.empty((0, 4), np.float32))
    with pytest.raises(ValueError, match="chunk_rows is 0"):
        project(unit_rows(1, 4), unit_rows(3, 4), chunk_rows=0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", [0, 1])
def test_values_that_are_not_finite_are_refused_by_row(value, column):
    queries = np.array([[1, 0]], dtype=np.float32)  # 0 times infinity is noticed as well
    memory = unit_rows(30, 2)
    memory[17, column] = value
    with pytest.raises(DataError, match="memory row 17 holds nan or infinity"):
        project(queries, memory, chunk_rows=10)
    with pytest.raises(DataError, match="query 17 holds"):
        project(memory, queries)


def test_rows_far_from_unit_length_do_not_pass_for_infinity():
    memory = unit_rows(30, 2) * np.float32(1e30)
    with pytest.raises(DataError, match=r"memory rows 0 to 9: .* expected unit rows"):
        project(memory, memory, chunk_rows=10)
