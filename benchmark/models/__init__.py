"""Language models on this machine: their weights and tokenizers. This list is for plugins.

Sentences become hidden states in ``text_encoder``; ``training`` is a room of its own.
"""

from benchmark.models.model_files import list_model_files
from benchmark.models.needs import need_configuration, need_model
from benchmark.models.pretrained import (
    TORCH_AND_TRANSFORMERS,
    load_pretrained,
    require_files,
)
from benchmark.models.text_encoder import load_tokenizer, plain_tokenizer
from benchmark.models.weights import OFFLINE_NAME, ChosenModel, choose_model, find_folder

__all__ = [
    "OFFLINE_NAME",
    "TORCH_AND_TRANSFORMERS",
    "ChosenModel",
    "choose_model",
    "find_folder",
    "list_model_files",
    "load_pretrained",
    "load_tokenizer",
    "need_configuration",
    "need_model",
    "plain_tokenizer",
    "require_files",
]
