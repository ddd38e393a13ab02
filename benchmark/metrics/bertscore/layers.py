"""Which model BERTScore stands on, and which layer's states it compares."""

from __future__ import annotations

from benchmark.errors import UsageError
from benchmark.models.codeless import read_config
from benchmark.models.names import find_known, short_name
from benchmark.models.weights import ChosenModel

BERT_SCORE_MODEL = "roberta-large"
"""bert-score's model for English; it takes the states after layer 17 of 24."""


def standard_layer(model: str) -> int | None:
    """Return the layer that bert-score's authors chose for a model; None for an unknown one.

    Args:
        model: its name, with or without the owner that the hub gave it.
    """
    return _layers().get(short_name(model))


def _layers() -> dict[str, int]:
    from bert_score.utils import model2layers

    layers: dict[str, int] = model2layers
    return layers


def check_layer(model: ChosenModel, layer: int | None) -> tuple[int, int]:
    """Return the layer to use and the width of its states.

    Args:
        model: see ``models.weights.choose_model``.
        layer: counted from 1; None takes the standard one, or the last of an unknown model. A
            folder is known by its name, its repository in the hub's cache, or config.json.

    Raises:
        UsageError: the model has no such layer.
    """
    from transformers import AutoConfig

    config = read_config(AutoConfig, model.folder)
    n_layers = int(config.num_hidden_layers)
    chosen = layer if layer is not None else _usual_layer(model, n_layers)
    if not 1 <= chosen <= n_layers:
        raise UsageError(
            f"BERTScore cannot use layer {chosen} of {model.name}: it has layers 1 to {n_layers}."
        )
    return chosen, int(config.hidden_size)


def _usual_layer(model: ChosenModel, n_layers: int) -> int:
    known = find_known(model.name, model.folder, _layers())
    # With fewer layers than the model of that name has it is another one.
    return min(n_layers, _layers()[known]) if known is not None else n_layers
