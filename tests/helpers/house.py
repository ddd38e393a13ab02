"""The figures of the house, read from its source: how many entries, how long, how loosely typed.

``python tests/helpers/house.py [PACKAGE FOLDER]`` prints them, of another checkout too.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "benchmark"
_LOOSE = ("Mapping[str, Any]", "dict[str, Any]", "MutableMapping[str, Any]")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass(frozen=True)
class Figures:
    """What can be counted of a package; places are spelled ``file:name``.

    Attributes:
        entries: names that a listing of the package shows, the package's own ``__init__`` aside.
        arrows: pairs of entries of which the first imports from the second, lazily too.
        file_lines: by file.
        function_lines: by function, without its decorators and docstring.
        untyped: functions that do not say what they return.
        loose: how often a signature, or a class's field, says no more than "a dict with string
            keys", by function or class.
    """

    entries: frozenset[str]
    arrows: frozenset[tuple[str, str]]
    file_lines: dict[str, int]
    function_lines: dict[str, int]
    untyped: frozenset[str]
    loose: dict[str, int]


def measure_house(package: Path = PACKAGE) -> Figures:
    """Read every module of a package folder."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(package.rglob("*.py"))}
    trees = {path.relative_to(package): ast.parse(text) for path, text in texts.items()}
    entries = frozenset(path.parts[0].removesuffix(".py") for path in trees) - {"__init__"}
    functions = {
        f"{path.as_posix()}:{name}": function
        for path, tree in trees.items()
        for name, function in _definitions_in(tree)
        if isinstance(function, Function)
    }
    return Figures(
        entries=entries,
        arrows=frozenset(
            (path.parts[0].removesuffix(".py"), entry)
            for path, tree in trees.items()
            for entry in _imported_entries(tree, package.name, entries)
            if path.parts[0].removesuffix(".py") not in (entry, "__init__")
        ),
        file_lines={
            path.relative_to(package).as_posix(): len(text.splitlines())
            for path, text in texts.items()
        },
        function_lines={name: _n_lines(function) for name, function in functions.items()},
        untyped=frozenset(name for name, function in functions.items() if not function.returns),
        loose={
            f"{path.as_posix()}:{name}": n
            for path, tree in trees.items()
            for name, definition in _definitions_in(tree)
            if (n := _n_loose(definition))
        },
    )


def _definitions_in(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, Definition]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Definition):
            yield f"{inside}{node.name}", node
            yield from _definitions_in(node, f"{inside}{node.name}.")
        else:
            yield from _definitions_in(node, inside)


def _n_lines(function: Function) -> int:
    n_lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return n_lines
    docstring = function.body[0]
    return n_lines - ((docstring.end_lineno or 0) - docstring.lineno + 1)


def _n_loose(definition: Definition) -> int:
    return sum(
        ast.unparse(part) in _LOOSE
        for hint in _hints_of(definition)
        if hint is not None
        for part in ast.walk(hint)
    )


def _hints_of(definition: Definition) -> list[ast.expr | None]:
    if isinstance(definition, ast.ClassDef):
        return [field.annotation for field in definition.body if isinstance(field, ast.AnnAssign)]
    given = definition.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [argument.annotation for argument in arguments if argument] + [definition.returns]


def _imported_entries(tree: ast.AST, package: str, entries: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        for module in modules:
            root, _, rest = module.partition(".")
            if root == package and rest.partition(".")[0] in entries:
                yield rest.partition(".")[0]


def _print_figures(package: Path) -> None:
    figures = measure_house(package)
    largest = max(figures.file_lines, key=lambda name: figures.file_lines[name])
    longest = sorted(figures.function_lines, key=lambda name: -figures.function_lines[name])
    lines = figures.function_lines
    for label, value in {
        "first-level entries": len(figures.entries),
        "first-level arrows": len(figures.arrows),
        "files": len(figures.file_lines),
        "lines": f"{sum(figures.file_lines.values()):,}",
        "lines of a median file": statistics.median(figures.file_lines.values()),
        "largest file": f"{figures.file_lines[largest]} ({largest})",
        "functions": f"{len(lines):,}",
        "longest functions": "; ".join(f"{lines[name]} ({name})" for name in longest[:5]),
        "functions above 40 lines": sum(n > 40 for n in lines.values()),
        "without a return type": len(figures.untyped),
        "loose dicts in signatures": sum(figures.loose.values()),
    }.items():
        print(f"{label:<27}{value}")  # noqa: T201


if __name__ == "__main__":
    _print_figures(Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE)
