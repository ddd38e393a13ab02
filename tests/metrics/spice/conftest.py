"""SPICE for real: the parser of the shared folder, the bundled Java, a cache that tests share."""

from __future__ import annotations

import pytest
from shared_data import shared_path


@pytest.fixture(scope="session")
def spice_cache(tmp_path_factory):
    """A cache that begins empty and that the tests of this folder fill together."""
    return tmp_path_factory.mktemp("spice-cache")


@pytest.fixture
def _real_spice(monkeypatch, spice_cache):
    monkeypatch.setenv("BENCH_SPICE_JARS", str(shared_path("data/models/spice")))
    monkeypatch.setenv("BENCH_CACHE", str(spice_cache))
    monkeypatch.delenv("BENCH_JAVA", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)


@pytest.fixture
def _fresh_cache(_real_spice, monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
