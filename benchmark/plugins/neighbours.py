"""The Python files that one file is made of: itself, and what it imports of its own folder."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

_ID_LENGTH = 12


def list_sources(path: Path) -> dict[str, Path]:
    """List a file and all that it imports of its own folder, wherever in its code it does.

    Args:
        path: of a Python file.

    Returns:
        Files by their names below the folder, the file itself first.
    """
    folder = path.parent
    found = {path.name: path}
    waiting = [path]
    while waiting:
        file = waiting.pop()
        for name in _imported_by(file, folder):
            if name.partition(".")[0] == __name__.partition(".")[0]:
                continue  # in a checkout the bench itself lies in the folder
            for module in _files_of(name, folder):
                key = f"{module.relative_to(folder)}"
                if key not in found:
                    found[key] = module
                    waiting.append(module)
    return found


def hash_sources(sources: Mapping[str, Path]) -> str:
    """Hash files, their names included, to 12 hex digits.

    Raises:
        OSError: one cannot be read.
    """
    digest = hashlib.sha256()
    for name in sorted(sources):
        content = sources[name].read_bytes()
        spelt = name.encode(errors="surrogateescape")
        digest.update(b"%d %s %d\n" % (len(spelt), spelt, len(content)))
        digest.update(content)
    return digest.hexdigest()[:_ID_LENGTH]


def _imported_by(file: Path, folder: Path) -> Iterator[str]:
    """Spell what a file imports, as seen from the folder: ``model``, ``parts.encoder``."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):  # importing it says so
        return
    package = file.relative_to(folder).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join((*above, *((node.module,) if node.module else ())))
            yield start
            yield from (f"{start}.{alias.name}".lstrip(".") for alias in node.names)


def _files_of(name: str, folder: Path) -> Iterator[Path]:
    """Find the files that importing a name of this folder runs: of its packages, and its own."""
    place = folder
    for part in filter(None, name.split(".")):
        place /= part
        for file in (place / "__init__.py", place.with_name(f"{part}.py")):
            if file.is_file():
                yield file
