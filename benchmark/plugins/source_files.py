"""The files that a distribution is made of, however it was installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from benchmark.files import parse_json
from benchmark.plugins.named_files import path_of_module
from benchmark.plugins.neighbours import list_sources

_NO_SOURCES = frozenset(
    {"__pycache__", "build", "dist", "node_modules", "site-packages", "tests", "test", "docs"}
)
_COMPILED = (".pyc", ".pyo")
_OWN_METADATA = (".dist-info", ".egg-info", ".data")


def find_sources(name: str, module: str) -> dict[str, Path]:
    """Find the files that decide what a plugin does.

    Of a file that somebody named, it and what it imports of its folder.

    Of a wheel those that its RECORD lists. Of an editable install, of a folder on the path, and
    wherever the plugin's module is imported from elsewhere: all files of its packages, and every
    Python file of the folder that was installed, but for tests, documentation and what was built.

    Args:
        name: of the distribution.
        module: of the entry point; imported. Empty where nobody knows.

    Returns:
        Files by a name that is the same wherever they lie; none where they cannot be found.
    """
    if named := path_of_module(module):
        return list_sources(named)
    imported = _file_of(module)
    if imported is None:
        return {}
    found = _find_distribution(name)
    listed = _listed_files(found) if found else {}
    if any(file.name == imported.name and file.samefile(imported) for file in listed.values()):
        return listed
    sources = _package_files(module)
    project = _project_folder(found) if found else None
    if project is not None and imported.resolve().is_relative_to(project.resolve()):
        sources |= {
            f"{file.relative_to(project)}": file
            for file in walk_files(project)
            if file.suffix == ".py" and not is_aside(file.relative_to(project))
        }
    return sources


def walk_files(folder: Path) -> Iterator[Path]:
    """List the files below a folder, hidden and compiled ones aside; links to folders are none."""
    for place, folders, names in os.walk(folder):
        folders[:] = [
            name for name in folders if name != "__pycache__" and not _is_hidden(Path(place), name)
        ]
        for name in names:
            file = Path(place) / name
            if not name.startswith(".") and not name.endswith(_COMPILED) and file.is_file():
                yield file


def _is_hidden(place: Path, name: str) -> bool:
    """Tell what no source lies in: hidden folders, metadata, virtual environments."""
    is_environment = (place / name / "pyvenv.cfg").exists()
    return name.startswith(".") or name.endswith(_OWN_METADATA) or is_environment


def is_aside(file: Path) -> bool:
    """Tell whether a file, named below its project, is a test, documentation or what was built."""
    is_test = file.name.startswith("test_") or file.name == "conftest.py"
    return is_test or not _NO_SOURCES.isdisjoint(file.parts)


def _find_distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except (PackageNotFoundError, ValueError):  # ValueError: of an empty name
        return None


def _listed_files(found: Distribution) -> dict[str, Path]:
    """List what RECORD does, but what an installer wrote itself."""
    listed: dict[str, Path] = {}
    if not found.read_text("RECORD"):  # what an .egg-info lists was true once
        return listed
    for file in found.files or ():
        parts = file.parts
        if parts[0].endswith(_OWN_METADATA) or file.suffix in _COMPILED or ".." in parts:
            continue
        path = Path(str(found.locate_file(file))).absolute()
        if path.is_file():
            listed[str(file)] = path
    return listed


def _package_files(module: str) -> dict[str, Path]:
    """List the files of a module's outermost package; of a module of no package that file."""
    top = module.partition(".")[0]
    package = sys.modules.get(top)
    folders = [Path(place).absolute() for place in getattr(package, "__path__", ())]
    if not folders:
        file = _file_of(module)
        return {file.name: file} if file else {}
    return {
        f"{top}/{file.relative_to(folder)}": file
        for folder in folders
        for file in walk_files(folder)
    }


def _file_of(module: str) -> Path | None:
    """Tell which file an imported module came from."""
    file = getattr(sys.modules.get(module), "__file__", None)
    path = Path(file).absolute() if isinstance(file, str) else None
    return path if path and path.is_file() else None


def _project_folder(found: Distribution) -> Path | None:
    """Tell which folder an editable install stands for (PEP 610)."""
    text = found.read_text("direct_url.json")
    try:
        record = parse_json(text) if text else {}
        is_editable = record["dir_info"]["editable"] is True
        url = urlsplit(record["url"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Path(unquote(url.path)) if is_editable and url.scheme == "file" else None
