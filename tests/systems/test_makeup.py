"""What a system is made of, hashed: a changed byte is another system, another place is not."""

from __future__ import annotations

import dataclasses
import sys

import pytest

from benchmark import SystemSpec
from benchmark.errors import PluginError, UsageError
from benchmark.plugins.provenance import Provenance
from benchmark.systems.makeup import Makeup, changed_versions, pin_makeup
from benchmark.systems.registry import System, load_registry


@dataclasses.dataclass(frozen=True)
class Options:
    model: str = ""
    encoder: str = ""
    beam: int = 1


def system_of(module="", *, weights=None, **options):
    spec = SystemSpec("odd", "a system", print, Options, weights=weights)
    return System("odd", spec, Options(**options), Provenance("odd", "1", module))


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of one file, imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "bench_pinned.py"
    path.write_text("x = 1\n")
    __import__("bench_pinned")
    yield path
    del sys.modules["bench_pinned"]


def test_a_changed_source_file_is_another_content(module):
    before = pin_makeup(system_of("bench_pinned"))
    assert pin_makeup(system_of("bench_pinned")) == before
    module.write_text("x = 2\n")
    after = pin_makeup(system_of("bench_pinned"))
    assert after.makeup_id != before.makeup_id
    assert before.changes_to(after, "odd") == ["the files of odd"]


@pytest.mark.parametrize("option", ["model", "encoder"])
def test_a_file_that_an_option_names_is_hashed(tmp_path, option):
    path = tmp_path / "w.bin"
    path.write_bytes(b"first")
    told = str(path) if option == "model" else f"clap[model={path}]"
    name = "option model" if option == "model" else "option encoder.model"
    before = pin_makeup(system_of(**{option: told}))
    assert list(before.weights) == [name]
    path.write_bytes(b"other")
    after = pin_makeup(system_of(**{option: told}))
    assert before.changes_to(after, "odd") == [f"the weights of {name}"]
    path.unlink()
    assert pin_makeup(system_of(**{option: told})).weights == {}


def test_of_a_folder_names_and_contents_count_and_its_place_does_not(tmp_path):
    for name in ("here", "there"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "config.json").write_text("{}")
        (tmp_path / name / "deep" / "w.bin").write_text("w")
    here, there = (pin_makeup(system_of(model=str(tmp_path / name))) for name in ("here", "there"))
    assert here == there
    (tmp_path / "there" / "deep" / "w.bin").rename(tmp_path / "there" / "w.bin")
    assert pin_makeup(system_of(model=str(tmp_path / "there"))) != here


def test_a_bare_word_is_no_path_whatever_lies_here(tmp_path, monkeypatch):
    (tmp_path / "clap").write_text("")
    monkeypatch.chdir(tmp_path)
    assert pin_makeup(system_of(model="clap", encoder="a\x00b/c" + "x" * 9_999)).weights == {}


def test_what_a_spec_declares_is_hashed_by_the_end_of_its_path(tmp_path):
    path = tmp_path / "snapshot" / "w.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"w")
    system = system_of(weights=lambda options, _: [path, str(tmp_path / "not-fetched-yet")], beam=2)
    assert list(pin_makeup(system).weights) == ["snapshot/w.safetensors"]


def test_what_is_declared_may_follow_from_the_data_set_trained_on(tmp_path):
    paths = {name: tmp_path / name for name in ("clotho", "")}
    for path in paths.values():
        path.mkdir(exist_ok=True)
    system = system_of(weights=lambda options, dataset: [paths[dataset] / "w.bin"])
    (paths["clotho"] / "w.bin").write_bytes(b"w")
    assert list(pin_makeup(system, "clotho").weights) == ["clotho/w.bin"]
    assert pin_makeup(system).weights == {}


def test_files_of_one_name_are_told_apart_and_one_file_is_hashed_once(tmp_path):
    paths = [tmp_path / place / "1" / "w.bin" for place in "ab"]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_bytes(path.parent.parent.name.encode())
    system = system_of(weights=lambda options, _: [*paths, paths[0]], model=str(paths[1]))
    assert list(pin_makeup(system).weights) == ["option model", "1/w.bin"]
    system = system_of(weights=lambda options, _: [*paths, paths[0]])
    assert list(pin_makeup(system).weights) == ["1/w.bin", "b/1/w.bin"]


def test_what_preparing_will_refuse_is_left_to_it():
    def refuse(options, dataset):
        raise UsageError("no such preset")

    assert pin_makeup(system_of(weights=refuse)).weights == {}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (lambda options, _: 1 / 0, r"weights\(\) raises ZeroDivisionError"),
        (lambda options, _: 7, r"weights\(\) raises TypeError"),
        (lambda options, _: [7], r"weights\(\) gave 7; expected paths"),
    ],
)
def test_weights_that_cannot_be_found_out_are_the_plugins_fault(weights, message):
    with pytest.raises(PluginError, match=message):
        pin_makeup(system_of(weights=weights))


def test_a_file_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    path = tmp_path / "w.bin"
    path.write_bytes(b"w")

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(
        "benchmark.plugins.source_hashes.sha256_of", refuse
    )  # root may read anything
    with pytest.raises(UsageError, match=r"odd: .*w\.bin: Permission denied; expected a file"):
        pin_makeup(system_of(model=str(path)))


def test_nothing_is_known_of_what_was_made_by_hand():
    assert pin_makeup(system_of()) == Makeup()
    assert Makeup().makeup_id is None


def test_a_built_in_system_is_pinned_by_its_own_file_and_no_version():
    makeup = pin_makeup(load_registry().system("constant"))
    assert makeup.files is not None
    assert makeup.versions == {}


@pytest.mark.usefixtures("toy_plugin")
def test_an_installed_distribution_is_pinned_with_what_it_requires():
    makeup = pin_makeup(load_registry().system("toy"))
    assert makeup.makeup_id is not None
    assert "aac-bench" not in makeup.versions


def test_changed_versions_are_told_with_what_they_were():
    then, now = {"torch": "2.6", "numpy": "2"}, {"numpy": "2", "jax": "1"}
    assert changed_versions(then, now) == ["torch 2.6, now not there", "jax not there, now 1"]
    assert changed_versions(then, then) == []


def test_a_file_of_an_encoder_that_is_not_named_now_is_told_from_one_that_was_changed():
    before = Makeup(uses={"ears.py": "a", "aac-bench-ears 0.1": "b"})
    edited = dataclasses.replace(before, uses={**before.uses, "ears.py": "c"})
    assert before.changes_to(edited, "odd") == ["the files of ears.py"]
    assert before.changes_to(Makeup(), "odd") == [
        "ears.py is not named now, as `bench --plugin ./ears.py ...` does",
        "the files of aac-bench-ears 0.1",
    ]
