"""The option and the former variable about asking the hub, typed as a command."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from benchmark.cli.main import bench
from benchmark.models.hub import forbidden_by


@pytest.fixture(autouse=True)
def _nothing_is_forbidden(monkeypatch):
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "BENCH_HUB"):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("BENCH_HUB")


def test_offline_forbids_the_hub_for_this_process_and_those_that_it_starts():
    assert forbidden_by() is None
    assert CliRunner().invoke(bench, ["--offline", "datasets"]).exit_code == 0
    assert forbidden_by() == "HF_HUB_OFFLINE is set"
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_the_former_variable_warns_in_one_line(monkeypatch):
    assert "deprecated" not in CliRunner().invoke(bench, ["datasets"]).stderr
    monkeypatch.setenv("BENCH_HUB", "1")
    done = CliRunner().invoke(bench, ["datasets"])
    told = [line for line in done.stderr.splitlines() if "deprecated" in line]
    assert told == [
        "bench: BENCH_HUB is deprecated since 0.1 and gone with 0.2: the hub is asked without it; "
        "HF_HUB_OFFLINE=1 or `bench --offline` forbids that."
    ]
