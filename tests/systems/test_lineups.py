"""Line-ups: a paper's systems and its numbers in print."""

from __future__ import annotations

import dataclasses

import pytest
from printed import on_one_line

from benchmark.cli.endings import finish
from benchmark.contract import SplitLabel
from benchmark.deprecated import SUITE_OPTION
from benchmark.errors import UnknownNameError
from benchmark.leaderboard.published import SPLITS, published_rows
from benchmark.leaderboard.tables.in_print import published_of
from benchmark.metrics.suite import MetricModels
from benchmark.plugins.loading import declared_by
from benchmark.plugins.names import option_types
from benchmark.plugins.provenance import Provenance
from benchmark.runs.carry_out import start_run
from benchmark.runs.reading import read_run
from benchmark.runs.requests import RunRequest
from benchmark.systems import built_in
from benchmark.systems.lineups import LINEUPS, find_lineup
from benchmark.systems.registry import Registry, load_registry

CONSTANT = next(spec for spec in declared_by(built_in)["system"] if spec.name == "constant")
WSAC_AGAIN = {
    "WSAC pipeline re-run, AD",
    "WSAC pipeline re-run, PD",
    "WSAC pipeline re-run, audio-trained a->a",
}


def registry_with(*names):
    """Install systems that say one thing, under the names of others."""
    registry = Registry()
    registry.add("(built in)", Provenance("aac-bench", "1"), declared_by(built_in)["system"])
    specs = [dataclasses.replace(CONSTANT, name=name, kind="system") for name in names]
    registry.add("x", Provenance("x", "1"), specs)
    return registry


def every_name(*lineups):
    return [name for lineup in lineups for name in names_of(lineup) if name != "human"]


def names_of(lineup):
    return tuple(member.name for member in LINEUPS[lineup].members)


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


def in_print(lineup, split):
    return {row.title for row in published_of([LINEUPS[lineup]], SplitLabel.parse(split))}


def test_the_rows_in_print_are_those_of_the_paper():
    assert in_print("koizumi2020", "audiocaps:test") == {
        "TopDown-AlignedAtt(1NN) [AudioCaps paper]",
        "AlignedAtt(GT)-VGGish-LSTM [AudioCaps paper]",
        "1NN-VGGish [AudioCaps paper]",
        "Triplet-Retrieval (Koizumi)",
        "Top1-BERTScore (oracle retrieval)",
        "Koizumi GPT-2 + guidance (Ours)",
        "Koizumi Ours (GT guidance)",
        "Human (leave-one-out, 4 references)",
    }
    assert in_print("koizumi2020", "clotho:evaluation") == set()
    assert in_print("wsac2023", "audiocaps:test") == {
        "Xu et al. 2021",
        "Mei et al. 2021 (ACT)",
        "Gontier et al. (BART-tags)",
        "Kim et al. prefix tuning (CNN14-GPT2)",
        "WavCaps CNN14-BART",
        "WavCaps HTSAT-BART",
        "WSAC+PD",
        *WSAC_AGAIN,
    }
    assert in_print("wsac2023", "clotho:evaluation") == {
        "Koh et al. 2022 (Clotho v1)",
        "Xu et al. 2021 (Clotho v1)",
        "WavCaps CNN14-BART",
        "WavCaps HTSAT-BART",
        *WSAC_AGAIN,
    }


@pytest.mark.parametrize("lineup", LINEUPS)
def test_every_row_of_a_paper_is_known_to_be_in_print(lineup):
    known = {row.system for label in SPLITS for row in published_rows(label)}
    assert set(LINEUPS[lineup].published) <= known


def test_an_unknown_lineup_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'wsac2023'"):
        find_lineup("wsac23")


@pytest.mark.parametrize("lineup", LINEUPS)
def test_the_plugins_of_this_repository_bring_every_system_of_a_lineup(lineup):
    registry = load_registry()
    for member in LINEUPS[lineup].members:
        ((spec, origin),) = registry.claims[member.name]
        assert origin.distribution == member.distribution
        if member.without_sound:
            key, _ = member.without_sound
            assert key in option_types(spec)
            assert not spec.needs_audio


def test_lineups_are_listed_with_their_systems(bench):
    shown = bench("systems").stdout
    assert "bench run --lineup NAME" in on_one_line(shown)
    of_wsac = shown.partition("Line-up wsac2023: ")[2].splitlines()
    listed = {row.split()[0] for row in of_wsac if row.strip()}
    assert set(names_of("wsac2023")) <= listed


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
    assert "Gontier et al." in shown
    assert "Koizumi" not in shown
    assert "a share of the 78.7 in print of WavCaps HTSAT-BART" in " ".join(shown.split())
    finish([outcome], published=True, lineups=[find_lineup("wsac2023")])
    assert "Koizumi" in capsys.readouterr().out
    finish([outcome], lineups=[find_lineup("koizumi2020")])
    shown = capsys.readouterr().out
    assert "Triplet-Retrieval (Koizumi)" in shown
    assert "WSAC+PD" not in shown


def test_a_lineup_runs_what_can_run_and_says_what_it_left_out(bench, clips_folder):
    done = bench("run", "--lineup", "wsac2023", "--text-only", "--metrics", "bleu_1",
                 "--dataset", f"folder:{clips_folder}", "--out", "run")  # fmt: skip
    assert done.returncode == 0, done.stderr
    left_out = (
        "Left out of wsac2023: wsac, wsac-ni, wsac-es, wsac-nnd, wsac-pd: --text-only gives no "
        "sound."
    )
    assert done.stderr == f"bench: {left_out}\n"
    assert left_out in on_one_line(done.stdout)
    assert [row.split()[:2] for row in done.stdout.splitlines() if "ceiling" in row] == [
        ["ceiling", "human"]
    ]
    again = bench("leaderboard", "run", "--format", "md")
    assert left_out in again.stdout


def test_a_member_that_is_named_besides_is_not_left_out(bench, clips_folder):
    options = ("--dataset", f"folder:{clips_folder}", "--text-only")
    named = bench("run", "--lineup", "koizumi2020", "--systems", "nn-vggish", *options)
    assert named.returncode == 2
    assert "'nn-vggish' cannot caption without it" in named.stderr


def test_a_lineup_starts_a_run_and_cannot_finish_another(bench):
    done = bench("run", "--lineup", "wsac2023", "--resume", "run")
    assert done.returncode == 2
    assert "or --lineup" in done.stderr


def test_the_former_name_of_the_option_works_and_warns_in_one_line(bench, clips_folder):
    named, formerly = [
        bench("run", option, "koizumi2021", "--text-only", "--dataset", f"folder:{clips_folder}")
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
