"""The training captions that suit a clip's references best."""

from __future__ import annotations

import pytest

from benchmark import DataError, Split
from benchmark.leaderboard.oracle import ask_oracle
from benchmark.models.weights import OFFLINE_NAME

REFERENCES = ("rain falls on a roof", "it is raining hard")
CAPTIONS = ("a dog barks", "rain falls on a roof", "birds chirp", "it rains", "", "a car", "bells")


def as_train(captions):
    references = {f"train-{number}": (text,) for number, text in enumerate(captions)}
    return Split("toy", "train", references, frozenset(), None)


def test_the_best_five_come_best_first_and_say_how_they_were_found():
    oracle = ask_oracle(REFERENCES, as_train([*CAPTIONS, "rain falls on a roof"]), OFFLINE_NAME)
    texts = [piece.text for piece in oracle.captions]
    assert texts[:2] == ["rain falls on a roof", "it rains"]
    assert len(set(texts)) == 5
    weights = [piece.weight for piece in oracle.captions]
    assert weights == sorted(weights, reverse=True)
    assert (oracle.train, oracle.model) == ("toy:train", OFFLINE_NAME)


def test_fewer_captions_are_all_there_is():
    assert len(ask_oracle(REFERENCES, as_train(CAPTIONS[:2]), OFFLINE_NAME).captions) == 2


def test_nothing_to_copy_from_is_told():
    with pytest.raises(DataError, match="there is no caption to choose from"):
        ask_oracle(REFERENCES, as_train([" "]), OFFLINE_NAME)
