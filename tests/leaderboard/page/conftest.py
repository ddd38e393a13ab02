"""A browser, and the page of five real systems in it."""

from __future__ import annotations

import csv

import pytest
from browser import open_browser
from page_commands import invoke
from shared_data import shared_path

from benchmark.leaderboard.page.writing import write_report

SYSTEMS = (
    "conette_clotho_eval",
    "enclap-clotho-baseline",
    "enclap-clotho-sw",
    "whisper-fancy-galaxy-115",
    "whisper-rose-lake-75",
)


@pytest.fixture(scope="module")
def browser():
    browser = open_browser()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def clotho(tmp_path_factory):
    """Five systems' captions of all 1,045 clips: the run and its page."""
    place = tmp_path_factory.mktemp("clotho")
    files = [shared_path(f"data/outputs/{name}.csv") for name in SYSTEMS]
    data = shared_path("data/clotho").parent
    invoke("score", *files, "--dataset", "clotho:evaluation", "--metrics", "rouge_l,cider_d",
           "--data-root", data, "--out", place / "run")  # fmt: skip
    return place / "run", write_report(place / "run", place / "page", data).path


@pytest.fixture(scope="module")
def scores(clotho):
    """CIDEr-D x100 by clip and system, as the run's table of clips has it."""
    found = {}
    with (clotho[0] / "per_clip.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            value = round(100 * float(row["cider_d"]), 2)
            found.setdefault(row["clip_id"], {})[row["system"]] = value
    return found


@pytest.fixture
def page(browser, clotho):
    browser.open(clotho[1])
    return browser
