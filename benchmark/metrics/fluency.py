"""Fluency errors (Zhou et al. 2022): FER, and the penalty that makes FENSE and SPIDEr-FL.

A BERT classifier gives each caption a probability of holding an error (an unfinished sentence, a
repeated event or adverb, a missing conjunction or verb). Its weights are a release of FENSE's
authors, found as ``models`` says or where aac-metrics keeps them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import MissingWeightsError
from benchmark.machine.places import models_root
from benchmark.metrics.signature import Part
from benchmark.models.codeless import read_config
from benchmark.models.text_encoder import TextEncoder, load_tokenizer
from benchmark.models.tokenizer_hash import hash_tokenizer
from benchmark.models.weights import find_folder, hash_weights

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

FER_MODEL = "echecker_clotho_audiocaps_base"
SIZES = {FER_MODEL: "base", "echecker_clotho_audiocaps_tiny": "tiny"}
"""The two classifiers that FENSE's authors released, and how they call them."""
_BY_SIZE = {size: name for name, size in SIZES.items()}
ERROR_NAMES = ("add_tail", "repeat_event", "repeat_adv", "remove_conj", "remove_verb", "error")
"""The classifier's outputs; the last one decides."""

RELEASE = "https://github.com/blmoistawinde/fense/releases/download/V0.1"
CHECKPOINT_SHA256 = {
    "echecker_clotho_audiocaps_base": (
        "1a719f090af70614bbdb9f9437530b7e133c48cfa4a58d964de0d47fc974a2fa"
    ),
    "echecker_clotho_audiocaps_tiny": (
        "90ed0ac5033ec497ec66d4f68588053813e085671136dae312097c96c504f673"
    ),
}
_MAX_TOKENS = 64
_THRESHOLD = 0.9
_PENALTY = 0.9
PENALTY_PART: Part = ("penalty", str(_PENALTY))
"""For the signatures of what ``penalise`` gives."""


def has_error(
    error_probabilities: NDArray[np.float64], threshold: float = _THRESHOLD
) -> NDArray[np.float64]:
    """Decide per caption: 1.0 where the probability is above the threshold; FER is the mean."""
    return (error_probabilities > threshold).astype(np.float64)


def penalise(
    scores: NDArray[np.float64],
    error_probabilities: NDArray[np.float64],
    threshold: float = _THRESHOLD,
    penalty: float = _PENALTY,
) -> NDArray[np.float64]:
    """Take most of its score from each caption with a fluency error.

    FENSE is SBERT-sim so penalised, SPIDEr-FL is SPIDEr. All arrays are ``(n_clips,)``; the
    corpus value is the mean.

    Args:
        scores: of each clip.
        error_probabilities: of each clip's candidate, in [0, 1].
        threshold: above it a caption counts as erroneous.
        penalty: the part of the score that is taken away.
    """
    return scores * (1.0 - penalty * has_error(error_probabilities, threshold))


class FluencyErrorDetector:
    """The classifier: a BERT and a linear layer on the state of its first token."""

    def __init__(self, checkpoint: Path, device: str = "cpu") -> None:
        """Load a checkpoint of FENSE's format: model_type, num_classes and state_dict.

        Args:
            checkpoint: see ``find_checkpoint``.
            device: torch's spelling.

        Raises:
            MissingWeightsError: it is damaged or of another format, or the configuration and
                tokenizer of the BERT that it names are not on this machine.
        """
        from transformers import AutoConfig, AutoModel

        model_type, states = read_checkpoint(checkpoint)
        folder, _ = find_folder(model_type)
        config = read_config(AutoConfig, folder)
        bert: PreTrainedModel = AutoModel.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
        try:
            bert.load_state_dict(_part(states, "encoder."))
            self._weight, self._bias = (
                states["clf.weight"].to(device),
                states["clf.bias"].to(device),
            )
        except (KeyError, RuntimeError) as error:
            raise MissingWeightsError(
                f"the weights in {checkpoint} are not those of a classifier on {model_type}, "
                f"as found in {folder}: {error}"
            ) from error
        self.name = checkpoint.stem
        self._sha256 = CHECKPOINT_SHA256.get(self.name) or hash_weights([checkpoint])
        self._encoder = TextEncoder(bert, load_tokenizer(folder), device, _MAX_TOKENS)

    def signature_parts(self) -> tuple[Part, ...]:
        """Say what decides which captions count as erroneous."""
        return (
            ("model", self.name),
            ("detector", self._sha256[:12]),
            ("tokenizer", hash_tokenizer(self._encoder.tokenizer)),
            ("max_tokens", str(self._encoder.max_tokens)),
            ("threshold", str(_THRESHOLD)),
        )

    def probabilities(self, captions: Sequence[str]) -> NDArray[np.float64]:
        """Classify captions, each different one once.

        They are lowered and lose their punctuation first, and are cut after 64 tokens.

        Returns:
            ``(n_captions, 6)``: the probability of each error, columns as ERROR_NAMES.
        """
        texts = [re.sub(r"[^\w\s]", "", caption).lower() for caption in captions]
        distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        by_text = np.zeros((len(distinct), len(ERROR_NAMES)))
        token_ids = self._encoder.token_ids(list(distinct))
        for rows, states in self._encoder.hidden_states(token_ids, f"FER: {self.name}"):
            logits = states[:, 0] @ self._weight.T + self._bias
            by_text[rows] = logits.sigmoid().cpu().numpy()
        return by_text[[distinct[text] for text in texts]]

    def error_probabilities(self, captions: Sequence[str]) -> NDArray[np.float64]:
        """Return ``(n_captions,)``: the probability of any error, for FER and ``penalise``."""
        return self.probabilities(captions)[:, ERROR_NAMES.index("error")]


