from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from plugin_distributions import good_plugin, write_distribution

from benchmark.cli.main import bench as command_line
from benchmark.errors import UsageError


@pytest.fixture
def site(tmp_path, monkeypatch):
    folder = tmp_path / "installed"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def run(*arguments):
    return CliRunner().invoke(command_line, ["plugins", *map(str, arguments)])


def test_a_broken_plugin_is_listed_beside_the_others_with_its_reason(site):
    write_distribution(site, "bench-fine", good_plugin("fine"))
    write_distribution(site, "bench-torn", "raise RuntimeError('torn')")
    done = run("list")
    assert done.exit_code == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert lines["bench-fine"].endswith("fine")
    assert "BROKEN: " in lines["bench-torn"]
    assert "torn" in lines["bench-torn"].partition("BROKEN: ")[2]
    listing = json.loads(run("list", "--format", "json").stdout)
    rows = {row["plugin"]: row for row in listing["plugins"]}
    assert rows["bench-torn"]["brings"] is None
    assert rows["bench-fine"]["brings"] == "fine"


def test_doctor_shows_the_traceback_and_ends_with_1(site):
    write_distribution(site, "bench-torn", "def tear():\n    raise RuntimeError('torn')\n\ntear()")
    done = run("doctor")
    assert done.exit_code == 1
    assert "in tear" in done.stdout
    assert "none broken" not in done.stdout


def test_doctor_names_both_claimants_of_a_name_and_ends_with_1(site):
    for name in ("bench-one", "bench-two"):
        write_distribution(site, name, good_plugin("same"))
    done = run("doctor")
    assert done.exit_code == 1
    assert "system 'same' is declared by both bench-one 0.1 and bench-two 0.1" in done.stdout


def test_doctor_counts_plugins_that_are_all_well(site):
    before = int(run("doctor").stdout.split()[0])
    write_distribution(site, "bench-fine", good_plugin("fine"))
    done = run("doctor")
    assert (done.exit_code, done.stdout) == (0, f"{before + 1} plugins, none broken.\n")


def test_a_new_plugin_is_written_with_what_to_do_next(tmp_path):
    done = run("new", "hum", "--to", tmp_path / "my plugins")
    assert done.exit_code == 0, done.output
    folder = tmp_path / "my plugins" / "aac-bench-hum"
    wrote = [line.removeprefix("wrote ") for line in done.stdout.splitlines() if "wrote " in line]
    assert sorted(wrote) == sorted(str(path) for path in folder.rglob("*") if path.is_file())
    assert f"  cd '{folder}'\n" in done.stdout
    assert "bench run --systems hum,constant" in done.stdout


@pytest.mark.parametrize(
    ("name", "reason"),
    [("Hum", "expected lower-case-with-hyphens"), ("constant", "is taken by the system of")],
)
def test_a_name_that_cannot_be_a_new_plugin_s_writes_nothing(tmp_path, name, reason):
    done = run("new", name, "--to", tmp_path)
    assert isinstance(done.exception, UsageError)
    assert reason in str(done.exception)
    assert list(tmp_path.iterdir()) == []
