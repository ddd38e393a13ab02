"""Options as commands list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmark.cli.option_list import ListedOption, list_options, options_table
from benchmark.contract import SystemSpec
from benchmark.display.tables import render


@dataclass(frozen=True)
class Options:
    preset: Literal["paper", "code"] = "paper"
    temperature: float | None = None
    caption: str = "a dog, barking"


def spec(options):
    return SystemSpec("toy", "a toy", lambda resources, options: None, options=options)


def test_options_come_in_their_order_with_types_and_defaults_as_python_spells_them():
    assert [str(option) for option in list_options(spec(Options))] == [
        "preset: paper | code (default 'paper')",
        "temperature: float or none (default None)",
        "caption: str (default 'a dog, barking')",
    ]


def test_what_has_no_options_lists_none():
    assert list(list_options(spec(None))) == []


def test_the_table_names_the_owner_in_each_row():
    options = [ListedOption("a", "x", "int", "1"), ListedOption("b", "x", "int", "2")]
    text = render([options_table(options, "encoder")], "csv")
    assert text.split() == ["encoder,option,type,default", "a,x,int,1", "b,x,int,2"]
