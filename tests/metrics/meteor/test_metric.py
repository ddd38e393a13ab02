"""Captions that METEOR cannot align in seconds have no METEOR; all others have theirs."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.meteor.metric import MOST_PAIRS, MOST_WORDS
from benchmark.metrics.scores import ScoringTask
from benchmark.metrics.suite import MetricModels, score_tasks

REFERENCES = {"a": ("a dog barks", "dog " * 400), "b": ("rain falls on a roof", "rain")}


def meteor(said, references=REFERENCES):
    task = ScoringTask("toy", "made:up", references, said)
    return score_tasks([task], ("meteor",), MetricModels())[0]["meteor"]


@pytest.mark.parametrize(
    "caption",
    ["bark " * (MOST_WORDS + 1), "dog " * (MOST_PAIRS // 400 + 1)],
)
def test_a_caption_too_long_or_too_repetitive_takes_no_other_clip_with_it(caption):
    score = meteor({"a": caption, "b": "rain falls on the roof"})
    alone = meteor({"b": "rain falls on the roof"})
    assert np.isnan(score.per_clip[0])
    assert score.per_clip[1] == alone.per_clip[0]
    assert score.value == alone.value
    assert np.isnan(score.statistics[0]).all()
    assert "no caption of more than 2,000 words" in score.reason
    assert alone.reason is None


def test_a_caption_of_as_many_words_as_are_allowed_is_aligned():
    score = meteor({"a": "bark " * MOST_WORDS, "b": "rain"})
    assert score.reason is None
    assert not np.isnan(score.per_clip).any()


def test_a_reference_that_is_too_long_counts_as_well():
    references = {**REFERENCES, "a": ("bark " * (MOST_WORDS + 1),)}
    assert np.isnan(meteor({"a": "a dog", "b": "rain"}, references).per_clip[0])


def test_a_task_of_such_captions_alone_is_unavailable():
    score = meteor({"a": "bark " * (MOST_WORDS + 1)})
    assert not score.available
    assert "100,000 pairs of equal words" in score.reason
