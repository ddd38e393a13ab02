"""Scores of metrics that are means over clips, some of which may have no value."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.scores import mean_score
from benchmark.metrics.signature import Signature

SIGNATURE = Signature("spice", (("refs", "5"), ("clips", "4/1045")))


def test_a_mean_is_that_of_all_clips():
    score = mean_score(np.array([0.0, 0.25, 0.5, 0.25]), SIGNATURE, "it was too long")
    assert (score.value, score.reason, score.signature) == (0.25, None, SIGNATURE)


def test_clips_without_a_value_are_left_out_and_the_score_says_why():
    score = mean_score(np.array([0.0, np.nan, 0.5, 0.25]), SIGNATURE, "a caption is too long")
    assert score.value == pytest.approx(0.25)
    assert score.reason == "a caption is too long"
    assert str(score.signature) == "spice|refs:5|clips:3/1045"
    assert np.isnan(score.per_clip[1])
    assert np.isnan(score.statistics[1, 0])


def test_a_metric_that_has_no_clip_s_value_is_unavailable():
    score = mean_score(np.array([np.nan, np.nan]), SIGNATURE, "all captions are too long")
    assert (score.value, score.reason) == (None, "all captions are too long")
