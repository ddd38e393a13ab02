"""Plugins are found, checked, and kept from breaking each other."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys

import pytest
from plugin_distributions import good_plugin, write_distribution

from benchmark.contract import API_VERSION, SystemSpec
from benchmark.errors import PluginError, UnknownNameError, UsageError
from benchmark.plugins.provenance import Provenance
from benchmark.systems.registry import Registry, called_in, load_registry


def broken_reason(name):
    return next(plugin.reason for plugin in load_registry().broken if plugin.entry_point == name)


@pytest.mark.usefixtures("toy_plugin")
def test_an_installed_plugin_brings_its_systems_with_their_provenance():
    system = load_registry().system("toy[delay_s=0.5]")
    assert (system.name, str(system.provenance)) == ("toy[delay_s=0.5]", "aac-bench-toy 1.2.3")
    assert system.options.delay_s == 0.5


def test_built_in_systems_come_from_the_project_itself():
    registry = load_registry()
    assert {"constant", "random-train", "human"} <= set(registry.claims)
    assert registry.system("human").provenance.distribution == "aac-bench"


def test_a_plugin_that_raises_on_import_is_set_aside_with_its_traceback(site):
    write_distribution(site, "bad", "import no_such_module_at_all")
    write_distribution(site, "good", good_plugin("fine"))
    registry = load_registry()
    assert "fine" in registry.claims
    broken = next(plugin for plugin in registry.broken if plugin.entry_point == "bad")
    assert "No module named 'no_such_module_at_all'" in broken.reason
    assert "import no_such_module_at_all" in broken.traceback
    with pytest.raises(UnknownNameError, match=r"Failed to load: bad \(ModuleNotFound"):
        registry.system("bad")


def test_a_plugin_that_exits_on_import_does_not_end_the_command(site):
    write_distribution(site, "quitter", "raise SystemExit(7)")
    assert broken_reason("quitter") == "SystemExit: 7"


def test_a_misspelled_hook_is_named(site):
    code = good_plugin("fine").replace("def bench_systems", "def bench_system")
    write_distribution(site, "typo", code)
    assert "unknown hook 'bench_system'" in broken_reason("typo")


def test_a_forgotten_hookimpl_is_guessed(site):
    write_distribution(site, "unmarked", good_plugin("fine").replace("@hookimpl", ""))
    assert "is @hookimpl missing" in broken_reason("unmarked")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", f"add BENCH_API = {API_VERSION}"),
        (f"BENCH_API = {API_VERSION + 1}", "takes 1 or 2: upgrade aac-bench"),
        ("BENCH_API = True", "BENCH_API is True; expected a number"),
        ('BENCH_API = "2"', "BENCH_API is '2'; expected a number"),
        (f"BENCH_API = {API_VERSION - 2}", "takes 1 or 2: upgrade the plugin"),
    ],
)
def test_another_api_version_says_who_must_upgrade(site, line, reason):
    write_distribution(
        site, "other-api", good_plugin("fine").replace(f"BENCH_API = {API_VERSION}", line)
    )
    assert reason in broken_reason("other-api")


def before(code):
    """Write a plugin's code for the API before this one."""
    return code.replace(f"BENCH_API = {API_VERSION}", f"BENCH_API = {API_VERSION - 1}")


def test_a_plugin_of_the_api_before_loads_and_is_on_its_way_out(site):
    write_distribution(site, "older", before(good_plugin("fine")))
    write_distribution(site, "newer", good_plugin("better"))
    registry = load_registry()
    assert {"fine", "better"} <= set(registry.claims)
    (deprecation,) = registry.deprecations
    assert deprecation.warning == (
        "the plugin older (older 0.1), which was written for API 1, is deprecated since 0.1 and "
        "gone with 0.2: upgrade it, or move it to API 2 (`bench plugins doctor` says what moved)."
    )


def test_a_command_warns_of_an_older_plugin_in_one_line_and_works(site, bench):
    write_distribution(site, "older", before(good_plugin("fine")))
    done = bench("systems", "fine", PYTHONPATH=str(site))
    assert (done.returncode, done.stdout) == (0, "fine: a system; no options\n")
    assert done.stderr.startswith(
        "bench: the plugin older (older 0.1), which was written for API 1"
    )
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "line",
    [
        "from benchmark.training import train_once",
        "import benchmark.training.loop",
        "from benchmark.training.checkpoint import Checkpoint",
    ],
)
def test_a_plugin_that_imports_a_module_that_has_moved_is_told_where_it_is(site, line):
    write_distribution(site, "mover", f"{line}\n{before(good_plugin('fine'))}")
    assert broken_reason("mover").endswith("; since API 2 it is in benchmark.models.training")


