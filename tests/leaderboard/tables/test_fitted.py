"""Leaderboards in terminals of several widths: what is shown, and that no line is cut off."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from leaderboard_rows import cell, row
from read_tables import read_open
from timed_calls import latency_of

from benchmark.cli.main import bench as cli
from benchmark.display.tables import View
from benchmark.display.widths import width_of
from benchmark.leaderboard.rows import rows_of
from benchmark.leaderboard.tables import render
from benchmark.runs.reading import read_runs

WIDTHS = (60, 80, 100, 120)
BASELINE = Path(__file__).parents[3] / "leaderboards" / "baselines" / "soundscapes-test.json"
LONG, CJK = "wsac-pd[encoder=" + "x" * 183 + "]", "猫と犬が庭で鳴いている" * 8
METRICS = ("bleu_1", "bleu_4", "meteor", "cider_d", "rouge_l", "sbert_sim", "fer", "fense")


@pytest.fixture(scope="module")
def baseline():
    return rows_of(read_runs([BASELINE]))


def shown(rows, width):
    text = render(rows, "text", view=View(width))
    too_wide = [line for line in text.split("\n") if width_of(line) > width]
    assert not too_wide
    return text


def made(*names):
    return [
        row(name, metrics={key: cell(0.4 + at / 100, metric=key) for key in METRICS},
            latency=latency_of(0.02))
        for at, name in enumerate(names)
    ]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_the_accepted_baseline_fits(baseline, width):
    quality, latency = read_open(shown(baseline, width))
    assert len(quality) >= 14
    assert quality[0][:2] == ["#", "system"]
    assert {"CIDEr-D", "tier"} <= set(quality[0])
    assert latency[0] == ["system", "p50 ms", "RTF"]


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (60, ["CIDEr-D", "tier"]),
        (80, ["METEOR", "ROUGE-L", "CIDEr-D", "tier", "p50 ms"]),
        (100, ["METEOR", "CIDEr-D", "SBERT-sim", "BERTScore-F1", "tier", "p50 ms"]),
    ],
)
def test_the_ranking_metric_comes_first_then_the_tier_a_metric_speed_and_more(
    baseline, width, columns
):
    quality, _ = read_open(shown(baseline, width))
    assert quality[0][2:] == columns


def test_what_is_left_out_is_named_with_what_shows_it(baseline):
    told = " ".join(shown(baseline, 80).split())
    assert "saw data; --wide shows all." in told
    assert "Columns left out: calls, p90 ms, prepare s, stages of a call; --wide" in told
    assert "Columns left out: BLEU-1, BLEU-2, BLEU-3, BLEU-4, SBERT-sim (all-MiniLM-L6-v2)," in told


@pytest.mark.parametrize("width", WIDTHS)
def test_a_run_of_two_rows_loses_no_metric_and_is_turned_where_it_has_to(width):
    text = shown(made("first", "second"), width)
    lines = read_open(text)[0]
    turned = dict(zip(lines[0], zip(*lines[1:], strict=True), strict=True))
    if width < 100:
        turned = {label: tuple(values) for label, *values in lines}
    assert turned["system"] == ("second", "first")
    assert turned["CIDEr-D"] == ("41.0 [40.0, 42.0]", "40.0 [39.0, 41.0]")
    assert {"BLEU-1", "BLEU-4", "METEOR", "ROUGE-L", "FENSE", "FER", "p50 ms"} <= set(turned)
    assert "Columns left out: BLEU" not in text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("n_rows", [2, 6])
def test_long_names_and_names_of_wide_letters_stand_in_full_below(width, n_rows):
    names = (LONG, CJK, LONG.replace("x]", "y]"), CJK + "x", "short", "e\u0301" * 40)[:n_rows]
    text = shown(made(*names), width)
    told = "".join(text.split())
    for name in names:
        assert f":{name}" in told or re.search(rf"(?m)^\S+ +{re.escape(name)} ", text)


def test_where_times_mean_nothing_the_reason_is_shown(baseline):
    first = baseline[0]
    latency = dataclasses.replace(first.latency, void="3 captions differ from the quality pass")
    rows = [row("void", latency=latency), row("timed", latency=first.latency)]
    text = shown(rows, 80)
    assert "3 captions differ from" in text


@pytest.mark.parametrize("form", ["md", "html", "latex", "csv", "json"])
def test_other_formats_hold_all_columns_whatever_the_terminal_is(baseline, form):
    assert render(baseline, form, view=View(60)) == render(baseline, form)


def test_wide_prints_all_columns_and_so_does_a_file(tmp_path):
    run, kept = CliRunner(env={"COLUMNS": "80"}), tmp_path / "table.txt"
    wide = run.invoke(cli, ["leaderboard", str(BASELINE), "--wide"])
    assert "Columns left out" not in wide.output
    assert "stages of a call" in wide.output
    assert run.invoke(cli, ["leaderboard", str(BASELINE), "-o", str(kept)]).exit_code == 0
    assert kept.read_text(encoding="utf-8").strip() == wide.output.strip()
    narrow = run.invoke(cli, ["leaderboard", str(BASELINE)])
    assert max(map(width_of, narrow.output.split("\n"))) <= 80


def test_reasons_stand_once_whoever_lacks_the_metrics():
    told = {"spice": cell(None, "no parser", "spice"), "fense": cell(None, "no model", "fense")}
    lacking = {"cider_d": cell(0.4), **told}
    rows = [row(name, metrics=lacking) for name in ("a", "b")]
    rows.append(row("c", metrics={"cider_d": cell(0.4), "spice": cell(0.2, metric="spice"),
                                  "fense": cell(None, "no model", "fense")}))  # fmt: skip
    text = render(rows, "text", view=View(100))
    assert text.count("no parser") == 1
    assert "No SPICE of a, b: no parser" in text
    assert "Unavailable: FENSE: no model" in text


def test_reasons_of_several_tables_stand_below_the_last():
    rows = [row("a"), row("b", clips_sha256="cd" * 32, n_scored=4)]
    for form in ("text", "md"):
        text = render(rows, form, view=View(100))
        assert text.count("Unavailable: SPICE: jars are missing") == 1
        assert text.endswith("jars are missing")
