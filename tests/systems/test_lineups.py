"""Line-ups: a paper's systems and its numbers in print."""

from __future__ import annotations

import dataclasses
import json

import pytest

from benchmark.cli.endings import finish
from benchmark.contract import SplitLabel
from benchmark.deprecated import SUITE_OPTION
from benchmark.errors import UnknownNameError, UsageError
from benchmark.leaderboard.published import published_rows
from benchmark.metrics.suite import MetricModels
from benchmark.runs.carry_out import start_run
from benchmark.runs.reading import read_run
from benchmark.runs.requests import RunRequest
from benchmark.systems import built_in
from benchmark.systems.lineups import LINEUPS, find_lineup, join_systems
from benchmark.systems.registry import Provenance, Registry, declared_specs, load_registry

CONSTANT = next(spec for spec in declared_specs(built_in) if spec.name == "constant")


def registry_with(*names):
    """Install systems that say one thing, under the names of others."""
    registry = Registry()
    registry.add("(built in)", Provenance("aac-bench", "1"), declared_specs(built_in))
    specs = [dataclasses.replace(CONSTANT, name=name, kind="system") for name in names]
    registry.add("x", Provenance("x", "1"), specs)
    return registry


def every_name(*lineups):
    return [name for lineup in lineups for name in names_of(lineup) if name != "human"]


def names_of(lineup):
    return tuple(name for name, _ in LINEUPS[lineup].systems)


def names(systems):
    return tuple(system.name for system in systems)


def test_the_lineups_hold_the_rows_of_their_papers():
    assert names_of("koizumi2020") == (
        "nn-vggish",
        "triplet-retrieval",
        "top1-bertscore",
        "gpt2-guid",
        "gpt2-guid-gt",
        "human",
    )
    assert names_of("wsac2023") == ("wsac", "wsac-ni", "wsac-es", "wsac-nnd", "wsac-pd", "human")


def test_published_rows_are_only_those_of_the_paper():
    def of(lineup, split):
        rows = published_rows(SplitLabel.parse(split))
        return [
            row.system for row in rows if LINEUPS[lineup].has_published(row.system, row.sources)
        ]

    koizumi = of("koizumi2020", "audiocaps:test")
    assert "Triplet-Retrieval (Koizumi)" in koizumi
    assert "1NN-VGGish [AudioCaps paper]" in koizumi
    assert len(koizumi) == 8
    assert of("koizumi2020", "clotho:evaluation") == []
    for split in ("audiocaps:test", "clotho:evaluation"):
        wsac = of("wsac2023", split)
        assert wsac
        assert all("WSAC" in system for system in wsac)


def test_systems_of_lineups_come_first_and_none_comes_twice():
    registry = registry_with(*every_name(*LINEUPS))
    lineups = [find_lineup("wsac2023"), find_lineup("koizumi2020")]
    named = ["constant", "wsac-pd", "constant[caption=rain]"]
    assert names(join_systems(lineups, named, registry)) == (
        *names_of("wsac2023"),
        *names_of("koizumi2020")[:-1],
        "constant",
        "constant[caption=rain]",
    )


def test_a_system_in_its_default_configuration_is_the_lineups_own():
    registry = registry_with(*every_name("wsac2023"))
    default = json.dumps(CONSTANT.options().caption)
    lineup = find_lineup("wsac2023")
    same = join_systems([lineup], [f"wsac[caption={default}]"], registry)
    assert names(same) == names_of("wsac2023")
    other = join_systems([lineup], ["wsac[caption=rain]"], registry)
    assert names(other)[-1] == "wsac[caption=rain]"


def test_a_lineup_that_is_not_installed_names_the_plugins_to_install():
    with pytest.raises(UsageError) as caught:
        join_systems([find_lineup("koizumi2020")], [], registry_with("nn-vggish", "gpt2-guid"))
    assert "triplet-retrieval, top1-bertscore, gpt2-guid-gt, which are not" in str(caught.value)
    assert "install aac-bench-gpt2-guidance, aac-bench-oracle." in str(caught.value)


def test_an_unknown_lineup_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'wsac2023'"):
        find_lineup("wsac23")


@pytest.mark.parametrize("lineup", LINEUPS)
def test_the_plugins_of_this_repository_bring_every_system_of_a_lineup(lineup):
    registry = load_registry()
    for name, distribution in LINEUPS[lineup].systems:
        ((_, origin),) = registry.claims[name]
        assert origin.distribution == distribution


def test_lineups_are_listed_with_their_systems(bench):
    shown = bench("systems").stdout
    assert "Line-ups, for bench run --lineup NAME:" in shown
    assert ", ".join(names_of("wsac2023")) in shown


def test_a_run_of_a_lineup_prints_its_papers_numbers_and_no_others(tmp_path, capsys):
    lines = [f"{at},{at // 2:011},0,the noise number {at} hisses" for at in range(4)]
    (tmp_path / "audiocaps").mkdir()
    (tmp_path / "audiocaps" / "test.csv").write_text(
        "\n".join(["audiocap_id,youtube_id,start_time,caption", *lines]) + "\n"
    )
    request = RunRequest(
        systems=("constant",),
        dataset="audiocaps",
        data_root=tmp_path,
        metrics=("bleu_1", "cider_d"),
        text_only=True,
        lineups=("wsac2023",),
    )
    registry = registry_with(*every_name("wsac2023"))
    models = MetricModels(None, None, "cpu")
    outcome = start_run(request, registry, tmp_path / "run", models)
    plan = outcome.plan
    assert plan == read_run(outcome.path).plan
    assert plan.lineups == ("wsac2023",)
    assert [system.name for system in plan.systems] == [*names_of("wsac2023"), "constant"]
    finish([outcome], lineups=[find_lineup(name) for name in plan.lineups])
    shown = capsys.readouterr().out
    assert "WSAC+PD" in shown
    assert "Koizumi" not in shown
    finish([outcome], published=True, lineups=[find_lineup("wsac2023")])
    assert "Koizumi" in capsys.readouterr().out
    finish([outcome], lineups=[find_lineup("koizumi2020")])
    shown = capsys.readouterr().out
    assert "Triplet-Retrieval (Koizumi)" in shown
    assert "WSAC+PD" not in shown


def test_a_lineup_and_systems_are_joined_before_anything_is_checked(bench, clips_folder):
    done = bench("run", "--lineup", "koizumi2020", "--systems", "constant", "--text-only",
                 "--dataset", f"folder:{clips_folder}")  # fmt: skip
    assert done.returncode == 2
    assert "'nn-vggish', 'triplet-retrieval'" in done.stderr
    assert "constant" not in done.stderr


def test_a_lineup_starts_a_run_and_cannot_finish_another(bench):
    done = bench("run", "--lineup", "wsac2023", "--resume", "run")
    assert done.returncode == 2
    assert "or --lineup" in done.stderr


def test_the_former_name_of_the_option_works_and_warns_in_one_line(bench, clips_folder):
    named, formerly = [
        bench("run", option, "koizumi2020", "--text-only", "--dataset", f"folder:{clips_folder}")
        for option in ("--lineup", "--suite")
    ]
    assert (named.returncode, formerly.returncode) == (2, 2)
    assert formerly.stderr == f"bench: {SUITE_OPTION.warning}\n{named.stderr}"
    assert SUITE_OPTION.warning == (
        "--suite is deprecated since 0.1 and gone with 0.2: write --lineup."
    )


def test_the_former_name_of_the_option_is_not_in_the_help(bench):
    shown = bench("run", "--help").stdout
    assert "--lineup" in shown
    assert "--suite" not in shown
