from __future__ import annotations

import pytest
from hub_server import serving_hub

from benchmark.models import hub as asked_hub
from benchmark.models.revisions import unpin_revisions


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub that is asked by default, and a machine without models."""
    for name in ("BENCH_MODELS", "BENCH_HUB", "TRANSFORMERS_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    asked_hub.forget()
    unpin_revisions()
    with serving_hub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server
    asked_hub.forget()
    unpin_revisions()
