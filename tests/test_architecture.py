"""The architecture page, held against the import rules and the modules that there are."""

from __future__ import annotations

import importlib.util
import re

import pytest
from generated_docs import ROOT, write_pages
from house import measure_house

PAGE = ROOT / "docs" / "architecture.md"


@pytest.fixture(scope="module")
def lines():
    """The cells of the page's list of rooms: floor, room, what it holds, what it may import."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \| (.+) \|$", text, flags=re.MULTILINE)


def test_the_list_of_rooms_is_that_of_the_import_rules():
    again = "run `python tests/helpers/generated_docs.py`"
    assert PAGE.read_text(encoding="utf-8") == write_pages()[PAGE], again


def test_every_entry_of_the_package_is_listed_with_what_it_holds(lines):
    assert {room for _, room, _, _ in lines} == measure_house().entries
    untold = [room for _, room, holds, _ in lines if holds == "None"]
    assert not untold, "say in the page what it holds"


def test_rooms_import_only_from_floors_that_the_list_lets_them(lines):
    floor_of = {room: int(floor) for floor, room, _, _ in lines}
    highest_of = {room: last_number(may_import) for _, room, _, may_import in lines}
    arrows = measure_house().arrows
    assert not {(room, other) for room, other in arrows if floor_of[other] > highest_of[room]}


def test_every_module_that_the_page_names_is_there():
    text = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"`(benchmark(?:\.\w+)+)`", text)
    paths = re.findall(r"`(\w+/\w+)/?`", text)
    named += [f"benchmark.{path.replace('/', '.')}" for path in paths if "plugins" not in path]
    assert len(named) > 10
    for name in named:
        assert importlib.util.find_spec(name), name


def last_number(text):
    return int(re.findall(r"\d+", f"0 {text}")[-1])
