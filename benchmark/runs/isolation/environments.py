"""Environments for systems: what one requires stands before what the bench has, for it alone."""

from __future__ import annotations

import hashlib
import shutil
import site
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, distributions, requires
from pathlib import Path
from typing import NamedTuple

from benchmark.errors import MachineError, UsageError, listed
from benchmark.files import CACHE_CURE, sha256_of, spell_json, written_folder
from benchmark.files.locks import Hold, alone
from benchmark.machine.places import cache_root
from benchmark.plugins.source_files import is_aside, walk_files

_SEAL = "environment.json"
_TOLD_CHARS = 400


def read_requirements(path: Path) -> tuple[str, ...]:
    """Read a file of requirements, as pip does: one a line.

    A wheel or folder that is named by its path, relative to the file, gets its whole path.

    Raises:
        UsageError: the file cannot be read, or holds an option.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"cannot read {path} ({error}); expected a file of requirements."
        ) from None
    lines = [line.partition(" #")[0].strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if options := [line for line in lines if line.startswith("-")]:
        raise UsageError(
            f"{path} holds {listed(options)}; expected requirements alone, as transformers==4.50.0."
        )
    return tuple(_whole(line, path.parent) for line in lines)


def requirements_of(distribution: str) -> tuple[str, ...]:
    """List what a distribution requires, as it declares it, extras aside.

    Of aac-bench itself that is nothing: an environment stands over the one that it runs in.

    Raises:
        UsageError: nobody knows: it has no metadata here.
    """
    if distribution == "aac-bench":
        return ()
    try:
        required = requires(distribution) or []
    except (PackageNotFoundError, ValueError):  # ValueError: of an empty name
        raise UsageError(
            f"nobody knows what {distribution or 'a plugin'} requires: no metadata of it are "
            "installed; expected a distribution, as pip installs it. Name a file of requirements "
            "with --env SYSTEM=FILE, or take --isolation process."
        ) from None
    return tuple(line for line in required if "extra ==" not in line)


class Environment(NamedTuple):
    """An interpreter, and what keeps it from being pruned as long as somebody has it."""

    python: Path
    hold: Hold | None = None


def environment_for(requirements: Sequence[str]) -> Environment:
    """Find an environment in which requirements are met; build it if need be.

    It is a virtual environment over this one: what it lacks it finds here, so that only what
    differs is installed. It is kept in the cache by the requirements and by all that is installed
    here, and is there whole or not at all.

    Raises:
        MachineError: it cannot be built; says what the installer said.
    """
    if not requirements:
        return Environment(Path(sys.executable))
    folder = cache_root() / "environments" / environment_key(requirements)
    python = folder / "bin" / "python"
    if not (folder / _SEAL).is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with alone(folder, told_as=f"builds {folder}"):
            if not (folder / _SEAL).is_file():
                with written_folder(folder, CACHE_CURE, kind="the cache") as partial:
                    _build(partial, requirements)
    return Environment(python, Hold(folder))


def _whole(line: str, beside: Path) -> str:
    path = beside / line
    return str(path.resolve()) if path.exists() else line


def environment_key(requirements: Sequence[str]) -> str:
    """Hash what an environment depends on; 24 hex digits.

    Of a wheel or a folder that is required, its content: a project is worked on under one version.
    """
    files = [found for line in requirements for found in _content_of(Path(line))]
    here = sorted(f"{each.name}=={each.version}" for each in distributions())
    parts = [*sorted(requirements), *files, "over", sys.version, sys.prefix, *here]
    return hashlib.sha256("\n".join(parts).encode(errors="backslashreplace")).hexdigest()[:24]


def _content_of(path: Path) -> Iterator[str]:
    if path.is_file():
        yield sha256_of(path)
    elif path.is_dir():
        files = ((file.relative_to(path), file) for file in walk_files(path))
        yield from sorted(f"{name} {sha256_of(file)}" for name, file in files if not is_aside(name))


def _build(folder: Path, requirements: Sequence[str]) -> None:
    venv.EnvBuilder(symlinks=True).create(folder)
    python = folder / "bin" / "python"
    own = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (own / "over.pth").write_text(_look_here_too(), encoding="utf-8")
    done = subprocess.run(
        [*_installer(python), *requirements], capture_output=True, text=True, errors="replace"
    )
    if done.returncode != 0:
        said = " ".join((done.stderr.strip() or done.stdout.strip())[-_TOLD_CHARS:].split())
        raise MachineError(
            f"no environment with {listed(list(requirements))}: {said} Mend the requirements, or "
            "let pip reach its index, and try again."
        )
    installed = sorted(f"{each.name}=={each.version}" for each in distributions(path=[str(own)]))
    seal = {"requirements": list(requirements), "installed": installed}
    (folder / _SEAL).write_text(spell_json(seal, indent=1), encoding="utf-8")


def _look_here_too() -> str:
    """Spell a ``.pth`` file that puts this interpreter's packages after an environment's own.

    ``addsitedir`` alone follows the ``.pth`` files there, by which editable installs are found.
    """
    user = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
    places = [place for place in (*site.getsitepackages(), user) if place in sys.path]
    return "".join(f"import site; site.addsitedir({place!r})\n" for place in places)


def _installer(python: Path) -> list[str]:
    """Choose what installs: pip sees what is here already, so uv only serves where pip is not."""
    if PathFinder.find_spec("pip") is not None:  # setuptools puts a finder before it that warns
        options = [
            "--no-input",
            "--disable-pip-version-check",
            "--quiet",
            "--no-warn-script-location",
        ]
        return [str(python), "-m", "pip", "install", *options]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", str(python)]
    raise MachineError(
        "no environment can be built: neither pip nor uv is here. Install one, as "
        f"`{Path(sys.executable).name} -m ensurepip`."
    )
