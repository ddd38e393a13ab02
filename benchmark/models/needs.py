"""Models as something that a system needs: looked for before anything is loaded."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmark.contract import Need
from benchmark.models.weights import find_folder, require_obtainable, require_weights

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


def need_model(named: str) -> Need:
    """Say that a system needs a model with its weights.

    Args:
        named: a folder, or a name as on the hub; as ``choose_model`` takes it.
    """
    folder = Path(named).expanduser()
    if folder.is_dir():
        return Need(partial(require_weights, folder), named)
    return Need(
        partial(require_obtainable, named, *_WEIGHTS), named, partial(find_folder, named, *_WEIGHTS)
    )


def need_configuration(name: str) -> Need:
    """Say that a system needs a model's configuration and tokenizer, and no weights of it."""
    return Need(partial(require_obtainable, name), name, partial(find_folder, name))
