from __future__ import annotations

import pytest
from click.testing import CliRunner
from read_tables import read_open

from benchmark.cli.main import bench as cli
from benchmark.display.widths import width_of
from benchmark.systems.lineups import LINEUPS


def listed(*arguments, width=100):
    result = CliRunner(env={"COLUMNS": str(width)}).invoke(cli, ["systems", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_systems_stand_below_their_line_ups_and_others_by_themselves():
    text = listed()
    others, *blocks = text.split("\n\n")[1:]
    assert others.startswith("In no line-up\n")
    for lineup, block in zip(LINEUPS.values(), blocks, strict=False):
        assert block.startswith(f"Line-up {lineup.name}: {lineup.summary}")
        at = [block.index(f"\n{member.name} ") for member in lineup.members]
        assert at == sorted(at)
    assert text.count("\nconstant ") == 1


def test_a_member_that_is_not_installed_is_missing_and_says_what_brings_it(monkeypatch):
    monkeypatch.setenv("BENCH_WITHOUT_PLUGINS", "wsac")
    (line,) = (line for line in listed().splitlines() if line.startswith("wsac-pd "))
    assert line.split(maxsplit=2)[1:] == ["missing", "comes with aac-bench-wsac"]


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_lists_fit_the_terminal(width):
    for arguments in ((), ("constant", "human"), ("wsac-pd", "gpt2-guid")):
        lines = listed(*arguments, width=width).split("\n")
        assert max(map(width_of, lines)) <= width, arguments


def test_a_named_system_shows_defaults_and_meaning_of_its_options():
    text = listed("constant")
    assert '"a person is speaking while' in text
    assert "about every clip" in text


def test_a_system_with_presets_shows_each_option_under_each_of_them():
    text = listed("wsac-pd", width=120)
    assert "None" not in text
    assert read_open(text)[0][0] == ["option", "paper", "code", "mini", "unit", "what it does"]
    assert "learning_rate            2e-05      1e-05     0.002               the highest." in text
    topics = [text.index(f"\n\n{topic}\n") for topic in ("Decoder", "Training", "Writing")]
    assert topics == sorted(topics)


def test_a_system_without_options_says_so():
    assert "no options" in listed("human")


def test_an_unknown_system_is_refused_with_the_nearest_name(bench):
    result = bench("systems", "constan")
    assert result.returncode == 2
    assert "Did you mean 'constant'" in result.stderr
