"""Numbers in print, and whose they are."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from leaderboard_rows import record
from shared_data import shared_path

from benchmark.contract import SplitLabel
from benchmark.files import sha256_of
from benchmark.leaderboard.published import find_printed, published_rows

CONETTE = "95d8fff5dd477f84806107046f75ec727cdcf025da026b40637e013b6f169933"


def read(name):
    text = (files("benchmark.leaderboard") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def of_file(sha256, name="mine", **changes):
    return record(name, command="score", version=sha256, **changes)


def test_numbers_are_kept_as_they_are_spelt_too():
    (human,) = (row for row in published_rows(SplitLabel("audiocaps", "test"))
                if row.supervision == "human")  # fmt: skip
    assert human.spelt["spice"] == "21.6"
    assert human.values["spice"] == pytest.approx(0.216)


def test_a_captions_file_is_known_by_its_content_whatever_it_is_called():
    found = find_printed(of_file(CONETTE))
    assert found.row.system == "CoNeTTE HF checkpoint"
    assert found.row.spelt["spider"] == "30.97"
    assert found.basis.startswith("the same captions")


def test_what_is_only_called_like_it_is_something_else():
    assert find_printed(of_file("ab" * 32, "conette_clotho_eval")) is None
    assert find_printed(of_file(CONETTE, dataset="clotho:validation")) is None


def test_a_system_is_known_by_its_name_and_split():
    assert find_printed(record("human", dataset="audiocaps:test")).row.supervision == "human"
    assert find_printed(record("human", dataset="clotho:evaluation")) is None
    assert find_printed(of_file("", "human", dataset="audiocaps:test")) is None


@pytest.mark.parametrize("known", read("printed_as.csv"), ids=lambda known: known["system"])
def test_every_known_row_is_one_that_is_in_print(known):
    label = SplitLabel.parse(known["dataset"])
    assert known["printed"] in {row.system for row in published_rows(label)}
    assert known["basis"]


@pytest.mark.parametrize(
    "known",
    [known for known in read("printed_as.csv") if known["captions_sha256"]],
    ids=lambda known: known["system"],
)
def test_sums_are_those_of_the_files_that_their_makers_published(known):
    path = shared_path(f"data/outputs/{known['system']}.csv")
    assert sha256_of(path) == known["captions_sha256"]
