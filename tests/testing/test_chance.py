"""A captioner that draws from generators that others sow is told; one that sows its own is not."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from odd_captioners import Captioner, describe_all, findings, prepared

from benchmark.testing import check_captioner

DRAWS = {
    "random": (random.random, random.seed),
    "numpy.random": (np.random.rand, np.random.seed),
    "torch": (lambda: torch.rand(3), torch.manual_seed),
}


@pytest.mark.parametrize("name", DRAWS)
def test_what_is_drawn_in_prepare_is_sown_before(name):
    draw, sow = DRAWS[name]
    found = findings(prepared(lambda *_: draw() is None or Captioner()))
    assert list(found) == ["seed"]
    assert found["seed"].startswith(
        f"prepare() drew from the generator of {name} that all of the process share"
    )

    def prepare(resources, options):
        sow(resources.seed)
        draw()
        return Captioner()

    check_captioner(prepared(prepare))


@pytest.mark.parametrize("name", DRAWS)
def test_what_is_drawn_in_caption_is_sown_before(name):
    draw, sow = DRAWS[name]

    def prepare(resources, options, *, sows=False):
        def caption(clips):
            if sows:
                sow(resources.seed)
            draw()
            return describe_all(clips)

        return Captioner(caption)

    found = findings(prepared(prepare))
    assert list(found) == ["chance"]
    assert f"caption() drew from the generator of {name} that" in found["chance"]
    check_captioner(prepared(lambda *given: prepare(*given, sows=True)))


def test_generators_stand_afterwards_where_they_stood():
    def states():
        return random.getstate(), str(np.random.get_state()), torch.get_rng_state().tolist()

    before = states()
    check_captioner(prepared(lambda *_: Captioner()))
    assert states() == before
