"""The systems of a run: line-ups with options, their members that are left out, and named ones."""

from __future__ import annotations

import dataclasses
import json

import pytest

from benchmark.errors import UnknownNameError, UsageError
from benchmark.plugins.loading import declared_by
from benchmark.plugins.provenance import BrokenPlugin, Provenance
from benchmark.systems import built_in
from benchmark.systems.lineups import LINEUPS
from benchmark.systems.registry import Registry, load_registry
from benchmark.systems.roster import (
    LeftOut,
    Roster,
    call_lineup,
    describe_left_out,
    join_systems,
    names_of,
)

CONSTANT = next(spec for spec in declared_by(built_in)["system"] if spec.name == "constant")


@dataclasses.dataclass(frozen=True)
class Loud:
    """Options of a system.

    Attributes:
        caption: to say.
        volume: how loud.
    """

    caption: str = "rain"
    volume: int = 3


@dataclasses.dataclass(frozen=True)
class Deaf:
    """Options of a system that can do without sounds."""

    uses_audio: bool = True


def members_of(lineup):
    return [member.name for member in LINEUPS[lineup].members]


def registry_with(*names, options=CONSTANT.options):
    """Install systems that say one thing, under the names of others."""
    registry = Registry()
    registry.add("(built in)", Provenance("aac-bench", "1"), declared_by(built_in)["system"])
    specs = [
        dataclasses.replace(CONSTANT, name=name, kind="system", options=options) for name in names
    ]
    registry.add("x", Provenance("x", "1"), specs)
    return registry


def whole_registry():
    return registry_with(*{n for of in LINEUPS for n in members_of(of)} - {"human"})


def join(*lineups, named=(), registry=None, **how):
    called = [call_lineup(text) for text in lineups]
    return join_systems(called, named, registry or whole_registry(), **how)


def test_systems_of_lineups_come_first_and_none_comes_twice():
    named = ["constant", "wsac-pd", "constant[caption=rain]"]
    roster = join("wsac2023", "koizumi2020", named=named)
    assert names_of(roster.systems) == [
        *members_of("wsac2023"),
        *members_of("koizumi2020")[:-1],
        "constant",
        "constant[caption=rain]",
    ]
    assert roster.left_out == ()
    assert roster.lineup_of["human"] == "wsac2023"
    assert roster.named(roster.systems) == ["wsac-pd", "constant", "constant[caption=rain]"]


def test_a_system_in_its_default_configuration_is_the_lineups_own():
    default = json.dumps(CONSTANT.options().caption)
    same = join("wsac2023", named=[f"wsac[caption={default}]"])
    assert names_of(same.systems) == members_of("wsac2023")
    other = join("wsac2023", named=["wsac[caption=rain]"])
    assert names_of(other.systems)[-1] == "wsac[caption=rain]"


def test_options_of_a_lineup_go_to_each_member_that_has_them():
    roster = join('wsac2023[caption="a dog, [far off]"]')
    assert names_of(roster.systems) == [
        *(f'{name}[caption="a dog, [far off]"]' for name in members_of("wsac2023")[:-1]),
        "human",
    ]


def test_members_differ_in_what_they_take():
    registry = registry_with(*members_of("wsac2023")[:-2])
    louder = dataclasses.replace(CONSTANT, name="wsac-pd", options=Loud)
    registry.add("y", Provenance("y", "1"), [louder])
    roster = join("wsac2023[volume=5,caption=hail]", registry=registry)
    names = names_of(roster.systems)
    assert names[0] == "wsac[caption=hail]"
    assert names[-2:] == ["wsac-pd[caption=hail,volume=5]", "human"]


def test_one_lineup_may_run_twice_in_two_configurations():
    roster = join("wsac2023", "wsac2023[caption=hail]")
    assert len(roster.systems) == 2 * len(members_of("wsac2023")) - 1
    assert names_of(roster.systems).count("human") == 1


