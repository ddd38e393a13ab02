"""Noises to caption, with a folder for what is said of them."""

from __future__ import annotations

import pytest
from noises import REFERENCES, Noises

from benchmark import Resources
from benchmark.artifacts import Artifacts


@pytest.fixture
def noises(tmp_path):
    resources = Resources("cpu", 0, Artifacts(tmp_path / "artifacts"), references=REFERENCES)
    return Noises(tmp_path / "ledger.jsonl", resources)
