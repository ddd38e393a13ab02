"""For every rule a captioner that breaks it, and is told so; and some that keep them all."""

from __future__ import annotations

import dataclasses
import importlib
import itertools
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from odd_captioners import Captioner, describe, describe_all, findings, system
from plugin_distributions import write_distribution

from benchmark import DataError, Evidence, Resources, SystemSpec, stage
from benchmark.artifacts import Artifacts
from benchmark.embeddings import EmbeddingStore
from benchmark.embeddings.files import Contents, Recipe
from benchmark.embeddings.writer import write_embeddings
from benchmark.systems.registry import load_registry
from benchmark.testing import (
    check_captioner,
    example_clips,
    example_references,
    example_resources,
    example_train,
)
from benchmark.testing.behaviour import rules_for
from benchmark.testing.trial import Trial


def test_a_captioner_that_keeps_the_rules_passes():
    check_captioner(system())
    check_captioner(system(needs_audio=False, sample_rate_hz=22_050))


@pytest.mark.usefixtures("toy_plugin")
@pytest.mark.parametrize("name", ["toy[delay_s=0.001]", "toy-mute"])
def test_a_plugin_that_is_installed_passes(name):
    found = load_registry().system(name)
    check_captioner(found.spec, options=found.options)


# What a captioner does, one fault at a time.


def reversed_captions(clips):
    return describe_all(clips)[::-1]


def louder_first(clips):
    return sorted(describe_all(clips))


def neighbours_captions(clips):
    return describe_all([*clips[1:], clips[0]])


def relative_levels(clips):
    loudest = max(1e-9, *(abs(clip.waveform).max() for clip in clips))
    return [f"{abs(clip.waveform).max() / loudest:.3f} of the loudest" for clip in clips]


def random_captions(clips):
    return [f"sound {np.random.default_rng().integers(10**9)}" for _ in clips]


def normalises_in_place(clips):
    for clip in clips:
        clip.waveform[:] = clip.waveform / max(abs(clip.waveform).max(), 1e-9)
    return describe_all(clips)


def normalises_behind_the_flag(clips):
    for clip in clips:
        clip.waveform.flags.writeable = True
    return normalises_in_place(clips)


def divide_by_length(clips):
    return [f"level {sum(abs(clip.waveform)) / len(clip.waveform)}" for clip in clips]


def names_no_stage(clips):
    with stage(""):
        return describe_all(clips)


@pytest.mark.parametrize(
    ("caption", "rules", "message"),
    [
        (reversed_captions, ["order", "batching"], "in another order; expected"),
        (louder_first, ["order", "batching"], "in another order; expected"),
        (neighbours_captions, ["order", "batching"], "in the order of the clips: "),
        (relative_levels, ["batching"], "in a batch instead of alone; expected '1.000 of"),
        (random_captions, ["repetition"], "again; expected 'sound"),
        (lambda clips: describe_all(clips)[:-1], ["captions"], "4 captions for 5 clips"),
        (lambda clips: [*describe_all(clips), ""], ["captions"], "6 captions for 5 clips"),
        (lambda clips: [None] * len(clips), ["captions"], "'test-0000' is NoneType; expected str"),
        (lambda clips: "a sound", ["captions"], "returned str; expected a list of 5 str"),
        (lambda clips: 1 / 0, ["captions"], "test-0004 (samples: 59200): ZeroDivisionError"),
        (normalises_in_place, ["captions"], "the next system hears the same array: copy first"),
        (normalises_behind_the_flag, ["captions"], "changed the waveform of clip 'test-0000'"),
        (names_no_stage, ["profile"], "a stage is named ''; expected a word"),
    ],
)
def test_a_captioner_that_breaks_a_rule_is_told_which(caption, rules, message):
    found = findings(system(caption))
    assert list(found) == rules
    assert any(message in told for told in found.values())


