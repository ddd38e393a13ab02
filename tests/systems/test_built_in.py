"""The floors and the human ceiling keep the contract that they measure others by."""

from __future__ import annotations

import pytest

from benchmark.systems.built_in import ConstantOptions, bench_systems
from benchmark.testing import check_captioner

SPECS = {spec.name: spec for spec in bench_systems()}


@pytest.mark.parametrize("name", SPECS)
def test_a_baseline_keeps_the_contract(name):
    check_captioner(SPECS[name])


def test_a_constant_caption_may_be_empty():
    check_captioner(SPECS["constant"], options=ConstantOptions(caption=""))
