"""``bench plugins new`` writes a plugin that installs, keeps the contract and runs."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import PathDistribution

import pytest
import yaml
from bench_process import bench_environment
from click.testing import CliRunner
from plugin_distributions import good_plugin, write_distribution

from benchmark.cli.commands.plugins import command
from benchmark.errors import MachineError, UsageError
from benchmark.systems.registry import load_registry
from benchmark.testing.template import _bench_requirement, require_free_name, write_plugin

KINDS = {
    "captioner": "6 passed",
    "metric": "5 passed",
    "dataset": "2 passed",
    "encoder": "6 passed",
}


@pytest.fixture(scope="module", params=KINDS)
def written(request, tmp_path_factory):
    """Write a plugin of each kind with the command; give its folder and what the command said."""
    parent = tmp_path_factory.mktemp("new")
    words = ["hum-drum"] if request.param == "captioner" else [request.param, "hum-drum"]
    done = CliRunner().invoke(command, ["new", *words, "--to", str(parent)])
    assert done.exit_code == 0, done.output
    return request.param, parent / "aac-bench-hum-drum", done.output


@pytest.fixture(scope="module")
def site(written, tmp_path_factory):
    """Pip-install it into a folder of its own, which builds its wheel."""
    site = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(written[1])], check=True)
    return site


def test_the_command_says_what_it_wrote_and_what_comes_next(written):
    kind, folder, said = written
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    expected = {"pyproject.toml", "bench_hum_drum.py", "tests/test_contract.py", "README.md"}
    expected |= {
        "tests/test_example.py",
        ".gitignore",
        "LICENSE",
        "aac-bench.txt",
        ".github/workflows/tests.yml",
    }
    assert expected <= files
    for name in expected:
        assert f"wrote {folder}/{name}" in said
    assert f"cd {folder}\n" in said
    (tried,) = [line.strip() for line in said.splitlines() if line.startswith("  bench ")]
    assert f"Then put your own {kind} into bench_hum_drum.py, choose a licence" in said
    workflow = yaml.safe_load((folder / ".github/workflows/tests.yml").read_text())
    runs = [step["run"] for step in workflow["jobs"]["tests"]["steps"] if "run" in step]
    assert runs == ["pip install -r aac-bench.txt . pytest", "pytest", tried]


def test_nothing_is_left_to_be_filled_in(written):
    _, folder, _ = written
    for path in folder.rglob("*"):
        if path.is_file() and not {"egg-info", "build"} & {*path.parts, path.suffix[1:]}:
            assert "$" not in path.read_text(encoding="utf-8"), path
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["name"] == "aac-bench-hum-drum"
    assert project["license"] == "MIT"
    assert project["entry-points"]["aac_bench"] == {"hum-drum": "bench_hum_drum"}


def test_its_own_tests_pass(written, site):
    kind, folder, _ = written
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=folder, env=bench_environment(site), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert KINDS[kind] in done.stdout


def test_its_contract_is_tested_where_the_example_is_gone(tmp_path):
    folder = write_plugin("gone", tmp_path, load_registry())[0].parent
    (folder / "bench_gone.py").write_text(good_plugin("mine") + "\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    done = subprocess.run(
        command, cwd=folder, env=bench_environment(folder), capture_output=True, text=True
    )
    assert "FAILED tests/test_contract.py" in done.stdout
    assert "ConformanceError: mine breaks" in done.stdout  # of its own, which prepares nothing


def test_the_command_of_its_workflow_tries_it(bench, written, site):
    kind, _, said = written
    (tried,) = [line.split()[1:] for line in said.splitlines() if line.startswith("  bench ")]
    if kind == "captioner":
        tried += ["--metrics", "lexical"]
    if kind == "encoder":  # a shorter way to load it
        tried = ["encoders"]
    done = bench(*tried, PYTHONPATH=str(site))
    assert done.returncode == 0, done.stderr
    assert {"metric": "Hum drum", "dataset": "random-train"}.get(kind, "hum-drum") in done.stdout


def test_where_the_bench_comes_from_is_told_to_other_machines(monkeypatch):
    told = {
        '{"url": "https://host/bench", "vcs_info": {"vcs": "git", "commit_id": "0a1b"}}': (
            "aac-bench @ git+https://host/bench@0a1b"
        ),
        '{"url": "file:///home/me/bench", "dir_info": {}}': "aac-bench",
        "nonsense": "aac-bench",
    }
    for noted, requirement in told.items():
        monkeypatch.setattr(PathDistribution, "read_text", lambda *_, noted=noted: noted)
        assert _bench_requirement() == requirement


def test_a_kind_is_one_that_there_is():
    done = CliRunner().invoke(command, ["new", "tracker", "hum"])
    assert isinstance(done.exception, UsageError)
    assert str(done.exception).startswith("'tracker' is no kind of plugin; expected one of captio")


@pytest.mark.parametrize("words", [["dataset"], ["metric"], ["captioner", "encoder"]])
def test_a_name_that_was_forgotten_is_asked_for(tmp_path, words):
    done = CliRunner().invoke(command, ["new", *words, "--to", str(tmp_path)])
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == (
        f"'{words[-1]}' is a kind of plugin; expected a name, too: "
        f"`bench plugins new {words[-1]} NAME`."
    )
    assert not list(tmp_path.iterdir())


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
    for name, kind in (("spice", "metric"), ("clotho", "dataset"), ("mini", "encoder")):
        with pytest.raises(UsageError, match=f"'{name}' is taken by the [a-z ]+ of aac-bench"):
            write_plugin(name, new, registry, kind)
        require_free_name(f"{name}-two", registry, kind)
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