ODD = {
    "one-sample": lambda wave: len(wave) == 1,
    "short": lambda wave: 1 < len(wave) < 400,
    "long": lambda wave: len(wave) > 30 * 16_000,
    "silent": lambda wave: len(wave) > 1 and not wave.any(),
    "full-scale": lambda wave: len(wave) > 1 and abs(wave).min() == 1,
}


@pytest.mark.parametrize("rule", ODD)
def test_a_captioner_that_cannot_bear_an_odd_clip_is_told_which(rule):
    def caption(clips):
        if any(ODD[rule](clip.waveform) for clip in clips):
            raise ValueError("cannot bear it")
        return describe_all(clips)

    found = findings(system(caption))
    assert list(found) == [rule]
    assert found[rule].endswith("): ValueError: cannot bear it")


def test_a_captioner_that_runs_without_sounds_meets_empty_clips():
    check_captioner(system(divide_by_length))
    found = findings(system(divide_by_length, needs_audio=False))
    assert list(found) == ["text-only"]
    assert "test-0000 (samples: 0)" in found["text-only"]
    assert "ZeroDivisionError" in found["text-only"]


def test_a_captioner_may_refuse_empty_clips_with_an_error_that_says_why():
    def refuse(clips):
        if not len(clips[0].waveform):
            raise DataError("these options need a sound")
        return describe_all(clips)

    check_captioner(system(refuse, needs_audio=False))


# What it says its captions leaned on.


def explains(clips):
    return [{"peak": [Evidence(describe(clip), 1.0)], "none": []} for clip in clips]


def explains_the_batch(clips):
    return [{"batch": [Evidence(clip.clip_id) for clip in clips]} for _ in clips]


def explains_and_normalises(clips):
    for clip in clips:
        clip.waveform.flags.writeable = True
        clip.waveform[:] = 0
    return explains(clips)


class ChangesItsMind(Captioner):
    """Captions otherwise once it was asked why."""

    def __init__(self):
        self.n_asked = 0
        super().__init__(
            lambda clips: [f"{describe(clip)}, said {self.n_asked} times" for clip in clips]
        )

    def explain(self, clips):
        self.n_asked += 1
        return explains(clips)


class Remembers(Captioner):
    """Explains the very clips that it captioned last."""

    def __init__(self):
        self.last = []
        super().__init__(lambda clips: self.last.append(list(clips)) or describe_all(clips))

    def explain(self, clips):
        assert all(clip is last for clip, last in zip(clips, self.last[-1], strict=True))
        return explains(clips)


@pytest.mark.parametrize("captioner", [Captioner(explain=explains), Remembers()])
def test_a_captioner_that_explains_itself_well_passes(captioner):
    check_captioner(SystemSpec("odd", "a system", lambda *_: captioner))


@pytest.mark.parametrize(
    ("captioner", "message"),
    [
        (Captioner(explain=lambda clips: [{}]), "returned 1 explanations for 5 clips"),
        (
            Captioner(explain=lambda clips: 1 / 0),
            "explaining test-0000 (samples: 80000), test-0001",
        ),
        (
            Captioner(explain=explains_the_batch),
            "clip 'test-0000' leaned on {'batch': ['test-0000'",
        ),
        (Captioner(explain=explains_and_normalises), "changed the waveform of clip 'test-0000'"),
        (Captioner(explain="because"), "explain is 'because'; expected a method"),
        (ChangesItsMind(), "said 1 times' after explain(); expected 'a sound of 80000"),
    ],
)
def test_a_captioner_that_explains_itself_badly_is_told(captioner, message):
    found = findings(SystemSpec("odd", "a system", lambda *_: captioner))
    assert message in found["explanations"]


# What preparing does.


def unseeded(resources, options):
    number = np.random.default_rng().integers(10**9)
    return Captioner(lambda clips: [f"{number}: {describe(clip)}" for clip in clips])