def test_doctor_lists_what_has_moved_to_those_who_need_it(site, bench):
    assert "Moved in API" not in bench("plugins", "doctor").stdout
    write_distribution(site, "older", before(good_plugin("fine")))
    done = bench("plugins", "doctor", PYTHONPATH=str(site))
    assert done.returncode == 0
    assert re.search(
        r"Moved in API 2:\n(.*\n)*  benchmark.training +-> benchmark.models", done.stdout
    )
    write_distribution(site, "mover", "from benchmark.memory import search")
    done = bench("plugins", "doctor", PYTHONPATH=str(site))
    assert done.returncode == 1
    assert (
        "mover (mover 0.1): ModuleNotFoundError: No module named 'benchmark.memory'" in done.stdout
    )
    assert "Moved in API 2:" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("'fine'", "'Not Fine'", "is not lower-case-with-hyphens"),
        ("lambda resources, options: None", "None, kind='floor'", "prepare is None"),
        ("options: None)", "options: None, kind='best')", "kind is 'best'; expected one of"),
        ("options: None)", "options: None, sample_rate_hz=0)", "expected a positive integer"),
        ("options: None)", "options: None, options=dict)", "expected a frozen dataclass"),
        ("yield SystemSpec", "yield ", "expected a SystemSpec"),
    ],
)
def test_a_wrong_record_is_refused_with_the_reason(site, old, new, reason):
    write_distribution(site, "wrong", good_plugin("fine").replace(old, new))
    assert reason in broken_reason("wrong")


def test_two_distributions_with_one_name_are_both_named_and_others_go_on(site):
    write_distribution(site, "first", good_plugin("same"), "1.0")
    write_distribution(site, "second", good_plugin("same"), "2.0")
    registry = load_registry()
    with pytest.raises(PluginError, match=r"declared by both first 1\.0 and second 2\.0"):
        registry.system("same")
    assert registry.system("constant").name == "constant"


def test_an_unknown_system_gets_a_suggestion():
    with pytest.raises(
        UnknownNameError, match=r"no system named 'constnt'\. Did you mean 'constant'\?"
    ):
        load_registry().system("constnt")


def test_listing_systems_imports_neither_torch_nor_what_is_heavy():
    heavy = {"torch", "transformers", "pandas", "aac_metrics", "bert_score", "soundfile"}
    code = (
        "import sys\n"
        "from benchmark.cli.main import bench\n"
        "bench.main(['systems'], standalone_mode=False)\n"
        f"found = {heavy} & set(sys.modules)\n"
        "assert not found, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import asyncio; raise asyncio.CancelledError('x')", "CancelledError: x"),
        ("raise GeneratorExit('\\x07' + 'x' * 10_000_000)", "… (10,000,016 characters)"),
        (
            "class Odd(Exception):\n    def __str__(self): return 1 / 0\nraise Odd",
            "Odd: (it cannot be spelt: ZeroDivisionError)",
        ),
    ],
)
def test_whatever_an_import_raises_is_set_aside_in_few_words(site, code, reason):
    write_distribution(site, "odd", code)
    assert reason in broken_reason("odd")
    assert len(broken_reason("odd")) < 2_100


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (r"'a \ud800', print", "mine: summary holds half a surrogate pair"),
        ("None, print", "mine: summary has None; expected text"),
        ("'x', print, trained_on=['clotho']", "mine: trained_on is ['clotho']; expected a tuple"),
        ("'x', print, trained_on=(1,)", "mine: trained_on has 1; expected text"),
        (r"'x', print, trained_on=('\ud800',)", "mine: trained_on holds half a surrogate pair"),
    ],
)
def test_a_record_that_cannot_be_shown_is_set_aside(site, declared, reason):
    code = f"""
from benchmark import SystemSpec, hookimpl
BENCH_API = {API_VERSION}
@hookimpl
def bench_systems():
    yield SystemSpec('mine', {declared})
"""
    write_distribution(site, "mine", code)
    assert reason in broken_reason("mine")


def test_a_user_may_call_a_system_by_another_name():
    registry = load_registry()
    system = registry.system('my rain = constant[caption="a=b, c"]')
    assert (system.name, system.configuration) == ("my rain", 'constant[caption="a=b, c"]')
    assert system.options.caption == "a=b, c"
    assert registry.system(system.spelling) == system
    plain = registry.system("constant[caption=x]")
    assert (plain.configuration, plain.spelling) == ("", "constant[caption=x]")
    assert [called_in(text) for text in ("a=constant", "constant[caption=x]")] == ["a", ""]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("human=constant", "'human' in 'human=constant' names a system that is installed"),
        ("=constant", "'' in '=constant' is empty"),
        ("mine=none", "no system named 'none'"),
        ("mine=a=constant", "no system named 'a=constant'"),
    ],
)
def test_a_name_that_cannot_be_a_users_own_is_refused(text, told):
    with pytest.raises(UsageError, match=re.escape(told)):
        load_registry().system(text)


def spec_that_varies(variant):
    return SystemSpec("odd", "under test", lambda resources, options: None, variant=variant)


def test_options_may_decide_what_a_record_says():
    registry = Registry()
    spec = spec_that_varies(lambda spec, options: dataclasses.replace(spec, kind="floor"))
    registry.add("test", Provenance("test", "1"), [spec])
    assert registry.system("odd").spec.kind == "floor"


@pytest.mark.parametrize(
    ("variant", "told"),
    [
        (lambda spec, options: dataclasses.replace(spec, name="other"), "expected its own record"),
        (lambda spec, options: dataclasses.replace(spec, kind="best"), "kind is 'best'"),
        (lambda spec, options: None, "expected a SystemSpec"),
        (lambda spec, options: 1 / 0, "odd: variant() raises ZeroDivisionError"),
    ],
)
def test_a_variant_that_is_no_record_of_its_system_is_refused(variant, told):
    registry = Registry()
    registry.add("test", Provenance("test", "1"), [spec_that_varies(variant)])
    with pytest.raises(PluginError, match=re.escape(told)):
        registry.system("odd")
