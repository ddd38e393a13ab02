"""Numbers in print, and whose they are."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from leaderboard_rows import record
from shared_data import shared_path

from benchmark.contract import SplitLabel
from benchmark.files import sha256_of
from benchmark.leaderboard.published import (
    BestSupervised,
    PublishedRow,
    find_printed,
    published_rows,
)

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


def test_rows_for_an_earlier_version_of_the_data_set_are_listed_and_say_so():
    rows = {row.title: row for row in published_rows(SplitLabel("clotho", "evaluation"))}
    koh = rows["Koh et al. 2022 (Clotho v1)"]
    assert (koh.version, koh.spelt["spider"], koh.spelt["cider_d"]) == (
        "Clotho v1",
        "24.55",
        "38.0",
    )
    assert koh.sources == ("UnIVAL arXiv 2307.16184 Table 9", "derived: (38.0+11.1)/2")
    assert rows["WavCaps CNN14-BART"].version == ""
    of_audiocaps = published_rows(SplitLabel("audiocaps", "test"))
    assert not any(row.version for row in of_audiocaps)
    assert [row.title for row in of_audiocaps].count("Xu et al. 2021") == 1


def in_print(system, supervision="full", **values):
    spelt = {key: f"{100 * value:.1f}" for key, value in values.items()}
    return PublishedRow(system, supervision, ("a paper",), values, spelt)


PRINTED = (
    in_print("oracle", "oracle", cider_d=0.9, spider=0.6),
    in_print("best", cider_d=0.8, spider=0.5),
    in_print("second", cider_d=0.7, spider=0.55),
    in_print("told in part", spider=0.58),
    in_print("text", "text-only", cider_d=0.85, spider=0.7),
)


def test_the_best_supervised_row_has_the_highest_cider_and_is_held_by_spider():
    best = BestSupervised.choose(PRINTED, {"cider_d", "spider", "bleu_1"})
    assert (best.row.system, best.key) == ("best", "spider")
    assert best.share(0.4) == pytest.approx(0.8)
    assert best.share(None) is None


def test_where_spider_is_not_printed_or_not_measured_cider_holds():
    assert BestSupervised.choose(PRINTED, {"cider_d"}).key == "cider_d"
    unprinted = [in_print("best", cider_d=0.8), *PRINTED[2:]]
    best = BestSupervised.choose(unprinted, {"cider_d", "spider"})
    assert (best.row.system, best.key) == ("best", "cider_d")
    assert best.share(0.6) == pytest.approx(0.75)


def test_there_may_be_nothing_to_hold_against():
    assert BestSupervised.choose([PRINTED[0], *PRINTED[3:]], {"cider_d", "spider"}) is None
    assert BestSupervised.choose(PRINTED, {"bleu_1"}) is None
    assert BestSupervised.choose([], {"cider_d"}) is None


def test_wsac_reaches_83_percent_of_the_best_supervised_row_as_its_abstract_says():
    rows = {row.system: row for row in published_rows(SplitLabel("audiocaps", "test"))}
    shown = [rows[system] for system in ("WavCaps CNN14-BART", "WavCaps HTSAT-BART", "WSAC+PD")]
    best = BestSupervised.choose(shown, {"spider"})
    assert best.row.system == "WavCaps HTSAT-BART"
    assert round(100 * best.share(rows["WSAC+PD"].values["spider"])) == 83


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
