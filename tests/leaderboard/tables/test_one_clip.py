"""One clip of a run in every format."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest
from read_tables import read_html, read_markdown
from shown_clips import HOSTILE, SPLIT, make_run

from benchmark import Evidence
from benchmark.display.tables import FORMATS
from benchmark.leaderboard.one_clip import look_at_clip
from benchmark.leaderboard.oracle import OracleCaptions
from benchmark.leaderboard.tables.one_clip import render_clip

CLIP = look_at_clip(make_run(), SPLIT, "a")
ORACLE = OracleCaptions((Evidence("it pours", 0.81234),), "clotho:development", "roberta-large")
SHOWN = HOSTILE.replace("\x1b", r"\x1b")


def test_a_terminal_gets_references_captions_scores_and_reasons():
    text = render_clip(dataclasses.replace(CLIP, oracle=ORACLE), "text")
    headings = ["References:", "Captions:", "What the captions leaned on:", "The best that could"]
    assert sorted(headings, key=text.index) == headings
    assert text.startswith("clotho:evaluation, clip 'a' in runs/1\n")
    lines = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines()]
    assert ["toy", "", "it rains on a", "10.0"] in lines
    assert ["human", "ceiling", "(each reference against the others)", "10.0"] in lines
    assert ["toy", "guidance", "0.512", "it rains"] in lines
    assert ["", "prompt", "–", "say:"] in lines  # noqa: RUF001
    assert ["0.812", "it pours"] in lines
    assert "roberta-large, mean F1" in text


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("clip", "abcde")
def test_no_format_lets_a_text_steer_the_terminal(form, clip):
    text = render_clip(look_at_clip(make_run(), SPLIT, clip), form)
    assert text
    assert "\x1b" not in text


def test_texts_are_no_markup():
    assert ["", "", "-2.00", SHOWN] in read_html(render_clip(CLIP, "html"))
    assert ["", "", "-2.00", SHOWN] in read_markdown(render_clip(CLIP, "md"))
    assert "</script><b>" not in render_clip(CLIP, "html")


def test_csv_is_one_table_of_all_kinds():
    rows = list(csv.DictReader(io.StringIO(render_clip(CLIP, "csv"))))
    kinds = [row["table"] for row in rows]
    assert kinds == ["references"] * 2 + ["captions"] * 3 + ["evidence"] * 3
    toy = next(row for row in rows if row["system"] == "toy")
    assert (toy["caption"], toy["cider_d"]) == ("it rains on a", "0.1")
    assert [(row["kind"], row["rank"], row["weight"]) for row in rows[5:]] == [
        ("guidance", "1", "0.51234"),
        ("guidance", "2", "-2.0"),
        ("prompt", "1", ""),
    ]
    assert rows[6]["evidence"] == SHOWN


def test_json_is_the_clip():
    assert json.loads(render_clip(CLIP, "json")) == json.loads(json.dumps(CLIP.to_json()))


def test_what_is_not_known_says_why():
    failed = render_clip(look_at_clip(make_run(), SPLIT, "b"), "md")
    assert ["toy", "not known", "LookupError: why"] in read_markdown(failed)
    silent = render_clip(look_at_clip(make_run(), SPLIT, "c"), "text")
    assert silent.endswith("None of these systems said what its caption leaned on.")
    unasked = render_clip(look_at_clip(make_run(is_explained=False), SPLIT, "a"), "text")
    assert unasked.endswith("is known of runs that were made with --explain.")
