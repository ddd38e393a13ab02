"""What comparisons and power hold for programs: the figures behind their tables."""

from __future__ import annotations

import csv
import io
import json

import pytest
from read_tables import read_html, read_markdown
from scored_files import good_on, invoke, score
from small_clips import write_clips

METRICS = "rouge_l,sent_len.cands"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("made-up")
    systems = {"good": good_on(range(12)), "poor": good_on([])}
    clips = write_clips(place / "clips", n_test=12)
    return score(clips, place / "scored", systems, METRICS)


@pytest.fixture(scope="module")
def compare(run):
    return printer("compare", f"{run}::good", f"{run}::poor", "--draws", 100, "--metrics", METRICS)


@pytest.fixture(scope="module")
def power(run):
    return printer("power", f"{run}::good", "--trials", 50, "--metrics", METRICS)


def printer(*arguments):
    def show(form):
        result = invoke(*arguments, "--format", form)
        assert result.exit_code == 0, result.output
        return result.stdout

    return show


def test_csv_of_a_comparison_holds_what_json_holds_and_what_was_left_out(compare):
    rouge_l, length = csv.DictReader(io.StringIO(compare("csv")))
    figures = json.loads(compare("json"))["metrics"]["rouge_l"]
    for name in ("first", "second", "low", "high", "difference", "p_corrected"):
        assert float(rouge_l[name]) == figures[name]
    assert (rouge_l["metric"], rouge_l["verdict"]) == ("rouge_l", "A better")
    assert (length["metric"], length["first"]) == ("sent_len.cands", "")
    assert length["why_absent"]


def test_csv_of_a_power_study_holds_rates_with_their_errors(power):
    rouge_l, length = csv.DictReader(io.StringIO(power("csv")))
    figures = json.loads(power("json"))["metrics"]["rouge_l"]
    assert float(rouge_l["value"]) == figures["value"]
    assert float(rouge_l["false_calls_by_swaps"]) == figures["false_calls_by_swaps"]["value"]
    for size, rate in figures["power"].items():
        assert float(rouge_l[f"power.{size}.error"]) == rate["error"]
    assert length["why_absent"]


def test_pages_and_sources_show_the_same_rows(compare, power):
    for show in (compare, power):
        assert read_markdown(show("md")) == read_html(show("html"))
        assert show("latex").startswith("% Needs \\usepackage{booktabs}.")
