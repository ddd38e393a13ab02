"""The architecture page, held against the import rules and the modules that there are."""

from __future__ import annotations

import importlib
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
    outside = ("plugins", "leaderboards")
    within = (path for path in paths if not path.startswith(outside))
    named += [f"benchmark.{path.replace('/', '.')}" for path in within]
    assert len(named) > 10
    for name in named:
        assert importlib.util.find_spec(name), name


@pytest.fixture(scope="module")
def words():
    """The glossary of the page: word, meaning, module."""
    text = PAGE.read_text(encoding="utf-8").partition("\n## Words\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| (.+) \| (.+) \| `([\w.]+)` \|$", text, flags=re.MULTILINE)


def test_every_module_of_the_glossary_is_there(words):
    assert len(words) > 50
    missing = [(word, module) for word, _, module in words if not find_module(module)]
    assert not missing


def test_what_the_glossary_names_in_code_is_in_the_module_beside_it(words):
    named = [
        (module, name) for _, text, module in words for name in re.findall(r"`([A-Za-z]\w+)`", text)
    ]
    assert len(named) > 50
    missing = [
        (module, name)
        for module, name in named
        if not hasattr(importlib.import_module(f"benchmark.{module}"), name)
    ]
    assert not missing


def test_no_word_of_the_glossary_has_two_meanings(words):
    listed = [word for cell, _, _ in words for word in cell.split(", ")]
    assert len(listed) == len(set(listed))


def find_module(name):
    return importlib.util.find_spec(f"benchmark.{name}")


def last_number(text):
    return int(re.findall(r"\d+", f"0 {text}")[-1])
