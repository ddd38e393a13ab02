"""The files that a model would be loaded from, found and not read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.models.weights import find_here

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_SMALL_FILES = ("*config*.json", "tokenizer*.json", "vocab.*", "merges.txt", "modules.json")


def list_model_files(name: str) -> list[Path]:
    """List a model's weights, and what turns texts or sounds into its input.

    Nothing is read, and nothing is fetched.

    Args:
        name: a folder, or a model's name.

    Returns:
        None of what is not on this machine.
    """
    named = Path(name).expanduser()
    folder = named if named.is_dir() else find_here(name, *_WEIGHTS)
    if folder is None:
        return []
    weights = next((files for each in _WEIGHTS if (files := _matching(folder, [each]))), [])
    return [*weights, *_matching(folder, _SMALL_FILES)]


def list_tokenizer_files(name: str) -> list[Path]:
    """List what turns texts into a model's input, for who has weights of his own."""
    folder = find_here(name, "config.json")
    return [] if folder is None else _matching(folder, _SMALL_FILES)


def _matching(folder: Path, patterns: Sequence[str]) -> list[Path]:
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    return sorted(found)
