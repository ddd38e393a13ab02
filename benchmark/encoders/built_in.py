"""The encoders that the core brings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmark.contract import API_VERSION, EncoderSpec
from benchmark.encoders import sentence, tagbridge
from benchmark.encoders.ase import encoder as ase
from benchmark.encoders.clap import encoder as clap
from benchmark.encoders.mini import encoder as mini
from benchmark.encoders.vggish import encoder as vggish
from benchmark.plugins.hookspecs import hookimpl

BENCH_API = API_VERSION


@hookimpl
def bench_encoders() -> Iterable[EncoderSpec[Any]]:
    yield sentence.SPEC
    yield tagbridge.SPEC
    yield vggish.SPEC
    yield clap.SPEC
    yield ase.SPEC
    yield mini.SPEC
    yield mini.GAP_SPEC
