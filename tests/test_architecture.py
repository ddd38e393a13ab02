"""The list of rooms in the documentation, held against the rules that a tool checks."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOM_LINE = re.compile(r"\| (\d+) \| `(\w+)` \| (.+) \| (.+) \|")


@pytest.fixture(scope="module")
def floors():
    """The rooms of each floor, by its number from the ground up."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {
        number: {room.strip() for room in floor.split("|")}
        for number, floor in enumerate(reversed(layers), start=1)
    }


def test_every_room_stands_on_the_floor_that_its_line_says(floors):
    lines = [match.groups() for match in map(ROOM_LINE.fullmatch, PAGE.splitlines()) if match]
    listed = [(int(floor), room) for floor, room, _, _ in lines]
    assert listed == sorted(listed, key=lambda line: -line[0])
    assert sorted(listed) == sorted(
        (floor, room) for floor, rooms in floors.items() for room in rooms
    )


def test_a_room_may_import_what_the_rules_let_it_import(floors):
    for line in PAGE.splitlines():
        if match := ROOM_LINE.fullmatch(line):
            _, room, _, may_import = match.groups()
            (number,) = (number for number, rooms in floors.items() if room in rooms)
            assert may_import == _floors_below(number), f"{room} stands on floor {number}: {line}"


def test_every_module_that_the_page_names_is_there():
    named = re.findall(r"`(benchmark(?:\.\w+)+)`", PAGE)
    named += [f"benchmark.{path.replace('/', '.')}" for path in re.findall(r"`(\w+/\w+)/?`", PAGE)]
    modules = [
        name for name in named if not name.startswith(("benchmark.plugins", "benchmark.tests"))
    ]
    assert len(modules) > 10
    for name in modules:
        assert importlib.util.find_spec(name), name


def _floors_below(floor):
    below = {1: "nothing", 2: "floor 1", 3: "floors 1 and 2"}
    return below.get(floor, f"floors 1 to {floor - 1}")
