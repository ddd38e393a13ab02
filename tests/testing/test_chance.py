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

    def prepare(resources, options, *, sows=False):
        if sows:
            sow(resources.seed)
        drawn = str(draw())
        return Captioner(lambda clips: [f"{text}, {drawn}" for text in describe_all(clips)])

    # From what it built it comes up otherwise, too: it draws once more then.
    found = findings(prepared(prepare))
    assert set(found) == {"artifacts", "seed"}
    assert "got 'a sound of 80000 samples" in found["seed"]
    assert (
        f"as before. prepare() drew from the generator of {name} that all of the process share"
        in found["seed"]
    )
    check_captioner(prepared(lambda *given: prepare(*given, sows=True)))


@pytest.mark.parametrize("name", DRAWS)
def test_what_is_drawn_and_changes_no_caption_is_told_but_of_torch(name):
    def prepare(resources, options):
        DRAWS[name][0]()
        return Captioner()

    if name == "torch":  # where every network begins, before its weights are read
        check_captioner(prepared(prepare))
    else:
        found = findings(prepared(prepare))
        assert list(found) == ["seed"]
        assert found["seed"].startswith(f"prepare() drew from the generator of {name} that")


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
