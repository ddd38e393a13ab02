"""Writes new plugins: a distribution with a captioner that works, to be replaced by another.

The files beside this one are its templates; ``$name`` and the like are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template

from benchmark.errors import UsageError
from benchmark.files import written_folder
from benchmark.plugins.checks import SYSTEM_NAME
from benchmark.systems.registry import Registry

_FILES: Mapping[str, str] = {
    "pyproject.toml": "pyproject.toml.txt",
    "$module.py": "module.py.txt",
    "tests/test_$stem.py": "test_module.py.txt",
    "README.md": "README.md.txt",
    ".gitignore": "gitignore.txt",
}
"""Where a file goes, and its template."""


def write_plugin(name: str, parent: Path, registry: Registry) -> tuple[Path, ...]:
    """Write the distribution ``aac-bench-NAME`` into a folder of that name, whole or not at all.

    Args:
        name: of the system: lower case with hyphens.
        parent: where the folder goes; made where it does not exist.
        registry: what is installed, for the name must be free.

    Returns:
        The files, ``pyproject.toml`` first.

    Raises:
        UsageError: the name cannot be a system's, or is taken; or the folder exists.
        MachineError: the folder cannot be written.
    """
    require_free_name(name, registry)
    words = _words(name)
    folder = parent / words["distribution"]
    if folder.exists():
        raise UsageError(f"{folder} exists; nothing was written. Choose another name, or --to.")
    with written_folder(folder, "Name another folder with --to.") as partial:
        paths = [_write(partial, words, *item) for item in _FILES.items()]
    return tuple(folder / path for path in paths)


def require_free_name(name: str, registry: Registry) -> None:
    """Check that a name can be a new system's, module's and distribution's.

    Raises:
        UsageError: it cannot; says what takes it.
    """
    if not SYSTEM_NAME.fullmatch(name):
        raise UsageError(f"cannot name a system {name!r}; expected lower-case-with-hyphens.")
    words = _words(name)
    if taken := _taken_by(name, words, registry):
        raise UsageError(f"the name {name!r} is taken by {taken}. Choose another.")


def _taken_by(name: str, words: Mapping[str, str], registry: Registry) -> str | None:
    if name in registry.claims:
        return f"the system of {registry.claims[name][0][1]}"
    entries = {plugin.entry_point: plugin.provenance for plugin in registry.plugins}
    entries |= {plugin.entry_point: plugin.provenance for plugin in registry.broken}
    if name in entries:
        return f"the plugin of {entries[name]}"
    if find_spec(words["module"]) is not None:
        return f"the module {words['module']} that is installed"
    try:
        return f"{words['distribution']} {distribution(words['distribution']).version}"
    except PackageNotFoundError:
        return None


def _words(name: str) -> dict[str, str]:
    stem = name.replace("-", "_")
    return {
        "name": name,
        "stem": stem,
        "module": f"bench_{stem}",
        "distribution": f"aac-bench-{name}",
    }


def _write(folder: Path, words: Mapping[str, str], path: str, template: str) -> str:
    filled = Template(path).substitute(words)
    text = files(__name__).joinpath(template).read_text(encoding="utf-8")
    (folder / filled).parent.mkdir(parents=True, exist_ok=True)
    (folder / filled).write_text(Template(text).substitute(words), encoding="utf-8")
    return filled
