"""Fifty plugins, two of them broken and one that hangs: listed, set aside, and named."""

from __future__ import annotations

import subprocess
import sys

import pytest
from bench_process import bench_environment
from plugin_distributions import good_plugin, write_distribution

from benchmark.plugins.entries import installed_plugins
from benchmark.systems.registry import load_registry

N_GOOD = 47


@pytest.fixture
def fifty(site):
    trace = f"import pathlib; pathlib.Path({str(site / 'imported')!r}).touch()\n"
    for at in range(N_GOOD):
        write_distribution(site, f"toy{at:02d}", trace + good_plugin(f"toy-{at:02d}"))
    write_distribution(site, "raises", f"{trace}raise RuntimeError('no')")
    write_distribution(site, "leaves", f"{trace}print('I was here')\nimport os; os._exit(3)")
    write_distribution(site, "hangs", f"{trace}import time\ntime.sleep(60)")
    return site


def test_those_that_work_are_there_and_the_others_are_named(fifty, monkeypatch):
    monkeypatch.setenv("BENCH_PLUGIN_TIMEOUT", "0.3")
    ours = {entry.name for entry in installed_plugins()} - {path.stem for path in fifty.iterdir()}
    monkeypatch.setenv("BENCH_WITHOUT_PLUGINS", ",".join(ours))
    registry = load_registry()
    assert sum(name.startswith("toy-") for name in registry.claims) == N_GOOD
    assert {plugin.entry_point: plugin.reason for plugin in registry.broken} == {
        "hangs": "OutOfTimeError: importing hangs took longer than 0.3 s",
        "leaves": "PluginError: its import calls os._exit(3).",
        "raises": "RuntimeError: no",
    }


def test_a_list_of_commands_imports_none_of_them_nor_numpy(fifty):
    command = [sys.executable, "-X", "importtime", "-m", "benchmark.cli", "--help"]
    done = subprocess.run(
        command, env=bench_environment(fifty), capture_output=True, text=True, check=True
    )
    assert "leaderboard" in done.stdout
    assert not (fifty / "imported").exists()
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported.isdisjoint({"numpy", "torch", "toy00"})


def test_what_is_installed_meanwhile_is_found(site):
    before = {entry.name for entry in installed_plugins()}
    write_distribution(site, "later", good_plugin("later"))
    assert {entry.name for entry in installed_plugins()} - before == {"later"}
