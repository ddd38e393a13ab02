"""What tests of the gate share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.gate.policy import Policy, read_policy


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Policy]:
    """Read a policy from its text, schema included."""

    def read_text(text: str) -> Policy:
        path = tmp_path / "policy.toml"
        path.write_text(f"schema = 1\n{text}", encoding="utf-8")
        return read_policy(path)

    return read_text
