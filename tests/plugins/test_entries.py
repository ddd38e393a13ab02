"""Plugins' modules imported in limited time, some not at all."""

from __future__ import annotations

import os
import sys
import time

import pytest
from own_files import FUNCTION, write_file
from plugin_distributions import good_plugin, write_distribution

from benchmark.errors import UnknownNameError, UsageError
from benchmark.plugins import entries
from benchmark.plugins.entries import (
    IMPORT_TIMEOUT_S,
    go_without,
    import_timeout_s,
    names_without,
    tell_switched_off,
)
from benchmark.systems.registry import load_registry

HANGING = "import time\ntime.sleep(20)"


@pytest.mark.parametrize(
    "code",
    [HANGING, good_plugin("late").replace("yield", "import time; time.sleep(20)\n    yield")],
)
def test_a_plugin_that_hangs_is_set_aside_in_time_and_the_others_load(site, monkeypatch, code):
    write_distribution(site, "hanging", code)
    write_distribution(site, "good", good_plugin("fine"))
    monkeypatch.setenv("BENCH_PLUGIN_TIMEOUT", "0.2")
    start = time.monotonic()
    registry = load_registry()
    assert time.monotonic() - start < 10
    broken = next(plugin for plugin in registry.broken if plugin.entry_point == "hanging")
    assert broken.reason == "OutOfTimeError: importing hanging took longer than 0.2 s"
    assert "time.sleep(20)" in broken.traceback
    assert "fine" in registry.claims


def test_a_slow_import_tells_its_name_while_it_lasts(site, monkeypatch, capsys):
    write_distribution(site, "slow", f"import time\ntime.sleep(0.2)\n{good_plugin('fine')}")
    monkeypatch.setattr(entries, "SLOW_S", 0.05)
    assert "fine" in load_registry().claims
    told = capsys.readouterr().err
    assert "the plugin slow is still being imported after 0.05 s" in told
    assert "`bench --no-plugin slow ...` goes without it" in told


def test_a_plugin_that_is_switched_off_is_not_imported_and_its_systems_are_told_so(site):
    write_distribution(site, "hanging", "raise SystemError('imported')")
    go_without(["hanging"])
    registry = load_registry()
    assert registry.switched_off == ["hanging"]
    assert not [plugin for plugin in registry.broken if plugin.entry_point == "hanging"]
    told = r"Switched off by --no-plugin or BENCH_WITHOUT_PLUGINS: hanging\."
    with pytest.raises(UnknownNameError, match=told):
        registry.system("hang")


def test_names_to_go_without_add_up(site, monkeypatch):
    monkeypatch.setenv("BENCH_WITHOUT_PLUGINS", " a, b,,")
    go_without(["c", "a"])
    assert names_without() == {"a", "b", "c"}


def test_what_switched_a_plugin_off_is_named_and_not_what_nobody_typed(monkeypatch):
    monkeypatch.setenv("BENCH_PLUGINS", "none")
    monkeypatch.setenv("BENCH_DISABLE_PLUGINS", "b")
    monkeypatch.setenv("BENCH_WITHOUT_PLUGINS", "")
    go_without(["a"])
    assert tell_switched_off(["d", "c", "b", "a"]) == [
        "by --no-plugin or BENCH_WITHOUT_PLUGINS: a",
        "by BENCH_DISABLE_PLUGINS: b",
        "by BENCH_PLUGINS=none: c, d",
    ]
    assert tell_switched_off([]) == []


def test_an_import_has_a_limit_where_nobody_sets_one(monkeypatch):
    monkeypatch.delenv("BENCH_PLUGIN_TIMEOUT", raising=False)
    assert import_timeout_s() == IMPORT_TIMEOUT_S == 120
    monkeypatch.setenv("BENCH_PLUGIN_TIMEOUT", "none")
    assert import_timeout_s() is None


@pytest.mark.parametrize("text", ["soon", "0", "-1", "inf", "nan"])
def test_a_limit_that_cannot_be_meant_is_refused(monkeypatch, text):
    monkeypatch.setenv("BENCH_PLUGIN_TIMEOUT", text)
    with pytest.raises(UsageError, match=r"BENCH_PLUGIN_TIMEOUT is .*expected seconds above 0"):
        load_registry()


def test_an_option_switches_a_plugin_off_whatever_the_command(site, bench):
    write_distribution(site, "leaving", "import os\nos._exit(0)")
    done = bench("--no-plugin", "leaving", "--no-plugin", "typo", "plugins", "list",
                 PYTHONPATH=str(site))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "leaving              " in done.stdout
    assert "(switched off by --no-plugin or BENCH_WITHOUT_PLUGINS)" in done.stdout
    assert "bench: no plugin named 'typo' to go without; there are " in done.stderr


def test_an_import_that_would_leave_the_process_is_set_aside(site):
    write_distribution(site, "leaving", "import os\nos._exit(0)")
    former = os._exit
    registry = load_registry()
    assert os._exit is former
    (broken,) = [plugin for plugin in registry.broken if plugin.entry_point == "leaving"]
    assert broken.reason == "PluginError: its import calls os._exit(0)."


def test_a_copy_of_the_process_may_leave_while_a_plugin_is_imported(site):
    code = "import os\npid = os.fork()\nif not pid:\n    os._exit(7)\n"
    code += "STATUS = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])\n"
    write_distribution(site, "forking", code + good_plugin("fine"))
    assert "fine" in load_registry().claims
    assert sys.modules["forking"].STATUS == 7


def test_who_keeps_the_function_that_was_there_at_import_may_leave_later(site):
    write_distribution(site, "keeping", "from os import _exit as leave\n" + good_plugin("fine"))
    load_registry()
    pid = os.fork()
    if not pid:
        sys.modules["keeping"].leave(5)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5


def test_without_strangers_the_core_and_named_files_stay(site, tmp_path, monkeypatch):
    write_distribution(site, "hanging", "raise SystemError('imported')")
    monkeypatch.setenv("BENCH_PLUGINS", "none")
    monkeypatch.setenv("BENCH_PLUGIN_FILES", str(write_file(tmp_path, "mine.py", FUNCTION)))
    registry = load_registry()
    assert "hanging" in registry.switched_off
    assert not registry.broken
    assert {"constant", "mine"} <= {*registry.claims}
    monkeypatch.setenv("BENCH_PLUGINS", "nome")
    with pytest.raises(UsageError, match="BENCH_PLUGINS is 'nome'; expected none"):
        load_registry()


def test_a_guessed_switch_leaves_names_out_too(site, monkeypatch):
    monkeypatch.setenv("BENCH_DISABLE_PLUGINS", "c")
    go_without(["b"])
    assert names_without() == {"b", "c"}
