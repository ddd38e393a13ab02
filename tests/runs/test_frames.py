"""Records as data frames."""

from __future__ import annotations

import dataclasses
import math

import pytest
from leaderboard_rows import cell
from older_runs import OLDER
from run_records import contributions, run_of, system

from benchmark.runs.frames import clips_frame, scores_frame
from benchmark.runs.reading import read_run


def test_corpus_values_are_a_row_a_system_with_their_intervals():
    toy = system("toy", metrics={"cider_d": cell(0.5), "spice": cell(None, "no jars", "spice")})
    frame = scores_frame(run_of(toy, system("other", metrics={"cider_d": cell(0.25)})))
    assert frame.index.name == "system"
    assert list(frame.index) == ["toy", "other"]
    assert list(frame.columns) == ["cider_d", "cider_d.low", "cider_d.high", "spice"]
    assert frame.loc["toy", "cider_d"] == 0.5
    assert frame.loc["other", "cider_d.high"] == pytest.approx(0.26)
    assert math.isnan(frame.loc["toy", "spice"])
    assert math.isnan(frame.loc["other", "spice"])
    assert set(frame.dtypes) == {frame["cider_d"].dtype}


def test_a_run_without_any_value_is_still_a_row_a_system():
    assert list(scores_frame(run_of(system(metrics={}))).index) == ["toy"]


def test_clips_are_a_row_each_with_caption_and_what_they_add():
    toy = dataclasses.replace(
        system(clip_ids="ab", values=[0.1, 0.3]), captions={"a": "rain", "b": ""}
    )
    frame = clips_frame(toy)
    assert frame.index.name == "clip_id"
    assert frame.to_dict("index") == {
        "a": {"caption": "rain", "cider_d": pytest.approx(0.1)},
        "b": {"caption": "", "cider_d": pytest.approx(0.3)},
    }


def test_metrics_that_no_clip_adds_to_have_no_column():
    cells = {"cider_d": cell(0.1), "vocab.cands": cell(80.0, metric="vocab.cands")}
    toy = system(metrics=cells, contributions=contributions(cider_d=[0.1] * 5))
    assert list(clips_frame(toy).columns) == ["caption", "cider_d"]


def test_a_clip_whose_caption_failed_in_the_last_fold_has_none():
    frame = clips_frame(dataclasses.replace(system(clip_ids="ab"), captions={"b": "rain"}))
    assert frame["caption"].isna().tolist() == [True, False]


def test_the_columns_of_a_real_run_have_its_means():
    record = read_run(OLDER / "run")
    scores = scores_frame(record)
    for name, each in record.systems.items():
        clips = clips_frame(each)
        assert len(clips) == each.scores.n_scored
        for key in ("rouge_l", "cider_d"):
            assert clips[key].mean() == pytest.approx(scores.loc[name, key])
