"""Plugins bring things of every kind, the core's own among them."""

from __future__ import annotations

import pytest
from lent_specs import lend
from plugin_distributions import good_plugin, write_distribution

from benchmark.contract import EncoderSpec, Lineup, Member
from benchmark.datasets.catalogue import load_split
from benchmark.encoders import ENCODERS, load_encoder
from benchmark.errors import PluginError, UnknownNameError
from benchmark.plugins.core import CORE_PLUGINS
from benchmark.plugins.kinds import KINDS
from benchmark.plugins.loading import Installed, declared_by, installed, load_installed
from benchmark.systems.lineups import LINEUPS, find_lineup

ALL_KINDS = """
import numpy as np
from dataclasses import dataclass
from benchmark import DatasetSpec, EncoderSpec, Lineup, Member, Split, SystemSpec, hookimpl

BENCH_API = 2

@dataclass(frozen=True)
class Ears:
    louder: int = 1

class Level:
    fingerprint, dim, trained_on, sample_rate_hz = "level", 1, (), 16_000

    def __init__(self, options, name, device):
        self.name = name

    def embed_audio(self, waveforms):
        return np.array([[abs(wave).max()] for wave in waveforms], dtype=np.float32)

def load(label, data_root, artifacts):
    def read_clip(clip_id, rate_hz):
        raise NotImplementedError
    return Split(label.dataset, label.split, {"a": ("a dog barks",)}, frozenset(), read_clip)

@hookimpl
def bench_systems():
    yield SystemSpec("mute", "says nothing", lambda resources, options: None)

@hookimpl
def bench_encoders():
    yield EncoderSpec("level", "loudness", ("embed_audio",), Ears, Level, ())

@hookimpl
def bench_datasets():
    yield DatasetSpec("pond", "Pond", "frogs", ("day", "night"), "night", "day", "day", "CC0",
                      "ask the frogs", load)

@hookimpl
def bench_lineups():
    yield Lineup("pond2026", "frogs (nobody)", (Member("mute", "pond"), Member("human")))
"""


@pytest.fixture
def pond(site):
    write_distribution(site, "pond", ALL_KINDS)
    return site


@pytest.mark.usefixtures("pond")
def test_one_plugin_brings_things_of_every_kind(tmp_path):
    assert load_encoder("level[louder=2]").name == "level[louder=2]"
    assert load_split("pond", tmp_path, None).label.split == "night"
    assert [member.name for member in find_lineup("pond2026").members] == ["mute", "human"]
    (plugin,) = (p for p in installed().plugins if p.entry_point == "pond")
    assert plugin.names == {
        "system": ("mute",),
        "dataset": ("pond",),
        "encoder": ("level",),
        "lineup": ("pond2026",),
    }


@pytest.mark.usefixtures("pond")
def test_one_bad_record_sets_the_whole_plugin_aside(site):
    code = ALL_KINDS.replace('"night", "day", "day"', '"dusk", "day", "day"')
    write_distribution(site, "dusk", code.replace("pond", "dusk"))
    (broken,) = load_installed().broken
    assert broken.entry_point == "dusk"
    assert "dusk: default_split is 'dusk'; expected one of its splits, day, night" in broken.reason


@pytest.mark.parametrize(
    ("there", "wrong", "reason"),
    [
        ('"level"', '"The Level"', "encoder name 'The Level' is not lower-case-with-hyphens"),
        ('("embed_audio",)', '("hear",)', "level: abilities is ('hear',); expected some of"),
        ('"pond", "Pond"', '"pond", 7', "pond: title has 7; expected text"),
        ('"frogs (nobody)"', "None", "pond2026: summary has None; expected text"),
        ("yield EncoderSpec", "yield 3; EncoderSpec", "bench_encoders gave 3; expected an Encod"),
    ],
)
def test_a_record_that_cannot_be_meant_says_what_of_it(site, there, wrong, reason):
    assert there in ALL_KINDS
    write_distribution(site, "odd", ALL_KINDS.replace(there, wrong))
    (broken,) = load_installed().broken
    assert reason in broken.reason


@pytest.mark.usefixtures("pond")
def test_a_name_that_two_claim_is_refused_with_both_named(site):
    write_distribution(site, "lake", ALL_KINDS.replace("pond", "lake"))
    load_installed()
    with pytest.raises(PluginError, match=r"'level' is declared by both lake 0\.1 and pond"):
        load_encoder("level")


def test_a_name_of_the_cores_is_not_taken_from_it_in_silence(site):
    write_distribution(site, "thief", ALL_KINDS.replace('"level"', '"mini"'))
    assert "encoder 'mini' is declared by both aac-bench" in load_installed().clashes()["mini"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_core_brings_its_own_by_the_hooks_of_strangers(kind):
    claims = load_installed().claims(kind)
    ours = [n for n, (first, *_) in claims.items() if first.provenance.distribution == "aac-bench"]
    assert len(ours) >= 2


@pytest.mark.parametrize(
    ("kind", "plugin", "name"),
    [(kind, plugin, name) for kind, plugin, name in (
        ("encoder", "core-encoders", "mini"),
        ("dataset", "core-datasets", "clotho"),
        ("lineup", "core-lineups", "wsac2023"),
        ("system", "core-systems", "human"),
    )],
)  # fmt: skip
def test_what_the_core_brings_can_be_switched_off(monkeypatch, kind, plugin, name):
    assert plugin in CORE_PLUGINS[kind]
    monkeypatch.setenv("BENCH_WITHOUT_PLUGINS", plugin)
    with pytest.raises(UnknownNameError, match=f"{name}.*[Ss]witched off.*{plugin}"):
        load_installed().find(kind, name)


def test_a_name_of_the_cores_is_answered_without_a_stranger_being_imported(site):
    write_distribution(site, "loud", "raise RuntimeError('imported')")
    assert "mini" in ENCODERS
    assert LINEUPS["wsac2023"].name == "wsac2023"
    assert not [b for b in Installed(has_core=True).broken if b.entry_point == "loud"]
    from benchmark.plugins.loading import is_loaded

    assert not is_loaded()
    assert "no-such" not in ENCODERS  # nobody but strangers could bring it
    assert is_loaded()


def test_a_plugin_without_any_hook_is_told_which_there_are():
    class Plugin:
        BENCH_API = 2

    with pytest.raises(PluginError, match="no hook found, of bench_systems, bench_datasets"):
        declared_by(Plugin())


def test_things_of_a_process_are_known_for_as_long_as_they_are_lent():
    spec = EncoderSpec("here", "of this process", ("embed_audio",), dict, lambda *_: None, ())
    lineup = Lineup("own2026", "own", (Member("human"),))
    with lend("encoder", spec), lend("lineup", lineup):
        load_installed()
        assert ENCODERS["here"] is spec
        assert LINEUPS["own2026"] is lineup
    assert "here" not in ENCODERS


def test_an_older_plugin_with_systems_alone_works_as_before(site):
    write_distribution(site, "old", good_plugin("fine"))
    assert load_installed().find("system", "fine").provenance.distribution == "old"
