from __future__ import annotations

import pytest
import torch
from bench_gpt2_guidance.cross_attention import CrossAttention
from torch import nn

from benchmark import UsageError


@pytest.fixture
def attention():
    torch.manual_seed(0)
    return CrossAttention(12, n_heads=3, dropout=0.0, initial_std=0.5)


def as_torch(ours):
    """Copy the weights into torch's own layer."""
    theirs = nn.MultiheadAttention(ours.query.in_features, ours.n_heads, batch_first=True)
    parts = (ours.query, ours.key, ours.value)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        theirs.out_proj.weight.copy_(ours.out.weight)
        theirs.out_proj.bias.copy_(ours.out.bias)
    return theirs


def test_it_is_torchs_multi_head_attention(attention):
    with torch.no_grad():
        for part in (attention.query, attention.key, attention.value, attention.out):
            part.bias.normal_()
    queries, states = torch.randn(4, 5, 12), torch.randn(4, 7, 12)
    mask = torch.arange(7) < torch.tensor([7, 3, 1, 6])[:, None]
    ours = attention(queries, attention.attend_to(states, mask))
    theirs, _ = as_torch(attention)(queries, states, states, key_padding_mask=~mask)
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-5)


def test_what_stands_at_padding_changes_nothing(attention):
    queries, states = torch.randn(1, 2, 12), torch.randn(1, 6, 12)
    mask = torch.tensor([[True] * 4 + [False] * 2])
    before = attention(queries, attention.attend_to(states, mask))
    states[0, 4:] = 1e3
    assert torch.equal(attention(queries, attention.attend_to(states, mask)), before)


def test_first_weights_are_normal_and_biases_zero():
    torch.manual_seed(0)
    layer = CrossAttention(128, n_heads=4, dropout=0.0, initial_std=0.02)
    for part in (layer.query, layer.key, layer.value, layer.out):
        assert part.weight.std().item() == pytest.approx(0.02, rel=0.05)
        assert not part.bias.any()


def test_dropout_is_the_last_step():
    torch.manual_seed(0)
    layer = CrossAttention(64, n_heads=4, dropout=0.3, initial_std=0.5)
    attended = layer.attend_to(torch.randn(8, 3, 64), torch.ones(8, 3, dtype=torch.bool))
    dropped = layer(torch.randn(8, 9, 64), attended) == 0
    assert dropped.float().mean().item() == pytest.approx(0.3, abs=0.03)


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(UsageError, match=r"n_heads=5 does not divide 12.*another"):
        CrossAttention(12, n_heads=5, dropout=0.0, initial_std=0.1)
