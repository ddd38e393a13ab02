"""The oracle keeps the contract."""

from __future__ import annotations

from bench_oracle import OracleOptions, bench_systems

from benchmark.models import OFFLINE_NAME
from benchmark.testing import check_captioner


def test_the_oracle_keeps_the_contract():
    (spec,) = bench_systems()
    check_captioner(spec, options=OracleOptions(model=OFFLINE_NAME))
