"""Objects get names and versions as systems have them, or are refused."""

from __future__ import annotations

import pytest
from own_files import FUNCTION, write_file

from benchmark import SystemSpec
from benchmark.api.own_systems import DISTRIBUTION, call_systems
from benchmark.contract import Clip
from benchmark.errors import UsageError
from benchmark.plugins.called_files import calling_files
from benchmark.plugins.named_files import named_files
from benchmark.plugins.provenance import Provenance
from benchmark.systems.registry import Registry


class HTSATCaptioner:
    """A captioner whose name is spelt as classes are."""

    def caption(self, clips):
        return ["a sound" for _ in clips]


def _hears_nothing(clip):
    return "silence"


def other(clip):
    return "something else"


SPEC = SystemSpec("spec", "a record", lambda resources, options: HTSATCaptioner())


@pytest.fixture
def registry():
    registry = Registry()
    registry.add("(built in)", Provenance("aac-bench", "0"), [SPEC])
    return registry


def call(systems, registry, **options):
    return call_systems(systems, registry, **{"text_only": False, **options})


def test_names_are_those_of_functions_and_classes(registry):
    called = call(["spec[x=1]", _hears_nothing, HTSATCaptioner()], registry)
    assert called == (("spec[x=1]", "hears-nothing", "htsatcaptioner"), True)
    assert registry.system("hears-nothing").provenance.distribution == DISTRIBUTION
    assert call("spec,spec[x=2]", registry) == (("spec", "spec[x=2]"), False)


def test_a_function_is_asked_clip_by_clip_at_its_own_rate(registry):
    def hears(clip):
        return f"{clip.clip_id} at {clip.sample_rate_hz}"

    hears.sample_rate_hz = 32_000
    call({"mine": hears}, registry)
    captioner = registry.system("mine").spec.prepare(None, None)
    assert captioner.sample_rate_hz == 32_000
    clips = [Clip(name, (), 32_000) for name in ("a", "b")]
    assert captioner.caption(clips) == ["a at 32000", "b at 32000"]


def test_versions_tell_one_code_from_another(registry):
    call({"a": _hears_nothing, "b": other, "c": other}, registry)
    versions = [registry.system(name).provenance.version for name in "abc"]
    assert versions[0] != versions[1] == versions[2]
    call({"d": eval("lambda clip: 'x'")}, registry)  # whose source is nowhere
    assert registry.system("d").provenance.version == "unknown"


def test_without_sounds_no_object_needs_any(registry):
    call({"mine": other}, registry, text_only=True)
    assert not registry.system("mine").spec.needs_audio


REFUSED = {
    "a lambda without a name": ([lambda clip: "x"], "'<lambda>' is no name"),
    "a name that no system has": ({"My system": other}, "'My system' is no name"),
    "a class": ([HTSATCaptioner], "is a class; expected an object"),
    "a number": ([7], "a system is 7; expected"),
    "an installed system under another name": ({"mine": "spec"}, "a system is 'spec'; expected"),
    "a record under another name": ({"mine": SPEC}, "is a SystemSpec named 'spec'"),
    "a name that is taken": ({"spec": other}, "'spec' is installed; name yours"),
    "a name twice": ([other, other], "two systems are named 'other'"),
}


@pytest.mark.parametrize(("systems", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_system_is_refused(systems, told, registry):
    with pytest.raises(UsageError, match=told):
        call(systems, registry)


def test_a_path_is_the_system_of_a_file(registry, tmp_path):
    path = write_file(tmp_path, "mine.py", FUNCTION)
    with calling_files():
        called = call([str(path), f"loud={path}"], registry)
        assert called == (("mine", "loud=mine"), False)
        assert registry.system("loud=mine").provenance.file == str(path)
        with pytest.raises(UsageError, match="no file"):
            call([str(tmp_path / "none.py")], registry)
    assert named_files() == []
