"""Plugins that are new here, imported in a copy of the process first, once for each content."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from bench_process import bench_environment
from plugin_distributions import good_plugin, write_distribution

from benchmark.plugins.entries import installed_plugins

LEAVING = "import ctypes\nctypes.CDLL(None)._exit(0)"
HANGING = """
import ctypes, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
ctypes.PyDLL(None).sleep(60)  # keeps the interpreter's lock
"""
# What becomes of plugins in a process of one thread that has loaded nothing heavy.
CODE = """
import json, sys
import benchmark.plugins.trials as trials
trials._GRACE_S = 0.1
from benchmark.systems.registry import load_registry
registry = load_registry()
print(json.dumps([{each.entry_point: each.reason for each in registry.broken},
                  [name for name in registry.claims if name in ("fine", "other")]]))
"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "site").mkdir()
    installed = ",".join(entry.name for entry in installed_plugins())

    def load(**settings):
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            env=bench_environment(
                tmp_path / "site", BENCH_CACHE=str(tmp_path / "cache"),
                BENCH_WITHOUT_PLUGINS=installed, **settings,
            ),
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    load.site, load.folder = tmp_path / "site", tmp_path
    return load


def test_plugins_that_end_the_process_or_hang_in_compiled_code_are_set_aside(place):
    write_distribution(place.site, "abort", "import os\nos.abort()")
    write_distribution(place.site, "fine", good_plugin("fine"))
    write_distribution(place.site, "hanging", HANGING)
    write_distribution(place.site, "leaving", LEAVING)
    broken, known = place(BENCH_PLUGIN_TIMEOUT="0.5")
    assert broken == {
        "abort": "its import ends the process, with exit code -6.",
        "hanging": "its import cannot be ended.",
        "leaving": "its import ends the process, with exit code 0.",
    }
    assert known == ["fine"]


def test_a_plugin_is_tried_once_for_each_content(place):
    log = place.folder / "log"
    code = f"open({str(log)!r}, 'a').write('.')\n"
    write_distribution(place.site, "fine", code + good_plugin("fine"))
    assert place() == [{}, ["fine"]]
    assert place() == [{}, ["fine"]]
    assert log.read_text() == ".." + "."
    (place.site / "fine.py").write_text(code + good_plugin("other"))
    assert place() == [{}, ["other"]]
    assert log.read_text() == "..." + ".."
    (place.site / "fine.py").write_text(LEAVING)
    for _ in range(2):  # what ends a process is tried each time: it may be another one's fault
        assert place()[0] == {"fine": "its import ends the process, with exit code 0."}


def test_a_cache_that_takes_nothing_costs_no_command(place):
    (place.folder / "cache").write_text("no folder")
    write_distribution(place.site, "fine", good_plugin("fine"))
    assert place() == [{}, ["fine"]]


def test_the_command_that_needs_none_of_them_goes_on(bench, tmp_path, clips_folder):
    write_distribution(tmp_path, "leaving", LEAVING)
    done = bench("run", "--systems", "constant", "--dataset", f"folder:{clips_folder}:test",
                 "--text-only", "--metrics", "bleu_1", "--profile", "0", "--out", "run",
                 PYTHONPATH=str(tmp_path))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "manifest.json").exists()
