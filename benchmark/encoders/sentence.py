"""Sentence encoders: a transformer, the mean over its tokens, unit length (Reimers 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.artifacts import fingerprint
from benchmark.contract import UNKNOWN, Embeddings, EncoderSpec
from benchmark.errors import MissingWeightsError
from benchmark.files import JsonObject
from benchmark.models.codeless import read_object, read_value
from benchmark.models.model_files import list_model_files
from benchmark.models.needs import need_model
from benchmark.models.text_encoder import load_text_encoder, plain_tokenizer
from benchmark.models.tokenizer_hash import hash_tokenizer
from benchmark.models.weights import OFFLINE_NAME, ChosenModel, choose_model, hash_matching

_CODE_VERSION = 1
# What turns a sentence into tokens, besides the weights that turn tokens into a vector.
_SMALL_FILES = ("config.json", "tokenizer*.json", "vocab.*", "merges.txt", "sentence_bert_config*")
_TRAINED_ON = {OFFLINE_NAME: ("sentence-transformers:1b-pairs",)}


@dataclass(frozen=True, slots=True)
class SentenceOptions:
    """Which sentence model.

    Attributes:
        model: a folder, or a model's name as on the hub.
    """

    model: str = OFFLINE_NAME


class SentenceEncoder:
    """A sentence model; it embeds each different sentence of a call once."""

    def __init__(self, model: ChosenModel, *, name: str, device: str = "cpu") -> None:
        """Load the model.

        Args:
            model: see ``models.weights.choose_model``.
            name: the canonical spelling, which its progress bar shows too.
            device: torch's spelling.

        Raises:
            MissingWeightsError: the model cannot be loaded, or pools otherwise than by the mean.
        """
        _require_mean_pooling(model.folder)
        config = _read_object(model.folder / "sentence_bert_config.json")
        longest = config.get("max_seq_length")
        self._is_lowered = bool(config.get("do_lower_case"))
        self._encoder = load_text_encoder(
            model.folder, device=device, max_tokens=longest if isinstance(longest, int) else None
        )
        self.tokenizer = plain_tokenizer(self._encoder.tokenizer)
        self.max_tokens = self._encoder.max_tokens
        self.name = name
        self.dim = self._encoder.width
        self.trained_on = _TRAINED_ON.get(model.name, (UNKNOWN,))
        self.fingerprint = fingerprint(
            {
                "encoder": "sentence",
                "code": _CODE_VERSION,
                "weights": model.sha256,
                "tokeniser": hash_matching(model.folder, _SMALL_FILES),
            }
        )

    def hash_tokenizer(self) -> str:
        """Hash how sentences become tokens, but for the length that they are cut to."""
        return hash_tokenizer(self._encoder.tokenizer, is_lowered=self._is_lowered)

    def embed_text(self, captions: Sequence[str]) -> Embeddings:
        """Embed sentences.

        Returns:
            ``(n_captions, dim)``, unit rows.
        """
        rows_of: dict[str, list[int]] = {}
        for row, text in enumerate(captions):
            rows_of.setdefault(text.lower() if self._is_lowered else text, []).append(row)
        targets = list(rows_of.values())
        embeddings = np.empty((len(captions), self.dim), dtype=np.float32)
        token_ids = self._encoder.token_ids(list(rows_of))
        for rows, states in self._encoder.hidden_states(token_ids, self.name):
            means = states.mean(dim=1)
            means = means / means.norm(dim=1, keepdim=True)
            for row, embedding in zip(rows, means.cpu().numpy(), strict=True):
                embeddings[targets[row]] = embedding
        return embeddings


def load_sentence(options: SentenceOptions, name: str, device: str) -> SentenceEncoder:
    """Load a sentence encoder.

    Args:
        options: which model.
        name: the canonical spelling.
        device: torch's spelling.

    Raises:
        MissingWeightsError: the model is not on this machine or cannot be used.
    """
    return SentenceEncoder(choose_model(OFFLINE_NAME, options.model), name=name, device=device)


SPEC = EncoderSpec(
    name="sentence",
    summary="captions only: a sentence transformer with mean pooling, all-MiniLM-L6-v2 unless "
    "named",
    abilities=("embed_text",),
    options=SentenceOptions,
    load=load_sentence,
    trained_on=_TRAINED_ON[OFFLINE_NAME],
    files=lambda options: list_model_files(options.model),
    needs=lambda options: [need_model(options.model)],
)


def _require_mean_pooling(folder: Path) -> None:
    kinds = _read_kinds(folder / "modules.json")
    unknown = kinds - {"Transformer", "Pooling", "Normalize"}
    pooling = _read_object(folder / "1_Pooling" / "config.json")
    modes = {key for key, on in pooling.items() if key.startswith("pooling_mode_") and on}
    modes = modes or {str(pooling.get("pooling_mode", "mean"))}
    if unknown or not modes <= {"mean", "pooling_mode_mean_tokens"}:
        raise MissingWeightsError(
            f"the sentence model in {folder} uses {', '.join(sorted(map(str, unknown | modes)))}; "
            "only a transformer with mean pooling is supported. Choose another model."
        )


def _read_kinds(path: Path) -> set[str]:
    """List the last words of the types of a model's modules; none where no file says."""
    if not path.exists():
        return set()
    modules = read_value(path)
    try:
        return {str(module["type"]).rsplit(".", 1)[-1] for module in modules}
    except (TypeError, KeyError) as error:
        raise MissingWeightsError(
            f"cannot read {path}: expected a list of modules, each with its type. Fetch it again."
        ) from error


def _read_object(path: Path) -> JsonObject:
    return read_object(path) if path.exists() else {}
