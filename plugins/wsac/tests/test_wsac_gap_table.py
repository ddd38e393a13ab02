"""The modality gap as tables: one per encoder, one csv of all."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from bench_wsac.gap_study.crossings import shift, stay
from bench_wsac.gap_study.measure import Pairs
from bench_wsac.gap_study.study import EncoderGap, GapReport
from bench_wsac.gap_study.table import render_gap
from read_tables import read_html, read_markdown

NONE = "–"  # noqa: RUF001


def pairs_of(n_clips):
    vectors = np.eye(4, dtype=np.float32)
    return Pairs(vectors[:n_clips], vectors[1 : n_clips + 1], np.arange(n_clips))


@pytest.fixture
def report():
    pairs = pairs_of(2)
    crossings = (stay(pairs), shift(pairs, pairs, "toy:train"))
    first = EncoderGap("tiny", ("wsac",), 8, crossings, ("noise: nobody adds any.",))
    alone = EncoderGap("other", (), 8, (stay(pairs_of(1)),), ())
    return GapReport("runs/x", "toy:test", "toy:train", (first, alone))


def test_a_table_per_encoder_with_its_notes_and_one_legend(report):
    text = render_gap(report, "text")
    assert text.startswith("runs/x: toy:test, memory toy:train\n\ntiny: 2 clips, 2 references, ")
    assert text.index("noise: nobody adds any.") < text.index("other: 1 clips")
    assert text.count("gap: length of the sounds' mean less the captions'") == 1
    told = " ".join(text.split())
    assert "gap_norm there is the plain norm, as is the length of a shift (shift_norm)" in told
    assert "gap, before: 2 clips are few: no interval." in told
    assert "gap, shift: the shift was measured on 2 of these 2 sounds" in told
    assert "gap, before: 1 clip: plain norm, no interval." in told
    assert max(map(len, text.splitlines())) <= 120


def test_what_cannot_be_told_stays_in_its_column(report):
    rows = read_markdown(render_gap(report, "md"))
    header = ["strategy", "gap", "own", "others'", "R@1", "kept"]
    assert [row for row in rows if row == header] == [header, header]
    assert rows[1][5] == NONE
    assert (rows[-1][0], rows[-1][3], rows[-1][5]) == ("before", NONE, NONE)
    assert read_html(render_gap(report, "html")) == rows


def test_csv_holds_all_encoders_with_figures_and_settings_unrounded(report):
    before, shifted, alone = csv.DictReader(io.StringIO(render_gap(report, "csv")))
    assert [before["encoder"], shifted["encoder"], alone["encoder"]] == ["tiny", "tiny", "other"]
    assert float(shifted["shift_norm"]) == pytest.approx(0.5**0.5, abs=1e-6)
    assert (shifted["gap_source"], before["gap_source"]) == ("toy:train", "")
    assert alone["unpaired_cosine"] == ""


def test_json_is_the_whole_report(report):
    assert json.loads(render_gap(report, "json")) == report.to_json()
