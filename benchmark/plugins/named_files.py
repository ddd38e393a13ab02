"""Python files that somebody named on a command line: plugins that nobody installed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.abc import InspectLoader
from importlib.metadata import EntryPoint
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

from benchmark.errors import PluginError, UsageError, describe, quoted
from benchmark.plugins.hookspecs import PROJECT
from benchmark.plugins.neighbours import hash_sources, list_sources

FILES = "BENCH_PLUGIN_FILES"
"""Environment variable: paths of files that are plugins, as ``PATH`` separates them. Processes
that this one starts know them, too."""
_MODULE = "bench_file_"
"""How names of their modules begin; what follows is the file's name and which folder's it is."""
_EXPECTED = "expected a Python file, as ./mine.py"


class NamedFile(NamedTuple):
    """A file that was imported.

    Attributes:
        module: that it became.
        content_id: hash of it and of what it imports of its folder, 12 hex digits.
    """

    module: ModuleType
    content_id: str


def named_files() -> list[Path]:
    """List the files that this process was told of, in their order."""
    return [Path(text) for text in os.environ.get(FILES, "").split(os.pathsep) if text]


def name_file(path: Path | str) -> Path:
    """Take a file for a plugin, here and in processes that this one starts; imports nothing.

    Returns:
        Its whole path.

    Raises:
        UsageError: there is no such file, it is none of Python's, or another is called so.
    """
    found = _require_file(Path(path).expanduser())
    others = [other for other in named_files() if other != found]
    for other in others:
        if other.name == found.name:
            raise UsageError(
                f"two files are called {quoted(found.name)}: {quoted(str(other))} and "
                f"{quoted(str(found))}; what they bring could not be told apart. Rename one."
            )
    if len(others) == len(named_files()):
        os.environ[FILES] = os.pathsep.join(map(str, [*others, found]))
    return found


@contextmanager
def keeping_named_files() -> Iterator[list[Path]]:
    """Forget after the block which files were named in it; gives those that were before."""
    kept = os.environ.get(FILES)
    try:
        yield named_files()
    finally:
        if kept is None:
            os.environ.pop(FILES, None)
        else:
            os.environ[FILES] = kept


def entry_of(path: Path) -> EntryPoint:
    """Give a file an entry point, which messages name; it is not to be loaded."""
    return EntryPoint(path.name, str(path), PROJECT)


def module_name(path: Path) -> str:
    """Spell the name that a file's module has in this process."""
    place = hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{_MODULE}{path.stem}_{place}"


def path_of_module(name: str) -> Path | None:
    """Tell which named file a module is; None where it is none."""
    if not name.startswith(_MODULE):
        return None
    file = getattr(sys.modules.get(name), "__file__", None)
    return Path(file) if isinstance(file, str) else None


def import_file(path: Path) -> NamedFile:
    """Import a file; once, as long as it and what it imports of its folder stay as they are.

    Its folder is looked into for what it imports, after Python's own modules and before those
    that are installed.

    Raises:
        UsageError: it is not there any more.
        PluginError: it is no Python; the message names the line.
        BaseException: whatever else it raises.
    """
    path = _require_file(path)
    name, sources = module_name(path), list_sources(path)
    try:
        content_id = hash_sources(sources)
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except OSError as error:
        raise UsageError(f"cannot read {quoted(error.filename)}: {error.strerror}.") from error
    except (SyntaxError, ValueError) as error:  # ValueError: with a NUL in it
        raise PluginError(f"{_where(path, error)} is no Python: {describe(error)}.") from error
    if name in _imported and _imported[name].content_id == content_id:
        return _imported[name]
    if name in _imported:
        _forget_modules(sources)
    _look_into(path.parent)
    _require_own(path, sources)
    loader = _CompiledFile(code)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    _imported[name] = NamedFile(module, content_id)
    return _imported[name]


_imported: dict[str, NamedFile] = {}


class _CompiledFile(InspectLoader):
    """Runs what was read.

    Python's own loader caches, and takes a file that was changed within a second for what it was.
    """

    def __init__(self, code: CodeType) -> None:
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code

    def get_source(self, fullname: str) -> None:
        return None


def _require_file(path: Path) -> Path:
    told = quoted(str(path))
    if path.is_dir():
        raise UsageError(f"{told} is a folder; {_EXPECTED}.")
    if not path.is_file():
        raise UsageError(f"no file {told}; {_EXPECTED}.")
    if path.suffix != ".py":
        raise UsageError(f"the name of {told} does not end in .py; {_EXPECTED}.")
    found = path.resolve().with_name(path.name) if not path.is_symlink() else path.absolute()
    if os.pathsep in str(found):
        raise UsageError(
            f"{quoted(str(found))} has {os.pathsep!r} in it, which stands between paths elsewhere. "
            "Rename it."
        )
    return found


def _where(path: Path, error: SyntaxError | ValueError) -> str:
    line = f", line {error.lineno}," if isinstance(error, SyntaxError) and error.lineno else ""
    return f"{quoted(str(path))}{line}"


def _look_into(folder: Path) -> None:
    if str(folder) in sys.path:
        return
    installed = (at for at, place in enumerate(sys.path) if place.endswith("-packages"))
    sys.path.insert(next(installed, len(sys.path)), str(folder))
    importlib.invalidate_caches()


def _require_own(path: Path, sources: Mapping[str, Path]) -> None:
    """Refuse a file that would get another module than that of its folder."""
    tops = {name.partition("/")[0].removesuffix(".py") for name in sources if name != path.name}
    for top in sorted(tops):
        found = None
        with suppress(ImportError, ValueError):
            found = importlib.util.find_spec(top)
        if found is None or found.origin is None or Path(found.origin) in sources.values():
            continue
        raise PluginError(
            f"{quoted(str(path))} imports {top!r}, which is in its folder and is also "
            f"{quoted(found.origin)}, which goes before. Rename that of the folder."
        )


def _forget_modules(sources: Mapping[str, Path]) -> None:
    """Have what was changed imported anew."""
    files = {str(file) for file in sources.values()}
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) in files:
            del sys.modules[name]
