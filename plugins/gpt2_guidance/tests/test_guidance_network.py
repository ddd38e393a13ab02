from __future__ import annotations

import math

import pytest
import torch
from bench_gpt2_guidance.network import SoundEmbedder, sinusoids
from bench_gpt2_guidance.triplet_options import TripletSettings

from benchmark import UsageError


def make(seed=0, n_patches=10, width=128, **chosen):
    torch.manual_seed(seed)
    return SoundEmbedder(n_patches, width, TripletSettings(**chosen))


def patches(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


def test_ten_patches_of_128_become_1280_values_of_unit_length():
    embedded = make().eval()(patches(3, 10, 128))
    assert embedded.shape == (3, 1280)
    torch.testing.assert_close(embedded.norm(dim=1), torch.ones(3))


def test_the_layer_has_as_many_parameters_as_the_formula_says():
    d, h = 128, 512
    attention, feed_forward, norms = 4 * d * d + 4 * d, 2 * d * h + h + d, 4 * d
    assert attention + feed_forward + norms == 198_272
    assert sum(parameter.numel() for parameter in make().parameters()) == 198_272


def test_matrices_start_as_drawn_with_the_spread_and_biases_at_zero():
    for name, parameter in make(initial_std=0.02).named_parameters():
        if parameter.dim() > 1:
            assert parameter.std().item() == pytest.approx(0.02, rel=0.03), name
        elif "norm" not in name:
            assert not parameter.any(), name


def test_the_layer_is_that_of_attention_and_feed_forward_with_norms_after():
    network = make(n_patches=4, width=8, n_heads=1, ffn_width=6, initial_std=0.5).eval()
    x, layer = patches(2, 4, 8), network.layer
    attention = layer.self_attn
    q, k, v = (x @ attention.in_proj_weight.T).split(8, dim=2)
    mixed = (q @ k.transpose(1, 2) / math.sqrt(8)).softmax(2) @ v @ attention.out_proj.weight.T
    x = torch.nn.functional.layer_norm(x + mixed, (8,))
    hidden = (x @ layer.linear1.weight.T).relu() @ layer.linear2.weight.T
    expected = torch.nn.functional.layer_norm(x + hidden, (8,)).flatten(1)
    expected = expected / expected.norm(dim=1, keepdim=True)
    torch.testing.assert_close(network(patches(2, 4, 8)), expected)


def test_dropout_strikes_before_the_layer_and_only_in_training():
    network = make(dropout=0.3, layer_dropout=0.0)
    seen = []
    network.layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    ones = torch.ones(8, 10, 128)
    network.train()(ones)
    network.eval()(ones)
    assert (seen[0] == 0).float().mean().item() == pytest.approx(0.3, abs=0.02)
    torch.testing.assert_close(seen[0].max(), torch.tensor(1 / 0.7))
    torch.testing.assert_close(seen[1], ones)


def test_without_positions_the_order_of_patches_only_orders_the_values():
    sounds = patches(1, 10, 128)
    turned = sounds.flip(1)
    found = [make(positions=kind).eval() for kind in ("none", "sinusoidal")]
    for network, is_blind in zip(found, (True, False), strict=True):
        ahead = network(sounds).reshape(10, 128)
        behind = network(turned).reshape(10, 128).flip(0)
        assert torch.allclose(ahead, behind, atol=1e-5) == is_blind


def test_sinusoids_are_sines_and_cosines_of_slowing_rates():
    rows = sinusoids(3, 4)
    assert rows[0].tolist() == [0, 1, 0, 1]
    expected = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    assert rows[2].tolist() == pytest.approx(expected)


def test_norms_may_precede():
    sounds = patches(1, 10, 128)
    assert not torch.allclose(make(norm="pre").eval()(sounds), make().eval()(sounds))


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(UsageError, match="n_heads=3 does not divide 128"):
        make(n_heads=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("duration_s", 0),
        ("duration_s", float("nan")),
        ("n_heads", 0),
        ("dropout", 1.0),
        ("margin", 0),
        ("learning_rate", 0),
        ("epochs", 0),
        ("patience", -1),
        ("batch_size", 1),
        ("validation_share", 0.6),
    ],
)
def test_an_option_out_of_its_range_is_named(name, value):
    with pytest.raises(ValueError, match=f"{name}=.*; expected "):
        TripletSettings(**{name: value})
