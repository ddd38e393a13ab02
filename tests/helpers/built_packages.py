"""Distributions built as for a release, and an environment with nothing else of ours in it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, *sorted(path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml"))]


def copy_tracked(target: Path) -> None:
    """Copy what git tracks, so that a build sees nothing that merely lies about in the checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def build_packages(source: Path, dist: Path) -> list[Path]:
    """Build the sdist of each distribution, and its wheel from that sdist."""
    for project in PROJECTS:
        options = ["--no-isolation", "--outdir", str(dist), str(source / project.relative_to(ROOT))]
        run([sys.executable, "-m", "build", *options])
    return sorted(dist.glob("*.whl"))


def make_environment(folder: Path, wheels: Iterable[Path], extra: str) -> Path:
    """Make an environment that holds the wheels and what they say they need.

    What they need is linked from where this Python keeps it, not downloaded: torch alone would take
    longer than everything else. What they need and do not say is not there.

    Returns:
        The environment's folder of programs.
    """
    venv.create(folder, symlinks=True)
    paths = sysconfig.get_paths("venv", vars={"base": str(folder), "platbase": str(folder)})
    site = Path(paths["purelib"])
    for distribution in _closure([req for wheel in wheels for req in _requirements(wheel, extra)]):
        for name in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            if not (site / name).exists():
                (site / name).symlink_to(Path(str(distribution.locate_file(name))))
    python = Path(paths["scripts"]) / "python"
    # Without an index a need that is not met is an error.
    options = ["--python", str(python), "install", "--quiet", "--no-index"]
    core, *plugins = sorted(wheels, key=lambda wheel: not wheel.name.startswith("aac_bench-"))
    run([sys.executable, "-m", "pip", *options, f"{core}[{extra}]", *map(str, plugins)])
    return python.parent


def run(command: list[str], cwd: Path | None = None) -> str:
    """Run a program that knows nothing of this checkout; fail with all that it printed."""
    settings = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=settings, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, f"{' '.join(command)} exits with {done.returncode}:\n{done.stdout}"
    return done.stdout


def _requirements(wheel: Path, extra: str) -> Iterator[Requirement]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        header = HeaderParser().parsestr(archive.read(name).decode())
    for text in header.get_all("Requires-Dist", []):
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement


def _closure(requirements: list[Requirement]) -> list[importlib.metadata.Distribution]:
    """Find the installed distributions that are needed, directly or not, ours aside."""
    needed: dict[tuple[str, str], importlib.metadata.Distribution] = {}
    waiting = [(req.name, extra) for req in requirements for extra in ("", *req.extras)]
    while waiting:
        name, extra = waiting.pop()
        key = (canonicalize_name(name), extra)
        if key in needed or key[0].startswith("aac-bench"):
            continue
        needed[key] = importlib.metadata.distribution(name)
        for requirement in map(Requirement, needed[key].requires or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(requirement.name, more) for more in ("", *requirement.extras)]
    return list({name: distribution for (name, _), distribution in needed.items()}.values())
