"""Folders of models that bring code of their own, refused: none of it is ever run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmark.errors import MissingWeightsError
from benchmark.files import JsonObject, parse_json, read_regular

_CONFIGS = (
    "config.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
    "processor_config.json",
)
"""Where transformers looks for code; what else lies in a folder is not its own."""
_CODE = "auto_map"
"""Where transformers says which class in which file of the folder it would import."""


def read_config(kind: Any, folder: Path) -> Any:
    """Read a model's configuration; nothing is fetched and no code of the folder is run.

    Args:
        kind: a class of transformers (``AutoConfig``, ``BertConfig``).
        folder: holds config.json.

    Raises:
        MissingWeightsError: it is missing, damaged, of no type that transformers knows, or names
            code.
    """
    require_codeless(folder)
    try:
        return kind.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise MissingWeightsError(
            f"cannot read {folder / 'config.json'}: {error} Expected the configuration of a model "
            "as transformers saves it. Fetch it again."
        ) from error


def require_codeless(folder: Path) -> None:
    """Refuse a folder whose configurations name code, or cannot be read.

    transformers would import that code, or ask on the terminal whether it may. Without it the
    weights are another model's: so such a folder is refused also where the type is known.

    Raises:
        MissingWeightsError: says which file, and what to do.
    """
    for path in (folder / name for name in _CONFIGS if (folder / name).exists()):
        config = read_object(path)
        if config.get(_CODE):
            raise MissingWeightsError(
                f"{path} names code of its own ({_CODE}: {config[_CODE]!r:.200}), which is never "
                "run here. Expected a model of a type that transformers itself has; name another "
                "folder."
            )


def read_object(path: Path) -> JsonObject:
    """Read a JSON object of a model's folder; its values are whatever somebody wrote.

    Raises:
        MissingWeightsError: it cannot be read, or is no object.
    """
    config = read_value(path)
    if not isinstance(config, dict):
        raise MissingWeightsError(
            f"cannot read {path}: found a JSON {type(config).__name__}; expected an object. Fetch "
            "it again."
        )
    return config


def read_value(path: Path) -> Any:
    """Read JSON of a model's folder: whatever somebody wrote.

    Raises:
        MissingWeightsError: it cannot be read.
    """
    try:
        return parse_json(read_regular(path).decode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MissingWeightsError(
            f"cannot read {path}: {reason}. Expected JSON. Fetch it again."
        ) from error
