"""Versions, of what is there and of what nobody knows."""

from __future__ import annotations

from importlib.metadata import version

from benchmark.machine.distributions import version_of


def test_the_version_is_what_the_metadata_says():
    assert version_of("numpy") == version("numpy")


def test_what_has_no_metadata_has_no_known_version():
    assert version_of("no-such-distribution") == "unknown"


def test_metadata_without_a_version_tells_none(tmp_path, monkeypatch):
    """As an installer leaves it that was stopped halfway."""
    (tmp_path / "torn_thing-1.0.dist-info").mkdir()
    (tmp_path / "torn_thing-1.0.dist-info" / "METADATA").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert version_of("torn-thing") == "unknown"