def seeded(resources, options):
    number = np.random.default_rng(resources.seed).integers(10**9)
    return Captioner(lambda clips: [f"{number}: {describe(clip)}" for clip in clips])


def forgetful(resources, options):
    """Captions otherwise from what it built than when it built it."""
    said = []
    resources.artifacts.get_or_build("odd", {}, lambda folder: said.append("built"))
    return Captioner(lambda clips: [" ".join([*said, describe(clip)]) for clip in clips])


class Drifting:
    """An encoder whose vectors depend on how often it was asked."""

    name = fingerprint = "drifting"
    trained_on = ()
    sample_rate_hz, dim = 16_000, 1

    def __init__(self):
        self.counter = itertools.count()

    def embed_audio(self, waveforms):
        return np.array([[len(wave) + next(self.counter)] for wave in waveforms], np.float32)


def drifting(resources, options):
    encoder = Drifting()
    store = EmbeddingStore.open(resources, encoder, "sounds")
    return Captioner(lambda clips: [str(row) for row in store.embed_sounds(encoder, clips)])


def rules_broken_by(prepare):
    return set(findings(SystemSpec("odd", "a system", prepare)))


def test_everything_random_follows_from_the_seed():
    assert rules_broken_by(unseeded) == {"artifacts", "seed"}
    check_captioner(SystemSpec("odd", "a system", seeded))


def test_what_is_kept_gives_the_captions_that_it_gave_when_it_was_built():
    assert rules_broken_by(forgetful) == {"artifacts"}


def test_a_cache_of_embeddings_hides_nothing():
    assert "profile" in rules_broken_by(drifting)


@pytest.mark.parametrize(
    ("prepare", "rule", "message"),
    [
        (lambda *_: {}["weights"], "prepare", "prepare() raised KeyError: 'weights'"),
        (lambda *_: sys.exit(3), "prepare", "prepare() raised SystemExit: 3"),
        (lambda *_: None, "prepare", "prepare() returned None; expected an object with"),
        (
            lambda *_: Captioner(lambda clips: ["a \ud800 dog"] * len(clips)),
            "captions",
            "for clip 'test-0000' holds half a surrogate pair",
        ),
        (lambda *_: Captioner(trained_on=["clotho"]), "disclosure", "expected a tuple of str"),
        (lambda *_: Captioner(facts={"a": []}), "disclosure", "fact 'a' is []"),
        (lambda *_: Captioner(sample_rate_hz=0), "disclosure", "expected a positive integer"),
    ],
)
def test_a_captioner_that_is_not_ready_is_told_why(prepare, rule, message):
    found = findings(SystemSpec("odd", "a system", prepare))
    assert list(found) == [rule]
    assert message in found[rule]


def test_facts_are_read_again_after_the_last_clip():
    def prepare(resources, options):
        def caption(clips):
            captioner.facts["clips"] = [clip.clip_id for clip in clips]
            return describe_all(clips)

        captioner = Captioner(caption, facts={})
        return captioner

    found = findings(SystemSpec("odd", "a system", prepare))
    assert list(found) == ["disclosure"]
    assert "fact 'clips'" in found["disclosure"]


def test_the_rate_is_read_again_after_the_last_clip():
    def prepare(resources, options):
        def caption(clips):
            captioner.sample_rate_hz = None
            return describe_all(clips)

        captioner = Captioner(caption, sample_rate_hz=16_000)
        return captioner

    found = findings(SystemSpec("odd", "a system", prepare))
    assert list(found) == ["disclosure"]
    assert "sample_rate_hz is None; expected a positive integer" in found["disclosure"]


# What a system is given.


def given_to(spec, resources):
    given = []

    def prepare(resources, options):
        given.append(resources)
        return Captioner()

    check_captioner(dataclasses.replace(spec, prepare=prepare), resources)
    return given[0]


@pytest.fixture
def resources(tmp_path):
    return Resources("cpu", 3, Artifacts(tmp_path), references={"x": ("told",)})