def test_the_papers_own_command_names_five_systems():
    roster = join('wsac2023[encoder="ase[checkpoint=F]",preset=code]', registry=load_registry())
    assert names_of(roster.systems) == [
        *(
            f'{name}[preset=code,encoder="ase[checkpoint=F]"]'
            for name in members_of("wsac2023")[:-1]
        ),
        "human",
    ]


def test_an_option_that_no_member_has_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="no option of wsac2023's systems named 'captoin'"):
        join("wsac2023[captoin=rain]")
    with pytest.raises(UnknownNameError, match="Did you mean 'caption'"):
        join("wsac2023[captoin=rain]")
    with pytest.raises(UsageError, match="cannot read the options"):
        join("wsac2023[caption]")


def test_a_value_that_a_member_cannot_take_is_refused_by_its_name():
    registry = registry_with(*members_of("wsac2023")[:-1], options=Loud)
    with pytest.raises(UsageError, match="wsac: option volume='much'; expected int"):
        join("wsac2023[volume=much]", registry=registry)


def test_what_is_not_installed_is_left_out_and_says_what_to_install():
    roster = join("koizumi2020", registry=registry_with("nn-vggish", "gpt2-guid"))
    assert names_of(roster.systems) == ["nn-vggish", "gpt2-guid", "human"]
    assert describe_left_out(roster.left_out) == [
        "Left out of koizumi2020: triplet-retrieval, gpt2-guid-gt: not installed; install "
        "aac-bench-gpt2-guidance.",
        "Left out of koizumi2020: top1-bertscore: not installed; install aac-bench-oracle.",
    ]


def test_a_lineup_of_which_nothing_is_installed_names_the_plugins_to_install():
    registry = registry_with()
    registry.broken.append(BrokenPlugin("guidance", Provenance("g", "1"), "ImportError", ""))
    with pytest.raises(UsageError) as caught:
        join("koizumi2020", registry=registry)
    assert str(caught.value) == (
        "the line-up koizumi2020 runs nn-vggish, triplet-retrieval, top1-bertscore, gpt2-guid, "
        "gpt2-guid-gt, none of which is installed; install aac-bench-retrieval, "
        "aac-bench-gpt2-guidance, aac-bench-oracle (failed to load: guidance; see `bench plugins "
        "doctor`)."
    )


def test_a_member_that_can_do_without_sounds_runs_so_under_a_name_that_says_it():
    registry = registry_with("nn-vggish")
    spec = dataclasses.replace(CONSTANT, name="gpt2-guid-gt", options=Deaf)
    registry.add("y", Provenance("y", "1"), [spec])
    deaf = "gpt2-guid-gt[uses_audio=false]"
    roster = join("koizumi2020", registry=registry, text_only=True)
    assert names_of(roster.systems) == ["nn-vggish", deaf, "human"]
    reason = f"--text-only gives no sound; {deaf} is asked for in its place"
    assert roster.left_out[-1] == LeftOut("gpt2-guid-gt", "koizumi2020", reason)
    assert names_of(join("koizumi2020", registry=registry).systems)[1] == "gpt2-guid-gt"
    for chosen, name in (("true", "gpt2-guid-gt"), ("false", deaf)):
        called = f"koizumi2020[uses_audio={chosen}]"
        decided = join(called, registry=registry, text_only=True)
        assert names_of(decided.systems)[1] == name
        assert not any(each.system_name == "gpt2-guid-gt" for each in decided.left_out)


def test_one_reason_is_one_sentence():
    left_out = [
        LeftOut("a", "one", "deaf"),
        LeftOut("b", "two", "deaf"),
        LeftOut("c", "one", "deaf"),
    ]
    assert describe_left_out(left_out) == [
        "Left out of one: a, c: deaf.",
        "Left out of two: b: deaf.",
    ]
    assert describe_left_out(Roster((), {}).left_out) == []
