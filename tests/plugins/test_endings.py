"""Plugins whose import ends the process, found in other processes."""

from __future__ import annotations

from plugin_distributions import write_distribution

from benchmark.plugins.endings import find_endings


def test_all_that_end_the_process_are_found_in_another_one(site):
    write_distribution(site, "abort", "import os\nos.abort()")
    write_distribution(site, "leave", "import ctypes\nctypes.CDLL(None)._exit(0)")
    write_distribution(site, "raise", "raise SystemExit(3)")
    assert find_endings() == {
        "abort": "its import ends the process, with exit code -6",
        "leave": "its import ends the process, with exit code 0",
    }


def test_doctor_names_who_ends_the_process(site, bench):
    write_distribution(site, "leaving", "import ctypes\nctypes.CDLL(None)._exit(0)")
    done = bench("plugins", "doctor", PYTHONPATH=str(site))
    assert done.returncode == 1
    assert "leaving: its import ends the process, with exit code 0" in done.stdout
    assert "`bench --no-plugin leaving ...` goes without it" in done.stdout
