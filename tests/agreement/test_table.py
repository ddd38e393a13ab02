"""Agreement with people as a table, in every format."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest
from read_tables import read_html, read_latex, read_markdown, read_text

from benchmark.agreement.measure import Agreement, MetricAgreement
from benchmark.agreement.report import AgreementReport
from benchmark.agreement.table import render_agreement
from benchmark.metrics.signature import Signature

COUNTS = {"HC": 10, "HI": 10, "HM": 10, "MM": 0, "total": 1030}
TOTAL = Agreement(0.6049, 0.576, 0.633, n_pairs=1030, n_agreed=623, n_ties=1)
ALONE = Agreement(0.5, None, None, n_pairs=10, n_agreed=5, n_ties=0)


@pytest.fixture
def report():
    metrics = {
        "sbert_sim": MetricAgreement(
            {"HC": ALONE, "total": TOTAL}, Signature("sbert_sim", (("model", "tiny_*"),))
        ),
        "spice": MetricAgreement({}, None, "jars are missing"),
    }
    return AgreementReport("judged.json", "ab", 9, COUNTS, COUNTS, "the file", None, metrics)


@pytest.mark.parametrize(
    ("form", "read"),
    [("text", read_text), ("md", read_markdown), ("latex", read_latex), ("html", read_html)],
)
def test_every_category_stays_also_one_that_nobody_judged(report, form, read):
    rows = read(render_agreement(report, form))
    if form == "text":
        rows = [
            [f"{a} {b}".strip() for a, b in zip(*pair, strict=True)]
            for pair in (rows[:2], rows[2:4])
        ] + rows[4:]
    assert rows == [
        ["metric", "HC (10 pairs)", "HI (10 pairs)", "HM (10 pairs)", "MM (0 pairs)",
         "total (1,030 pairs)"],
        ["SBERT-sim (tiny_*)", "50.0", "–", "–", "–", "60.5 [57.6, 63.3]"],  # noqa: RUF001
        ["(a coin)", "50.0", "50.0", "50.0", "–", "50.0"],  # noqa: RUF001
    ]  # fmt: skip
    assert "the file cannot say: no pair has two judges" in " ".join(
        render_agreement(report, form).split()
    )
    assert "Unavailable: SPICE: jars are missing" in " ".join(
        render_agreement(report, form).split()
    )


def test_csv_holds_figures_unrounded_and_why_there_are_none(report):
    sbert_sim, spice, coin = csv.DictReader(io.StringIO(render_agreement(report, "csv")))
    assert float(sbert_sim["total.value"]) == 0.6049
    assert (sbert_sim["HC.low"], sbert_sim["total.n_pairs"]) == ("", "1030")
    assert (spice["metric"], spice["why_absent"]) == ("spice", "jars are missing")
    assert (coin["metric"], coin["total.value"]) == ("(a coin)", "0.5")
    assert "MM.value" not in coin


def test_what_one_judge_gets_stands_below_the_metrics(report):
    judge = Agreement(0.8, 0.75, 0.85, n_pairs=4000, n_agreed=3200, n_ties=9)
    text = render_agreement(dataclasses.replace(report, people={"total": judge}), "md")
    line = next(line for line in text.splitlines() if "(one judge)" in line)
    assert "80.0 [75.0, 85.0]" in line
    assert "One judge: how often" in " ".join(text.split())


def test_json_is_the_whole_report(report):
    assert json.loads(render_agreement(report, "json")) == json.loads(json.dumps(report.to_json()))
