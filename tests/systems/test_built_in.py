"""The floors and the human ceiling keep the contract that they measure others by."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark import Clip
from benchmark.systems.built_in import ConstantOptions, RandomTrain, bench_systems
from benchmark.testing import check_captioner

SPECS = {spec.name: spec for spec in bench_systems() if spec.kind != "system"}


@pytest.mark.parametrize("name", SPECS)
def test_a_baseline_keeps_the_contract(name):
    check_captioner(SPECS[name])


def test_a_constant_caption_may_be_empty():
    check_captioner(SPECS["constant"], options=ConstantOptions(caption=""))


def test_a_random_training_caption_depends_on_the_clip_and_the_seed_alone():
    captions = [f"caption {i}" for i in range(1000)]
    clips = [Clip(f"clip-{i}", np.zeros(0, np.float32), 1) for i in range(20)]
    together = RandomTrain(captions, 0).caption(clips)
    alone = [RandomTrain(captions, 0).caption([clip])[0] for clip in reversed(clips)]
    assert together == alone[::-1]
    assert together != RandomTrain(captions, 1).caption(clips)
