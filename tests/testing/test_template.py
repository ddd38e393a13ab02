"""``bench plugins new`` writes a plugin that installs, keeps the contract and runs."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from bench_process import bench_environment
from plugin_distributions import good_plugin, write_distribution
from printed import on_one_line

from benchmark.errors import MachineError, UsageError
from benchmark.systems.registry import load_registry
from benchmark.testing.template import write_plugin


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write a plugin with the command; give its folder and what the command said."""
    folder = tmp_path_factory.mktemp("new")
    command = [sys.executable, "-m", "benchmark.cli", "plugins", "new", "hum-drum"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return folder / "aac-bench-hum-drum", done.stdout


@pytest.fixture(scope="module")
def site(written, tmp_path_factory):
    """Pip-install it into a folder of its own."""
    site = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(written[0])], check=True)
    return site


def test_the_command_says_what_it_wrote_and_what_comes_next(written):
    folder, said = written
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    expected = {"pyproject.toml", "bench_hum_drum.py", "tests/test_hum_drum.py"}
    assert expected | {"README.md", ".gitignore"} <= files
    for name in expected:
        assert f"wrote aac-bench-hum-drum/{name}" in said
    assert "cd aac-bench-hum-drum\n" in said
    assert "bench run --systems hum-drum,constant --dataset soundscapes" in said


def test_nothing_is_left_to_be_filled_in(written):
    for path in written[0].rglob("*.*"):
        if path.is_file() and "egg-info" not in str(path):
            assert "$" not in path.read_text(encoding="utf-8"), path
    project = tomllib.loads((written[0] / "pyproject.toml").read_text())["project"]
    assert project["name"] == "aac-bench-hum-drum"
    assert project["entry-points"]["aac_bench"] == {"hum-drum": "bench_hum_drum"}


def test_its_own_tests_pass(written, site):
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=written[0], env=bench_environment(site), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout


def test_it_runs_beside_a_floor_on_the_embedded_data_set(bench, site):
    done = bench("run", "--systems", "hum-drum,hum-drum[loud_db=-90],constant", "--metrics",
                 "lexical", "--dataset", "soundscapes", "--limit", "4",
                 PYTHONPATH=str(site))  # fmt: skip
    assert done.returncode == 0, done.stderr
    for row in ("hum-drum ", "hum-drum[loud_db=-90.0]", "constant"):
        assert row in done.stdout
    listed = bench("systems", PYTHONPATH=str(site)).stdout
    assert "says how loud a sound is, how high, and how it goes on" in on_one_line(listed)


def test_a_folder_that_exists_is_left_as_it_is(tmp_path):
    folder = tmp_path / "aac-bench-hum"
    folder.mkdir()
    with pytest.raises(UsageError, match="aac-bench-hum exists; nothing was written"):
        write_plugin("hum", tmp_path, load_registry())
    assert list(tmp_path.iterdir()) == [folder]
    assert not list(folder.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match=r"cannot write .*/file/aac-bench-hum: .*--to"):
        write_plugin("hum", tmp_path / "file", load_registry())


@pytest.mark.parametrize("name", ["Hum", "hum_drum", "hum-", "", "hum drum", "../hum", "hum\n"])
def test_a_name_must_be_one_that_a_system_can_have(tmp_path, name):
    with pytest.raises(UsageError, match="expected lower-case-with-hyphens"):
        write_plugin(name, tmp_path, load_registry())
    assert not list(tmp_path.iterdir())


def test_a_name_must_be_free(tmp_path, monkeypatch):
    site, new = tmp_path / "site", tmp_path / "new"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    write_distribution(site, "hummer", good_plugin("hum"), "2.0")
    write_distribution(site, "broken", "import no_such_module_at_all")
    write_distribution(site, "aac-bench-drum", good_plugin("drum-kit"))
    (site / "bench_bell_jar.py").write_text("")
    registry = load_registry()
    for name, owner in {
        "constant": "the system of aac-bench",
        "hum": r"the system of hummer 2\.0",
        "hummer": r"the plugin of hummer 2\.0",
        "broken": r"the plugin of broken 0\.1",
        "bell-jar": "the module bench_bell_jar that is installed",
        "drum": r"aac-bench-drum 0\.1",
    }.items():
        with pytest.raises(UsageError, match=f"the name '{name}' is taken by {owner}"):
            write_plugin(name, new, registry)
    assert not new.exists()