def test_training_captions_go_to_those_that_need_them(resources):
    assert given_to(system(), resources).train is None
    given = given_to(system(needs_train=True), resources)
    assert (str(given.train.label), given.seed) == ("soundscapes:train", 3)
    own = dataclasses.replace(example_train(), dataset="own")
    given = given_to(system(needs_train=True), dataclasses.replace(resources, train=own))
    assert given.train is own


def test_references_go_to_ceilings_alone(resources):
    assert given_to(system(), resources).references is None
    given = given_to(system(kind="ceiling"), resources)
    assert given.references["x"] == ("told",)
    trial = Trial(system(), given, None, Captioner(), example_clips())
    odd = {name for name, _ in rules_for(trial)} & set(ODD)
    assert {*odd, *(clip.clip_id for clip in example_clips())} <= set(given.references)
    assert odd == set(ODD)


def test_examples_are_those_of_the_embedded_data_set(tmp_path):
    from benchmark.datasets.soundscapes.splits import load_soundscapes

    split = load_soundscapes("test", Artifacts(tmp_path))
    for clip in example_clips(8_000):
        whole = split.read_clip(clip.clip_id, 8_000).waveform
        np.testing.assert_array_equal(clip.waveform, whole[: len(clip.waveform)])
        assert example_references()[clip.clip_id] == split.references[clip.clip_id]
        assert not clip.waveform.flags.writeable


def test_example_resources_hold_sounds_and_captions_to_learn_from(tmp_path):
    train = example_resources(tmp_path).train
    clip = train.read_clip(train.clip_ids[-1], 16_000)
    assert (clip.clip_id, clip.duration_s) == ("train-0023", 5.0)
    assert abs(clip.waveform).max() > 0.01
    assert all(len(captions) == 5 for captions in train.references.values())


def test_a_system_that_needs_no_waveform_captions_from_the_files_that_are_given(tmp_path):
    path = tmp_path / "test.safetensors"
    contents = Contents(Recipe("drifting", "drifting", "sounds", 1), "a:test", 2, ("x", "y"))
    write_embeddings(path, contents, [("x", np.ones((1, 1))), ("y", np.zeros((1, 1)))])
    resources = Resources(
        *("cpu", 0, Artifacts(tmp_path)), embedding_files=(path,), embedded_split="a:test"
    )

    def prepare(resources, options):
        encoder = Drifting()
        encoder.counter = itertools.repeat(0)
        store = EmbeddingStore.open(resources, encoder, "sounds")
        return Captioner(lambda clips: [str(row) for row in store.embed_sounds(encoder, clips)])

    spec = SystemSpec("odd", "a system", prepare, needs_waveform=False)
    check_captioner(spec, resources)
    found = findings(system(divide_by_length, needs_waveform=False), resources)
    assert list(found) == ["embedded"]
    assert "x (samples: 0), y (samples: 0): ZeroDivisionError" in found["embedded"]
    found = findings(spec, dataclasses.replace(resources, embedded_split=None))
    assert "no file of embedding_files is of embedded_split=None" in found["embedded"]


# What a record says.


@dataclass
class Thawed:
    level: float = 0.5


@dataclass(frozen=True)
class WrongDefault:
    level: float = "high"
    size: int | None = None


@dataclass(frozen=True)
class RefusesItself:
    level: float = 0.5

    def __post_init__(self):
        raise ValueError("level must be odd")


@dataclass(frozen=True)
class Options:
    level: float = 1
    size: int | None = None


