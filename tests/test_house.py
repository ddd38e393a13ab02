"""The house stays in order. ``python tests/helpers/house.py`` prints the figures."""

from __future__ import annotations

import pytest
from house import PACKAGE, measure_house

MOST_ENTRIES = 25
MOST_LINES_OF_A_FILE = 330
MOST_LINES_OF_A_FUNCTION = 60
TOO_LONG_TODAY = {"cli/commands/run.py:command"}  # may only shrink
MOST_LOOSE_DICTS = 1  # may only fall

ROOMS = {
    "cellar/__init__.py": "",
    "cellar/jars.py": '''
class Jar:
    """Hold things."""

    labels: dict[str, Any]

    async def open(self, tools: Mapping[str, Any] | None, *, force: dict[str, int]):
        """Open it.

        Raises:
            ValueError: it is open.
        """
        def twist(n: int) -> list[dict[str, Any]]:
            return [{}]

        return twist(2)
''',
    "kitchen.py": """
from typing import TYPE_CHECKING
import json

if TYPE_CHECKING:
    from house_of_two.cellar.jars import Jar

@decorated(
    "twice",
)
def cook(
    jar: Jar,
) -> None:
    import house_of_two.cellar.jars
    from house_of_two import cellar
""",
    "__init__.py": "from house_of_two.kitchen import cook",
}


@pytest.fixture(scope="module")
def figures():
    return measure_house()


@pytest.fixture
def figures_of_two(tmp_path):
    for name, text in ROOMS.items():
        path = tmp_path / "house_of_two" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return measure_house(tmp_path / "house_of_two")


def test_the_first_floor_has_few_doors(figures):
    assert {"runs", "contract", "cli"} <= figures.entries
    assert len(figures.entries) <= MOST_ENTRIES, sorted(figures.entries)


def test_entries_are_what_lies_in_the_folder(figures):
    there = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    assert figures.entries == there - {"__init__", "__pycache__", "py.typed"}


def test_a_file_holds_one_thing(figures):
    sizes = figures.file_lines
    too_long = {name: n for name, n in sizes.items() if n > MOST_LINES_OF_A_FILE}
    assert not too_long


def test_a_function_fits_on_a_page(figures):
    lines = figures.function_lines
    too_long = {name: n for name, n in lines.items() if n >= MOST_LINES_OF_A_FUNCTION}
    assert set(too_long) <= TOO_LONG_TODAY, too_long


def test_every_function_says_what_it_returns(figures):
    assert not figures.untyped


def test_signatures_name_their_types(figures):
    assert sum(figures.loose.values()) <= MOST_LOOSE_DICTS, figures.loose


def test_figures_of_a_small_house_can_be_counted_by_eye(figures_of_two):
    assert figures_of_two.entries == {"cellar", "kitchen"}
    assert figures_of_two.arrows == {("kitchen", "cellar")}
    assert figures_of_two.file_lines["kitchen.py"] == 15
    assert figures_of_two.function_lines == {
        "cellar/jars.py:Jar.open": 5,
        "cellar/jars.py:Jar.open.twist": 2,
        "kitchen.py:cook": 5,
    }
    assert figures_of_two.untyped == {"cellar/jars.py:Jar.open"}
    assert figures_of_two.loose == {
        "cellar/jars.py:Jar": 1,
        "cellar/jars.py:Jar.open": 1,
        "cellar/jars.py:Jar.open.twist": 1,
    }
