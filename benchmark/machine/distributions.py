"""Versions of what is installed, also where an installer left no word of it."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version

UNKNOWN_VERSION = "unknown"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_LIBRARIES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "numba": "numba",
    "soundfile": "soundfile",
    "soxr": "soxr",
    "librosa": "librosa",
    "torch": "torch",
    "torchaudio": "torchaudio",
    "transformers": "transformers",
    "tokenizers": "tokenizers",
    "sentence_transformers": "sentence-transformers",
    "accelerate": "accelerate",
    "peft": "peft",
    "timm": "timm",
    "tensorflow": "tensorflow",
    "jax": "jax",
    "onnxruntime": "onnxruntime",
    "ctranslate2": "ctranslate2",
    "ai_edge_litert": "ai-edge-litert",
    "whisper": "openai-whisper",
    "faster_whisper": "faster-whisper",
    "laion_clap": "laion-clap",
    "msclap": "msclap",
    "vllm": "vllm",
}
"""Modules and their distributions: what captions are computed with."""


def version_of(distribution: str) -> str:
    """Tell a distribution's version.

    Returns:
        ``"unknown"`` where its metadata is not here: it was copied and not installed, or what
        installed it was stopped halfway. That it can be imported is another question.
    """
    try:
        found: str | None = version(distribution)  # None where the file is there and empty
    except PackageNotFoundError:
        return UNKNOWN_VERSION
    return found or UNKNOWN_VERSION


def requirements_of(distribution: str) -> dict[str, str]:
    """List what a distribution requires itself and is installed, with versions, sorted by name.

    aac-bench is not among them: every run notes its version and commit.
    """
    try:
        required = requires(distribution) or []
    except (PackageNotFoundError, ValueError):  # ValueError: of an empty name
        return {}
    names = {match[0].lower() for text in required if (match := _NAME.match(text))}
    found = {name: version_of(name) for name in sorted(names - {"aac-bench"})}
    return {name: text for name, text in found.items() if text != UNKNOWN_VERSION}


def imported_versions() -> dict[str, str]:
    """List the libraries that this process has imported and that captions may depend on."""
    return {name: version_of(name) for module, name in _LIBRARIES.items() if module in sys.modules}
