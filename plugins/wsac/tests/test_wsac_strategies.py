"""Ways across the gap, against what the formulas of the paper say, written out row by row."""

from __future__ import annotations

import numpy as np
import pytest
from bench_wsac.strategies import Crossing
from hypothesis import given
from hypothesis import strategies as st


def unit_rows(*shape, seed=0):
    rows = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


MEMORY, SOUNDS = unit_rows(50, 12), unit_rows(7, 12, seed=1)
SHIFT = np.linspace(-0.3, 0.5, 12, dtype=np.float32)


def crossing(strategy, temperature=0.01, offset=None, renormalised=False, memory=MEMORY):
    return Crossing(strategy, memory, temperature, offset, renormalised, "cpu")


def plain_projection(sound, memory, temperature):
    """w_i = softmax(cos(z_a, z_i) / tau), p = sum w_i z_i, in double precision."""
    cosines = memory.astype(np.float64) @ sound / np.linalg.norm(sound)
    weights = np.exp((cosines - cosines.max()) / temperature)
    return weights / weights.sum() @ memory


@pytest.mark.parametrize("strategy", ["none", "ni", "es"])
@pytest.mark.parametrize("renormalised", [False, True])
def test_audio_decoding_reads_the_sound_as_it_is(strategy, renormalised):
    found = crossing(strategy, renormalised=renormalised).cross(SOUNDS)
    np.testing.assert_array_equal(found, SOUNDS)


def test_the_nearest_caption_is_the_one_of_the_highest_cosine():
    expected = MEMORY[(SOUNDS @ MEMORY.T).argmax(axis=1)]
    for renormalised in (False, True):
        found = crossing("nnd", renormalised=renormalised).cross(SOUNDS)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("temperature", [0.01, 0.07, 1.0, 100.0])
@pytest.mark.parametrize("renormalised", [False, True])
def test_a_projection_is_the_softmax_weighted_mean_of_the_captions(temperature, renormalised):
    expected = np.array([plain_projection(sound, MEMORY, temperature) for sound in SOUNDS])
    if renormalised:
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = crossing("pd", temperature, renormalised=renormalised).cross(SOUNDS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-5)
    is_unit = np.isclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    if temperature >= 1:
        assert is_unit.all() == renormalised


def test_a_low_temperature_gives_the_nearest_and_a_high_one_the_mean():
    nearest = crossing("nnd").cross(SOUNDS)
    np.testing.assert_allclose(crossing("pd", 1e-5).cross(SOUNDS), nearest, atol=1e-4)
    mean = np.broadcast_to(MEMORY.mean(axis=0), SOUNDS.shape)
    np.testing.assert_allclose(crossing("pd", 1e6).cross(SOUNDS), mean, atol=1e-5)


@pytest.mark.parametrize("renormalised", [False, True])
def test_a_shift_at_decoding_is_added_to_the_sound(renormalised):
    expected = SOUNDS + SHIFT
    if renormalised:
        expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    found = crossing("es", offset=SHIFT, renormalised=renormalised).cross(SOUNDS)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_memory_of_one_caption_is_all_that_is_ever_read():
    for strategy in ("nnd", "pd"):
        found = crossing(strategy, memory=MEMORY[:1]).cross(SOUNDS)
        np.testing.assert_allclose(found, np.repeat(MEMORY[:1], 7, axis=0), atol=1e-6)


def test_a_sum_of_opposites_has_no_direction_and_is_no_nan():
    memory = np.array([[1, 0], [-1, 0]], np.float32)
    sound = np.array([[0, 1]], np.float32)
    found = crossing("pd", 1.0, renormalised=True, memory=memory).cross(sound)
    np.testing.assert_array_equal(found, [[0, 0]])


@pytest.mark.parametrize("strategy", ["nnd", "pd"])
def test_a_memory_of_another_encoders_width_is_refused(strategy):
    with pytest.raises(ValueError, match=r"\(7, 12\).*\(50, 9\)"):
        crossing(strategy, memory=unit_rows(50, 9)).cross(SOUNDS)


@given(st.sampled_from(["none", "nnd", "pd", "es"]), st.permutations(range(7)), st.integers(1, 7))
def test_what_a_sound_gets_depends_on_no_other_sound(strategy, order, n):
    offset = SHIFT if strategy == "es" else None
    way = crossing(strategy, offset=offset, renormalised=True)
    some = list(order[:n])
    np.testing.assert_array_equal(way.cross(SOUNDS[some]), way.cross(SOUNDS)[some])
