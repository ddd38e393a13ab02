from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from benchmark.models.products import has_onednn, multiply_rows, speed_up_linear_layers

SIZES = st.integers(1, 40)


@settings(deadline=None, max_examples=40)
@given(SIZES, SIZES, SIZES, st.booleans(), st.integers(0, 2**31))
def test_products_equal_those_of_double_precision(n_left, n_right, width, is_biased, seed):
    draw = torch.Generator().manual_seed(seed)
    left = torch.randn(n_left, width, generator=draw)
    right = torch.randn(n_right, width, generator=draw)
    bias = torch.randn(n_right, generator=draw) if is_biased else None
    expected = left.double() @ right.double().T
    if bias is not None:
        expected += bias.double()
    found = multiply_rows(left, right, bias)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-5)


def test_large_products_keep_single_precision():
    left, right = torch.randn(512, 384), torch.randn(700, 384)
    exact = left.double() @ right.double().T
    error = (multiply_rows(left, right).double() - exact).abs().max()
    by_torch = ((left @ right.T).double() - exact).abs().max()
    assert error < 4 * by_torch  # bfloat16 would be thousands of times as far off


@pytest.mark.parametrize("shape", [(0, 4), (2, 3, 4)])
def test_leading_dimensions_may_be_many_or_empty(shape):
    left, right = torch.randn(shape), torch.randn(5, 4)
    torch.testing.assert_close(multiply_rows(left, right), left @ right.T)


def test_other_precisions_keep_to_themselves():
    left, right = torch.randn(3, 4, dtype=torch.float64), torch.randn(5, 4, dtype=torch.float64)
    assert torch.equal(multiply_rows(left, right), left @ right.T)


def test_a_networks_linear_layers_give_what_they_gave():
    network = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 8, bias=False))
    given_rows = torch.randn(2, 5, 16)
    with torch.inference_mode():
        before = network(given_rows)
        speed_up_linear_layers(network)
        torch.testing.assert_close(network(given_rows), before)


def test_this_torch_multiplies_with_onednn():
    assert has_onednn()  # the pinned wheel has it; without, figures of speed mean little
