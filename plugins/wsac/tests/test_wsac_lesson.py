"""What is done to captions' embeddings, and which captions are held out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from bench_wsac.lesson import Bridge, hold_out_clips
from hypothesis import given
from hypothesis import strategies as st
from wsac_toy import make_lesson

# The bridge

Z = torch.nn.functional.normalize(torch.from_numpy(make_lesson().examples.embeddings), dim=1)
SHIFT = np.linspace(-0.4, 0.6, 24, dtype=np.float32)


def lengths(rows):
    return rows.norm(dim=1)


def test_without_noise_and_shift_embeddings_stay_as_they_are():
    for renormalised in (False, True):
        assert Bridge(renormalised=renormalised).cross(Z, is_noisy=True) is Z


@pytest.mark.parametrize("renormalised", [False, True])
def test_a_shift_without_noise_is_not_skipped(renormalised):
    crossed = Bridge(0.0, SHIFT, renormalised).cross(Z, is_noisy=True)
    expected = Z + torch.from_numpy(SHIFT)
    if renormalised:
        expected = expected / lengths(expected)[:, None]
    torch.testing.assert_close(crossed, expected)


def test_noise_has_the_deviation_that_was_asked_for():
    many = torch.zeros(400, 500)
    torch.manual_seed(0)
    noise = Bridge(0.114).cross(many, is_noisy=True)
    assert noise.std().item() == pytest.approx(0.114, rel=0.01)
    assert noise.mean().item() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("renormalised", [False, True])
def test_noisy_embeddings_have_unit_length_only_where_that_is_asked(renormalised):
    crossed = Bridge(0.3, SHIFT, renormalised).cross(Z, is_noisy=True)
    is_unit = torch.isclose(lengths(crossed), torch.ones(len(Z)), atol=1e-5)
    assert is_unit.all() == renormalised


def test_noise_comes_with_the_shift_and_only_in_training():
    bridge = Bridge(0.3, SHIFT)
    shifted = Z + torch.from_numpy(SHIFT)
    torch.testing.assert_close(bridge.cross(Z, is_noisy=False), shifted)
    assert (bridge.cross(Z, is_noisy=True) - shifted).std().item() == pytest.approx(0.3, rel=0.1)


def test_bridges_that_do_the_same_have_the_same_key_and_others_do_not():
    assert Bridge().key == Bridge(renormalised=True).key == Bridge(0.0, None, False).key
    bridges = [
        Bridge(),
        Bridge(0.1),
        Bridge(0.1, None, True),
        Bridge(0.2),
        Bridge(0.0, SHIFT),
        Bridge(0.0, SHIFT, True),
        Bridge(0.0, -SHIFT),
        Bridge(0.1, SHIFT),
    ]
    assert len({bridge.key for bridge in bridges}) == len(bridges)


# What is held out


@given(
    counts=st.lists(st.integers(1, 5), min_size=1, max_size=40),
    share=st.floats(0, 0.5),
    seed=st.integers(0, 5),
)
def test_clips_are_held_out_whole_and_at_least_one_is_kept(counts, share, seed):
    clip_of = np.repeat(np.arange(len(counts)), counts)
    kept, out = hold_out_clips(clip_of, share, seed)
    assert sorted([*kept, *out]) == list(range(len(clip_of)))
    assert not set(clip_of[kept]) & set(clip_of[out])
    n_out = len(set(clip_of[out]))
    assert len(kept) > 0
    assert n_out == min(len(counts) - 1, int(np.ceil(share * len(counts))))


def test_nothing_is_held_out_of_one_clip_or_without_a_share():
    for clip_of, share in (([0, 0, 0], 0.5), ([0, 1, 2], 0.0)):
        kept, out = hold_out_clips(np.array(clip_of), share, 0)
        assert (kept.tolist(), out.tolist()) == ([0, 1, 2], [])