@pytest.mark.parametrize(
    ("change", "rule", "message"),
    [
        ({"name": "Odd One"}, "record", "'Odd One' is not lower-case-with-hyphens"),
        ({"kind": "best"}, "record", "kind is 'best'; expected one of"),
        ({"summary": "two\nlines"}, "record", r"summary is 'two\nlines'; expected one line"),
        ({"trained_on": "clotho"}, "record", "trained_on is 'clotho'; expected a tuple"),
        ({"options": dict}, "record", "expected a frozen dataclass"),
        ({"options": Thawed}, "options", "Thawed is not frozen"),
        ({"options": WrongDefault}, "options", "default of level is 'high'; expected float"),
        ({"options": RefusesItself}, "options", "ValueError: level must be odd"),
    ],
)
def test_a_record_that_says_it_wrongly_is_told_so(change, rule, message):
    found = findings(dataclasses.replace(system(), **change))
    assert list(found) == [rule]
    assert message in found[rule]


def test_options_must_be_of_the_type_that_is_declared():
    check_captioner(system(options=Options), options=Options(level=0.2))
    found = findings(system(options=Options), options={"level": 0.2})
    assert found == {"prepare": "options are {'level': 0.2}; expected Options, as declared."}


# What importing a plugin does.


KEEPS_ALL = """
from benchmark import SystemSpec, hookimpl

BENCH_API = 2

class Mute:
    def caption(self, clips):
        return ["" for _ in clips]

def prepare(resources, options):
    return Mute()

@hookimpl
def bench_systems():
    yield SystemSpec("mute", "says nothing", prepare, kind="floor")
"""


def install(site, name, code):
    write_distribution(site, name, code)
    module = importlib.import_module(name)
    (spec,) = module.bench_systems()
    return spec


@pytest.mark.parametrize(
    ("name", "line", "rule", "message"),
    [
        (
            "dials",
            "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 0.1)\n"
            "except OSError:\n    pass",
            "network",
            "declaring dials uses the network (socket.getaddrinfo 127.0.0.1); expected none",
        ),
        ("weighty", "import torch", "cheap", "declaring weighty imports torch; expected"),
    ],
)
def test_declaring_a_plugin_needs_no_network_and_imports_nothing_heavy(
    site, name, line, rule, message
):
    found = findings(install(site, name, line + KEEPS_ALL))
    assert list(found) == [rule]
    assert message in found[rule]


def test_a_plugin_that_is_cheap_to_declare_passes(site):
    check_captioner(install(site, "cheapest", KEEPS_ALL))


def test_a_plugin_must_come_up_in_a_process_of_its_own(site):
    spec = install(site, "leaves", KEEPS_ALL)
    (site / "leaves.py").write_text("import os\nos._exit(3)")
    assert "fresh process: the process ended with 3" in findings(spec)["import"]


def test_an_entry_point_without_the_hook_is_told_so(site):
    spec = install(site, "misspelt", KEEPS_ALL)
    (site / "misspelt.py").write_text(KEEPS_ALL.replace("bench_systems", "bench_system"))
    assert "unknown hook 'bench_system'" in findings(spec)["import"]


def test_a_plugin_that_declares_others_is_told_so(site):
    spec = install(site, "renamed", KEEPS_ALL)
    found = findings(dataclasses.replace(spec, name="gone"))
    assert found == {"import": "renamed declares mute; expected gone among them."}


def test_a_system_of_a_script_cannot_be_checked_for_its_import():
    code = (
        "from benchmark import SystemSpec\n"
        "from benchmark.testing import check_captioner\n"
        "def prepare(resources, options): raise KeyError\n"
        "check_captioner(SystemSpec('odd', 'a system', prepare))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "* import: prepare is defined in __main__; expected a module" in done.stderr
    assert "* prepare: prepare() raised KeyError" in done.stderr


def test_all_that_is_broken_is_told_at_once_after_what_was_raised():
    def caption(clips):
        if len(clips) == 1 and not clips[0].waveform.any():
            raise ZeroDivisionError("the level of nothing")
        return reversed_captions(clips)

    with pytest.raises(AssertionError, match="odd breaks 3 rules of the contract:") as caught:
        check_captioner(system(caption))
    assert [finding.rule for finding in caught.value.findings] == ["order", "batching", "silent"]
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert str(caught.value).count("\n* ") == 3
