"""What plugins may import is what the rooms list, what the page says, and what the rules let in."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from benchmark.testing.fresh_import import HEAVY

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "plugin-imports.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `([\w.]+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
IMPORTS_TORCH = "benchmark.models.training"
WRITTEN_FOR_PLUGINS = [
    *(ROOT / "plugins").rglob("*.py"),
    *(ROOT / "tests" / "helpers" / "plugin_toy").glob("*.py"),
    *(ROOT / "benchmark" / "testing" / "template").glob("*module.py.txt"),
]


def exported_names(room):
    return importlib.import_module(room).__all__


@pytest.mark.parametrize("room", SECTIONS)
def test_a_room_lists_what_it_exports(room):
    module = importlib.import_module(room)
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert public <= {*module.__all__}
    for name in module.__all__:  # some are imported when they are asked for
        assert hasattr(module, name)


@pytest.mark.parametrize("room", SECTIONS)
def test_the_page_has_a_line_for_each_name_of_a_room(room):
    assert re.findall(r"^\| `(\w+)` \| .+ \|$", SECTIONS[room], re.MULTILINE) == (
        exported_names(room)
    )


def test_the_rules_let_plugins_into_the_rooms_of_the_page_and_no_others():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "protected"
    )
    assert contract["protected_modules"] == ["benchmark.**"]
    doors = [line.removeprefix("** -> ") for line in contract["ignore_imports"]]
    assert sorted(["benchmark", *doors]) == sorted(SECTIONS)


@pytest.mark.parametrize("path", WRITTEN_FOR_PLUGINS, ids=lambda path: str(path.relative_to(ROOT)))
def test_plugins_and_their_tests_import_names_of_rooms(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8").replace("$", ""))):
        if isinstance(node, ast.Import):
            assert not [name for name in node.names if is_ours(name.name)], ast.unparse(node)
        elif isinstance(node, ast.ImportFrom) and is_ours(node.module or ""):
            assert node.module in SECTIONS, ast.unparse(node)
            assert {name.name for name in node.names} <= set(exported_names(node.module))


def is_ours(module):
    return module.partition(".")[0] == "benchmark"


def test_rooms_import_nothing_heavy_but_the_one_that_says_so():
    rooms = ", ".join(room for room in SECTIONS if room != IMPORTS_TORCH)
    code = f"import sys, {rooms}; print(*{set(HEAVY)!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
    assert f"`{IMPORTS_TORCH}`, which imports torch" in PAGE
