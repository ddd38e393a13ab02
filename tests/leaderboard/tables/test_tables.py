"""Rows as text, markdown, csv, json, LaTeX and HTML."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import subprocess

import numpy as np
import pytest
from leaderboard_rows import PARTS, ROW, cell, row
from read_tables import Tables
from run_records import contributions
from timed_calls import latency_of

from benchmark.contract import SplitLabel
from benchmark.leaderboard.published import published_rows
from benchmark.leaderboard.ranking import group_rows
from benchmark.leaderboard.tables import FORMATS, render
from benchmark.systems.roster import LeftOut


def test_systems_are_ranked_and_the_other_rungs_are_not():
    rows = [
        row("copied", 0.7, is_retrieval=True),
        row("floor", 0.9, kind="floor"),
        row("second", 0.3),
        row("human", 0.2, kind="ceiling"),
        row("first", 0.4),
    ]
    table = [line.split("│")[1:3] for line in render(rows, "text").splitlines() if "│" in line]
    assert [[part.strip() for part in line] for line in table[1:]] == [
        ["ceiling", "human"],
        ["1", "first"],
        ["2", "second"],
        ["retrieval", "copied"],
        ["floor", "floor"],
    ]


def test_the_way_from_the_best_floor_to_human_is_shown():
    rows = [
        row("constant", 0.05, kind="floor"),
        row("random", 0.1, kind="floor"),
        row("human", 0.9, kind="ceiling"),
        row("half", 0.5),
    ]
    table = {line.split("|")[2].strip(): line for line in render(rows, "md").splitlines()[4:8]}
    shares = {name: line.rstrip("| ").rsplit("|", 1)[1].strip() for name, line in table.items()}
    assert shares == {"half": "50", "random": "0", "constant": "-6", "human": "100"}
    assert "way to human" not in render(rows[1:2], "md")


def test_values_are_shown_times_100_with_their_interval():
    assert "48.1 [47.1, 49.1]" in render([ROW], "text")


def test_an_unavailable_metric_is_named_with_its_reason():
    assert "Unavailable: SPICE: jars are missing" in render([ROW], "text")


def test_rows_over_other_clips_stand_in_a_table_of_their_own():
    rows = [row("a"), row("b", clips_sha256="cd" * 32, n_scored=4)]
    assert [[r.system for r in standing.rows] for standing in group_rows(rows)] == [["a"], ["b"]]
    text = render(rows, "md")
    assert text.count("### clotho:evaluation") == 2
    assert "4 of 1,045 clips" in text


def test_rows_of_two_versions_of_a_data_set_stand_in_tables_of_their_own():
    rows = [
        row("a", dataset="audiocaps:test", references_sha256="ef" * 32),
        row("a", dataset="audiocaps@2.0:test"),
    ]
    text = render(rows, "text")
    assert "\naudiocaps:test, " in f"\n{text}"
    assert "\naudiocaps@2.0:test, " in f"\n{text}"
    assert text.count(" a ") == 2


def test_the_copy_that_has_the_clips_of_a_table_is_named_below_it():
    text = render([row("a", dataset="audiocaps:test", n_scored=882, n_expected=975)], "text")
    assert "There are as many clips in OpenSound/AudioCaps; whether they are the same is" in text
    wavcaps = "123e794c268e641477bc895145e04e097d85afd625480cae02aee8e7a7e45955"
    told = row("a", dataset="audiocaps:test", n_scored=957, clips_sha256=wavcaps)
    assert "These 957 clips are those of the list of WavCaps" in render([told], "text")
    whole = render([row("a", dataset="audiocaps:test", n_scored=975)], "text")
    assert "clips in" not in whole


def test_an_incomplete_row_has_no_rank_and_says_so():
    text = render([row("broken", n_failed=3, failure="at clip 'x': ValueError: no")], "text")
    assert "broken (incomplete, 3 failed)" in text
    assert "broken stopped at clip 'x': ValueError: no" in text
    assert "3 clips failed and are not scored" in text
    assert "│ 1 " not in text


def test_one_metric_on_two_models_is_two_columns_that_name_them():
    rows = [
        row(model, metrics={"sbert_sim": cell(0.5, None, "sbert_sim", [("model", model)])})
        for model in ("tiny", "large")
    ]
    header, *_, tiny, large = render(rows, "md").splitlines()[2:6]
    assert "SBERT-sim (tiny)" in header
    assert "SBERT-sim (large)" in header
    for line in (tiny, large):
        assert line.count("50.0") == 1


def test_standard_models_are_not_named_and_another_detector_is():
    def fense(name, *models):
        parts = [("model", model) for model in models]
        return row(name, metrics={"fense": cell(0.5, None, "fense", parts)})

    sentences, base = "paraphrase-TinyBERT-L6-v2", "echecker_clotho_audiocaps_base"
    rows = [
        fense("standard", sentences, base),
        fense("small", sentences, "echecker_clotho_audiocaps_tiny"),
        fense("offline", "all-MiniLM-L6-v2", base),
    ]
    header = render(rows, "md").splitlines()[2]
    columns = [text.strip() for text in header.split("|")]
    assert {text for text in columns if text.startswith("FENSE")} == {
        "FENSE",
        "FENSE (echecker_clotho_audiocaps_tiny)",
        "FENSE (all-MiniLM-L6-v2)",
    }


def test_rows_computed_in_different_ways_are_pointed_out():
    other = {"cider_d": cell(0.4, parts=(("n", "4"), ("idf", "other"), ("refs", "5")))}
    folds = (("n", "4"), ("refs", "4"), ("clips", "5/5"), ("folds", "5,leave-one-out"))
    fewer = {"cider_d": cell(0.4, parts=folds)}
    alike = render([ROW, row("human"), row(metrics=fewer)], "text")
    assert "not all computed the same way" not in alike
    older = (*PARTS, ("references", "0123456789ab"))
    named = render([ROW, row("newer", metrics={"cider_d": cell(0.4, parts=older)})], "text")
    assert "not all computed the same way" not in named
    unlike = render([ROW, row("b", metrics=other)], "text")
    assert "CIDEr-D: the rows were not all computed the same way" in unlike


def test_whether_a_row_saw_the_data_is_shown_where_a_row_tells_of_training():
    rows = [row("a", trained_on=("wavcaps",)), row("b", trained_on=("clotho:evaluation",))]
    for form in ("text", "md"):
        assert "saw data" in render(rows, form)
        assert "saw data" not in render([row("a")], form)
    last = [line.rsplit("|", 2)[1].strip() for line in render(rows, "md").splitlines()[2:6]]
    assert [last[0], *last[2:]] == ["saw data", "no", "yes"]


def test_a_value_that_is_no_number_is_null_in_json_and_blank_in_csv():
    """As a file of a run may hold that something else wrote."""
    odd = row(metrics={"cider_d": cell(math.nan)})

    def refuse(constant):
        raise AssertionError(constant)

    (record,) = json.loads(render([odd], "json"), parse_constant=refuse)
    assert record["metrics"]["cider_d"]["value"] is None
    assert "nan" not in render([odd], "csv").lower().replace("name", "")


def test_json_holds_raw_values_and_reasons():
    (record,) = json.loads(render([ROW], "json"))
    assert record["metrics"]["cider_d"]["value"] == 0.4812
    assert record["metrics"]["spice"] == {
        "value": None,
        "low": None,
        "high": None,
        "available": False,
        "reason": "jars are missing",
        "signature": "spice|n:4|refs:5|clips:5/5",
    }
    assert {"system", "kind", "dataset", "split", "n_scored", "n_expected", "clips_sha256"} <= set(
        record
    )


def test_csv_is_read_back_by_the_csv_module():
    (record,) = csv.DictReader(io.StringIO(render([ROW], "csv")))
    assert float(record["cider_d"]) == 0.4812
    assert float(record["cider_d.low"]) == pytest.approx(0.4712)
    assert (record["spice"], record["spice.reason"]) == ("", "jars are missing")


def test_a_bar_in_a_name_does_not_break_a_markdown_table():
    assert r"a\|b" in render([row("a|b")], "md")


def test_printed_numbers_come_with_their_source():
    human = next(
        row for row in published_rows(SplitLabel("audiocaps", "test")) if row.supervision == "human"
    )
    assert human.values["bleu_1"] == pytest.approx(0.654)
    text = render([row("a", dataset="audiocaps:test")], "md", published=True)
    assert "Koizumi et al. arXiv 2012.07331 Table 1" in text
    assert "not measured here" in text


def test_systems_that_stopped_alike_share_a_note():
    missing = "while preparing: MissingWeightsError: no file"
    rows = [row("a", failure=missing), row("b", failure="on clip 3"), row("c", failure=missing)]
    shown = render(rows, "md")
    assert f"a, c stopped {missing}" in shown
    assert "b stopped on clip 3" in shown


def test_what_line_ups_went_without_is_told_once_below():
    left_out = (LeftOut("nn-vggish", "koizumi2020", "deaf"), LeftOut("b", "koizumi2020", "deaf"))
    rows = [row("a", left_out=left_out), row("b", left_out=left_out)]
    assert render(rows, "md").count("Left out of koizumi2020: nn-vggish: deaf.") == 1
    assert "Left out" not in render([row("a")], "md")


def test_a_split_without_printed_numbers_says_so():
    text = render([row("a", dataset="soundscapes:test")], "text", published=True)
    assert "No numbers in print are recorded for soundscapes:test" in text


AWKWARD = r"[a]_b % & # $ ^ {x} ~ \ <i> | c"


def tabular_rows(text):
    """Split every row of the tabulars in LaTeX at its unescaped ampersands."""
    body = re.findall(r"\\begin\{tabular\}\{([lr]+)\}\n(.*?)\\end\{tabular\}", text, re.DOTALL)
    return [
        (columns, [re.split(r"(?<!\\)&", line) for line in lines.splitlines() if "&" in line])
        for columns, lines in body
    ]


def timed(name, **changes):
    return row(name, latency=latency_of(0.0125), **changes)


def test_latex_holds_every_row_with_its_cells_and_escapes_what_latex_reads():
    text = render([timed(AWKWARD), timed("plain")], "latex", published=True)
    assert text.startswith("% Needs \\usepackage{booktabs}.")
    assert r"{[}a]\_b \% \& \# \$ \^{} \{x\} \textasciitilde{} \textbackslash{} " in text
    assert r"\ensuremath{<}i\ensuremath{>}" in text
    assert r"the 95 \% interval" in text
    assert text.count(r"\begin{table}") == text.count(r"\caption{") == 3
    for columns, rows in tabular_rows(text):
        assert rows
        assert all(len(cells) == len(columns) for cells in rows)


def test_latex_rows_never_begin_with_a_bracket_that_ends_the_row_before():
    text = render([timed("[a]"), timed("[b]")], "latex")
    assert not re.search(r"\\\\\s*\[", text)


def test_columns_of_numbers_stand_to_the_right_and_words_to_the_left():
    text = render([timed("a", trained_on=("x",))], "latex")
    (quality, header), (latency, _) = [(c, rows[0]) for c, rows in tabular_rows(text)]
    assert [cell.strip(" \\") for cell in header] == ["#", "system", "CIDEr-D", "saw data"]
    assert quality == "llrl"
    assert latency == "lrrrr"


def test_latex_compiles(tmp_path):
    if not shutil.which("pdflatex"):
        pytest.skip("no pdflatex on this machine: LaTeX is read, but not compiled")
    table = render([timed(AWKWARD), timed("[second]")], "latex", published=True)
    document = r"\documentclass[landscape]{article}\usepackage{booktabs}\begin{document}"
    (tmp_path / "table.tex").write_text(f"{document}\n{table}\n\\end{{document}}\n", "utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "table.pdf").stat().st_size > 1000


def test_html_is_read_back_as_it_was_and_nothing_in_it_is_markup():
    name = """<script>alert(1)</script> & "x" 'y' <b>"""
    tables = Tables()
    tables.feed(render([timed(name, dataset="<i>x:evaluation", failure="<img src=x>")], "html"))
    tables.close()
    assert not tables.open
    assert {len(cells) for cells in tables.rows[:2]} == {len(tables.rows[0])}
    assert tables.rows[1][1] == f"{name} (incomplete)"
    assert tables.rows[1][2] == "48.1 [47.1, 49.1]"
    assert tables.captions[0].startswith("<i>x:evaluation, 5 of 1,045 clips")
    assert tables.captions[1].startswith("Latency")
    assert tables.styles == {None, "text-align: right;"}


def test_notes_stand_below_the_table_in_every_format_for_people():
    for form in ("text", "md", "latex", "html"):
        text = render([ROW], form)
        assert text.index("CIDEr-D") < text.index("Values x100; in brackets")
        assert text.index("toy") < text.index("Unavailable: SPICE: jars are missing")


def lacking(name, *clips, reason="a caption is longer than 100 words"):
    """A row whose SPICE and SPIDEr have no value of some clips."""
    cider = np.arange(5) / 10
    spice = np.where(np.isin(np.arange(5), clips), np.nan, cider)
    made = contributions(cider_d=cider, spice=spice, spider=(cider + spice) / 2)
    values = {key: float(np.nanmean(made.per_clip(key))) for key in ("cider_d", "spice", "spider")}
    cells = {key: cell(value, None if key == "cider_d" or not clips else reason, key)
             for key, value in values.items()}  # fmt: skip
    return row(name, metrics=cells, contributions=made)


def test_a_value_that_lacks_clips_is_marked_and_a_note_says_of_which_clips_it_is_and_why():
    rows = [lacking("whole"), lacking("long", 4)]
    text = render(rows, "md")
    (line,) = (line for line in text.splitlines() if "| long" in line)
    cells = [part.strip() for part in line.split("|")]
    assert cells[3:6] == ["20.0", "15.0†", "15.0 [14.0, 16.0]†"]
    assert "† SPICE, SPIDEr of long: 4 of 5 clips: a caption is longer than 100 words" in text
    assert "Ranked by SPIDEr." in text
    assert "†" not in render(rows[:1], "md")
    assert r"llrr" in render(rows, "latex")
    records = json.loads(render(rows, "json"))
    assert records[1]["metrics"]["spice"]["value"] == pytest.approx(0.15)
    assert records[1]["metrics"]["spice"]["reason"] == "a caption is longer than 100 words"


def test_a_row_with_failed_clips_says_so_in_every_table_and_names_them_below():
    failed = {f"{name}.wav": "OSError: down" for name in "abcd"}
    for form in FORMATS:
        if form in ("json", "csv"):
            continue
        text = render([timed("toy", n_failed=4, failed_clips=failed)], form)
        assert text.count("toy (4 failed)") == 2, form  # of quality and of latency
        assert "a.wav" in text
    assert "toy: 4 clips failed and are not scored: 'a.wav', 'b.wav', 'c.wav' and 1 more" in render(
        [row("toy", n_failed=4, failed_clips=failed)], "text"
    )
