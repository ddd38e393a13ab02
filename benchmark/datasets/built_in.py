"""The data sets that the core brings."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.contract import API_VERSION, DatasetSpec
from benchmark.datasets import audiocaps, clotho, folder, versions
from benchmark.datasets.soundscapes import splits as soundscapes
from benchmark.plugins.hookspecs import hookimpl

BENCH_API = API_VERSION


@hookimpl
def bench_datasets() -> Iterable[DatasetSpec]:
    yield audiocaps.SPEC
    yield versions.AUDIOCAPS_2_0
    yield clotho.SPEC
    yield versions.CLOTHO_2_0
    yield versions.CLOTHO_1_0
    yield folder.SPEC
    yield soundscapes.SPEC
