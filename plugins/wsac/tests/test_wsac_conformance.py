"""The five WSAC systems keep the contract."""

from __future__ import annotations

import pytest
from bench_wsac import bench_systems
from bench_wsac.options import WsacOptions

from benchmark.testing import check_captioner

# Its own sounds, so that no second split is rendered for five clips.
OPTIONS = WsacOptions(epochs=2, gap_source="train")


@pytest.mark.parametrize("spec", list(bench_systems()), ids=lambda spec: spec.name)
def test_wsac_keeps_the_contract(spec):
    check_captioner(spec, options=OPTIONS, skip={"constant"})  # two epochs teach no words
