"""Environments that stand over the bench's own, with what one system requires."""

from __future__ import annotations

import json
import subprocess
import sys
from types import ModuleType

import pytest
from made_wheels import write_wheel

from benchmark.errors import MachineError, UsageError
from benchmark.runs.isolation.environments import (
    environment_for,
    environment_key,
    read_requirements,
    requirements_of,
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PIP_CONSTRAINT", raising=False)  # it pins what these replace
    return tmp_path / "cache" / "environments"


def ask(python, code):
    return subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_an_environment_has_what_is_required_before_what_is_here(cache, tmp_path):
    wheel = write_wheel(tmp_path, "tabulate", "99.0", "__version__ = '99.0'")
    python, hold = environment_for([str(wheel)])
    told = ask(python, "import tabulate, numpy, benchmark; print(tabulate.__version__)")
    assert told == "99.0"
    (folder,) = (path for path in cache.iterdir() if path.is_dir())
    assert json.loads((folder / "environment.json").read_text()) == {
        "requirements": [str(wheel)],
        "installed": ["tabulate==99.0"],
    }
    marked = folder / "built once"
    marked.touch()
    assert environment_for([str(wheel)]).python == python
    hold.close()
    assert marked.exists()
    write_wheel(tmp_path, "tabulate", "99.0", "__version__ = 'another'")
    assert environment_for([str(wheel)]).python != python


def test_a_folder_that_is_worked_on_gets_another_environment(tmp_path):
    project = tmp_path / "ears"
    (project / "build").mkdir(parents=True)
    (project / "ears.py").write_text("GAIN = 1\n")
    first = environment_key([str(project)])
    (project / "build" / "ears.py").write_text("GAIN = 1\n")  # which installing leaves there
    assert environment_key([str(project)]) == first
    (project / "ears.py").write_text("GAIN = 2\n")
    assert environment_key([str(project)]) != first


def test_an_environment_is_built_where_distutils_was_imported_before(cache, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distutils", ModuleType("distutils"))  # as setuptools dreads
    wheel = write_wheel(tmp_path, "tabulate", "99.0", "__version__ = '99.0'")
    environment_for([str(wheel)]).hold.close()
    assert len(list(cache.glob("*/environment.json"))) == 1


def test_what_cannot_be_installed_leaves_no_environment(cache, tmp_path):
    (tmp_path / "broken-1.0-py3-none-any.whl").write_bytes(b"no zip")
    with pytest.raises(MachineError, match="broken"):
        environment_for([str(tmp_path / "broken-1.0-py3-none-any.whl")])
    assert [path for path in cache.iterdir() if path.is_dir()] == []


def test_who_requires_nothing_runs_where_the_bench_does(cache):
    assert str(environment_for([]).python) == sys.executable
    assert requirements_of("aac-bench") == ()
    assert not cache.exists()


def test_requirements_are_read_as_pip_reads_them(tmp_path):
    wheel = write_wheel(tmp_path, "ears", "1.0", "")
    path = tmp_path / "requirements.txt"
    path.write_text(f"# what ears need\n\ntransformers==4.50.0  # older\n{wheel.name}\n")
    assert read_requirements(path) == ("transformers==4.50.0", str(wheel))


@pytest.mark.parametrize("content", ["--index-url https://example.org\n", None])
def test_files_that_hold_no_requirements_are_refused(tmp_path, content):
    path = tmp_path / "requirements.txt"
    if content:
        path.write_text(content)
    with pytest.raises(UsageError, match=r"requirements"):
        read_requirements(path)


@pytest.mark.parametrize("distribution", ["no such thing", ""])
def test_what_a_plugin_without_metadata_requires_is_not_taken_for_nothing(distribution):
    with pytest.raises(UsageError, match=r"nobody knows what .* requires.*--env SYSTEM=FILE"):
        requirements_of(distribution)
