"""Damage of any kind of cached file changes no number, and is told; the short form."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location(
    "cache_damage", Path(__file__).with_name("cache_damage.py")
)
cache_damage = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cache_damage)


@pytest.mark.parametrize("kind", cache_damage.KINDS)
def test_damage_is_survived_and_told(kind):
    found = cache_damage.attack(kind, seed=1, n_attacks=5)
    assert not [what for what in found if what.startswith("!")]
    assert found["tried"] == found["survived"] == 5
    assert found["told"] >= 3