def find_checkpoint(named: str | Path = "base") -> Path:
    """Find the classifier's weights and make sure that a published one is whole.

    Args:
        named: a file, or a published classifier by its name or its size, ``base`` or ``tiny``.
            That is looked for in the folder of models and where aac-metrics keeps it (FENSE_DATA,
            or torch's hub folder).

    Raises:
        MissingWeightsError: it is in none of the places, or its content is another.
    """
    path = Path(_BY_SIZE.get(str(named), named)).expanduser()
    name = f"{path.name}.ckpt" if path.name in CHECKPOINT_SHA256 else path.name
    places = [path, *(folder / name for folder in _checkpoint_folders())]
    checkpoint = next((place for place in places if place.is_file()), None)
    if checkpoint is None:
        raise MissingWeightsError(
            f"the fluency error detector {str(named)!r} is not on this machine. Looked for "
            f"{', '.join(map(str, places))}. {_how_to_get(path.name)}"
        )
    expected = CHECKPOINT_SHA256.get(checkpoint.stem)
    if expected is not None and (sha256 := hash_weights([checkpoint])) != expected:
        raise MissingWeightsError(
            f"the weights in {checkpoint} have sha256 {sha256}; expected {expected}. "
            f"Remove it. {_how_to_get(checkpoint.stem)}"
        )
    return checkpoint


def _checkpoint_folders() -> list[Path]:
    fense = os.environ.get("FENSE_DATA")
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    torch_home = os.environ.get("TORCH_HOME") or f"{cache}/torch"
    return [models_root(), Path(fense or f"{torch_home}/hub/fense_data").expanduser()]


def _how_to_get(name: str) -> str:
    if (size := SIZES.get(name.removesuffix(".ckpt"))) is None:
        return f"Put it into {models_root()}."
    option = "" if size == "base" else f" --detector {size}"
    return (
        f"Get it with `bench fetch fense{option}`, or put {RELEASE}/{name.removesuffix('.ckpt')}"
        f".ckpt into {models_root()}."
    )


def read_checkpoint(checkpoint: Path) -> tuple[str, dict[str, Tensor]]:
    """Read a classifier's file: the name of its BERT, and all weights by name.

    Raises:
        MissingWeightsError: it is damaged or of another format, or tells other classes apart.
    """
    import torch

    try:
        content = torch.load(checkpoint, map_location="cpu", weights_only=True)
        model_type, states = str(content["model_type"]), dict(content["state_dict"])
        n_classes = int(content["num_classes"])
    except Exception as error:  # torch.load fails in any way on a damaged file
        raise MissingWeightsError(
            f"cannot read {checkpoint} as a fluency error detector: {error!r}. Expected a torch "
            "file of plain tensors with model_type, num_classes and state_dict."
        ) from error
    if n_classes != len(ERROR_NAMES):
        raise MissingWeightsError(
            f"{checkpoint} tells {n_classes} classes apart; expected {len(ERROR_NAMES)}: "
            f"{', '.join(ERROR_NAMES)}."
        )
    return model_type, states


def _part(states: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    # Checkpoints of old transformers store position ids too, which are no weights.
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in states.items()
        if name.startswith(prefix) and not name.endswith(".position_ids")
    }
