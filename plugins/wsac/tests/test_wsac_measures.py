"""What the best epoch is chosen by, where it is not the loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from bench_wsac.lesson import Bridge
from bench_wsac.measures import choose_measure
from bench_wsac.task import DecoderTask
from wsac_toy import CAPTIONS, make_lesson, plan_of

from benchmark import DataError
from benchmark.metrics.words import WordCider
from benchmark.models.training import train

TEXTS = [text for pair in CAPTIONS.values() for text in pair]
CLIPS = np.repeat(np.arange(6), 2)


def lesson_of_pairs(**options):
    return make_lesson(TEXTS, clip_of=CLIPS, best_by="cider_d", **options)


def test_each_clip_is_decoded_from_its_first_caption_and_all_its_own_are_the_references():
    lesson = lesson_of_pairs(bridge=Bridge(5.0, np.full(24, 0.1, np.float32)))
    network = lesson.new_network().eval()
    measure = choose_measure(lesson, np.arange(4, 12))
    shifted = torch.from_numpy(lesson.examples.embeddings[4:12:2] + np.float32(0.1))
    with torch.no_grad():
        written = network.write(network.mapping(shifted))
        found = measure(network)
    candidates = [lesson.vocabulary.decode(rows) for rows in written]
    references = [TEXTS[start : start + 2] for start in range(4, 12, 2)]
    assert found == pytest.approx(-WordCider(references).score(candidates))


def test_the_epoch_that_says_the_most_of_what_was_said_is_kept(tmp_path):
    lesson = lesson_of_pairs(validation=TEXTS[::2], epochs=40, dropout=0.0, learning_rate=0.01)
    history = train(DecoderTask(lesson), plan_of(lesson), tmp_path / "checkpoint.pt", tmp_path)
    measured = [epoch.validation_loss for epoch in history]
    assert min(measured) < -5
    assert max(measured) <= 0
    assert measured[0] > min(measured)


def test_clips_that_no_word_tells_apart_cannot_choose_an_epoch():
    with pytest.raises(DataError, match="the 1 clips to choose the epoch by all have the same"):
        DecoderTask(lesson_of_pairs(validation=["a dog barks"]))


def test_without_captions_to_measure_on_or_where_the_last_epoch_counts_nothing_is_measured():
    assert choose_measure(lesson_of_pairs(), np.arange(0)) is None
    assert choose_measure(make_lesson(best_by="last"), np.arange(4)) is None
