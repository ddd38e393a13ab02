"""What a file may hold, from a function to hooks."""

from __future__ import annotations

import pytest
from own_files import CLASS, FUNCTION, HOOK, METRIC, TWO_SPECS, write_file

from benchmark.contract import Clip
from benchmark.errors import PluginError
from benchmark.plugins.file_forms import as_plugin
from benchmark.plugins.loading import declared_by
from benchmark.plugins.named_files import import_file
from benchmark.systems.calling import sample_rate_of


def declared(tmp_path, code, name="My_Own 2.py"):
    return declared_by(as_plugin(import_file(write_file(tmp_path, name, code)).module))


def test_a_function_or_a_class_is_a_system_with_the_files_name(tmp_path):
    clips = [Clip("a", (0.0,) * 16_000, 16_000)]
    (spec,) = declared(tmp_path, FUNCTION)["system"]
    assert (spec.name, spec.summary) == ("my-own-2", "Says how long a sound is.")
    assert spec.prepare(None, None).caption(clips) == ["a sound of 1 seconds"]
    (spec,) = declared(tmp_path, "from benchmark import Captioner, Clip\n" + FUNCTION)["system"]
    (spec,) = declared(tmp_path, CLASS)["system"]
    captioner = spec.prepare(None, None)
    assert sample_rate_of(captioner, spec) == 8_000
    assert spec.prepare(None, None) is not captioner


def test_what_a_module_says_of_its_captions_counts(tmp_path):
    (spec,) = declared(tmp_path, f"sample_rate_hz = 8_000\ntrained_on = ()\n{FUNCTION}")["system"]
    captioner = spec.prepare(None, None)
    assert sample_rate_of(captioner, spec) == 8_000
    assert captioner.trained_on == ()


def test_records_and_hooks_go_before_functions(tmp_path):
    specs = declared(tmp_path, f"{TWO_SPECS}\nSAME = DRY\n{FUNCTION}")["system"]
    assert [spec.name for spec in specs] == ["wet", "dry"]
    assert [spec.name for spec in declared(tmp_path, HOOK + FUNCTION)["system"]] == ["hooked"]


def test_a_function_of_a_caption_is_a_metric_with_the_files_name_or_its_own(tmp_path):
    (engine,) = declared(tmp_path, METRIC)["metric"]
    assert [metric.key for metric in engine.metrics] == ["my-own-2"]
    own = "from benchmark import Metric\nM = Metric('known', 'Known', higher_is_better=False)\n"
    both = declared(tmp_path, own + METRIC + FUNCTION)
    assert {*both} == {"metric", "system"}
    assert both["metric"][0].metrics[0].higher_is_better is False


REFUSED = {
    "class Model: pass\ndef predict(x): pass\nimport os": "it holds class Model, predict; expected",
    "": "nothing is in it; expected a function caption",
    CLASS + FUNCTION: "both a function caption and a class Captioner",
    "class Captioner:\n    pass": "class Captioner has no method caption",
    CLASS + "    def __init__(self, model, beams=1): pass": "is made with 'model'; expected",
    HOOK.replace("@hookimpl", ""): "'bench_systems' has no @hookimpl",
    HOOK.replace("bench_systems", "bench_sytems"): "^unknown hook 'bench_sytems'. Did you mean "
    "'bench_systems'[?] Hooks are bench_commands, ",
    HOOK.replace("yield SystemSpec", "return 'wet' or SystemSpec"): "^bench_systems gave text; "
    "expected SystemSpecs in a list",
    HOOK.replace(
        "yield", "return"
    ): r"^bench_systems gave SystemSpec\(.*; expected SystemSpecs in a",
    "BENCH_API = 99\n" + HOOK: "written for API 99",
    "from benchmark import Metric\nM = Metric('a', 'A')": "1 Metrics and no function score",
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_meant_is_refused_with_what_was_found(tmp_path, code):
    with pytest.raises(PluginError, match=REFUSED[code]):
        declared(tmp_path, code)


def test_a_file_without_a_letter_that_systems_may_have_is_to_be_renamed(tmp_path):
    with pytest.raises(PluginError, match="nothing can be called '音'"):
        declared(tmp_path, FUNCTION, "音.py")
