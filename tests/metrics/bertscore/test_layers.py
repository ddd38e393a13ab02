"""The layer that bert-score compares, for a model by whatever name and from wherever it comes."""

from __future__ import annotations

import json

import pytest

from benchmark.metrics.bertscore.layers import check_layer, standard_layer
from benchmark.models.weights import choose_model


def folder_of(path, n_layers, **config):
    """Lay out what is looked at of a model: its configuration, and some weights to hash."""
    path.mkdir(parents=True)
    shape = {"model_type": "roberta", "num_hidden_layers": n_layers, "hidden_size": 16}
    (path / "config.json").write_text(json.dumps({**shape, **config}))
    (path / "model.safetensors").write_bytes(b"weights")
    return path


def layer_of(folder):
    return check_layer(choose_model("roberta-large", folder), None)[0]


@pytest.mark.parametrize(
    ("place", "n_layers", "layer"),
    [
        ("roberta-base", 12, 10),
        ("roberta-large", 24, 17),
        ("FacebookAI/roberta-large", 24, 17),
        ("models--FacebookAI--roberta-base/snapshots/e2da8e2f811d", 12, 10),
        ("models--FacebookAI--roberta-large/snapshots/722cf37b1afa", 24, 17),
        ("models--google-bert--bert-base-uncased/snapshots/0123", 12, 9),
        ("models--microsoft--deberta-xlarge-mnli/snapshots/0123", 48, 40),
        ("microsoft/deberta-xlarge-mnli", 48, 40),
        ("models--sentence-transformers--all-mpnet-base-v2/snapshots/0123", 12, 12),
        ("models--somebody--roberta-large/snapshots/0123", 24, 24),
        ("my-copy", 24, 24),
    ],
)
def test_a_folder_takes_the_layer_of_the_model_that_it_holds(tmp_path, place, n_layers, layer):
    assert layer_of(folder_of(tmp_path / place, n_layers)) == layer


def test_a_copy_under_another_name_is_known_by_its_configuration(tmp_path):
    copy = folder_of(tmp_path / "my-copy", 24, _name_or_path="FacebookAI/roberta-large")
    assert layer_of(copy) == 17


def test_a_model_of_fewer_layers_than_its_name_promises_takes_its_last(tmp_path):
    assert layer_of(folder_of(tmp_path / "roberta-large", 6)) == 6


@pytest.mark.parametrize("name", ["roberta-base", "FacebookAI/roberta-base"])
def test_the_standard_layer_does_not_depend_on_the_spelling(name):
    assert standard_layer(name) == 10
