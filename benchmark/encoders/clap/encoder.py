"""CLAP (Wu et al. 2023) as transformers has it: sounds and captions in one space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import fingerprint
from benchmark.contract import UNKNOWN, Embeddings, EncoderSpec, Waveform
from benchmark.encoders.clap.front_end import ClapFrontEnd
from benchmark.encoders.waveforms import embed_each
from benchmark.errors import MissingWeightsError
from benchmark.models.checksums import NotedSum, require_sum
from benchmark.models.codeless import read_object
from benchmark.models.exact import exact_inference
from benchmark.models.model_files import list_model_files
from benchmark.models.needs import need_model
from benchmark.models.pretrained import load_pretrained, require_files
from benchmark.models.products import speed_up_linear_layers
from benchmark.models.text_encoder import TextEncoder, load_tokenizer, plain_tokenizer
from benchmark.models.weights import ChosenModel, choose_model, hash_matching

if TYPE_CHECKING:
    from torch import Tensor

DEFAULT_NAME = "laion/clap-htsat-unfused"
_CODE_VERSION = 1
# What turns sounds and captions into input, besides the weights that turn it into vectors.
_SMALL_FILES = ("*config.json", "tokenizer.json", "vocab.*", "merges.txt", "*_tokens*.json")
_LAION_630K = ("audiocaps", "clotho", "audioset", "laion-audio-630k")
_TRAINED_ON = {
    DEFAULT_NAME: _LAION_630K,
    "laion/larger_clap_general": (*_LAION_630K, UNKNOWN),  # music and speech besides
}


@dataclass(frozen=True, slots=True)
class ClapOptions:
    """Which model.

    Attributes:
        model: a folder, or a model's name as on the hub.
        sha256: of its weights; others are refused. None takes them as they are, where neither a
            ``SHA256SUMS`` in the folder nor the hub's cache knows better.
    """

    model: str = DEFAULT_NAME
    sha256: str | None = None


class Clap:
    """A CLAP without feature fusion; each sound is embedded by itself."""

    def __init__(self, model: ChosenModel, *, name: str, device: str = "cpu") -> None:
        """Load the model; nothing is fetched and no code of it is run.

        Args:
            model: a folder as transformers saves it; ``pytorch_model.bin`` will do, the form in
                which LAION published its models.
            name: the canonical spelling.
            device: torch's spelling.

        Raises:
            MissingWeightsError: a file is missing or damaged, or is no such model's.
        """
        from transformers import ClapModel

        folder = model.folder
        require_files(folder, "config.json", "tokenizer.json|vocab.json")
        _require_clap(folder)
        network = load_pretrained(ClapModel, folder).float().eval().to(device)
        speed_up_linear_layers(network)
        config = network.config
        self._front_end = ClapFrontEnd(folder, config.audio_config)
        self._network = network
        self._device = device
        tokenizer = load_tokenizer(folder)
        max_tokens = min(_longest_text(config.text_config), tokenizer.model_max_length)
        self._text = TextEncoder(network.text_model, tokenizer, device, max_tokens)
        self.tokenizer = plain_tokenizer(tokenizer)
        self.name = name
        self.dim: int = config.projection_dim
        self.sample_rate_hz = self._front_end.sample_rate_hz
        self.trained_on = _TRAINED_ON.get(model.name, (UNKNOWN,))
        self.fingerprint = fingerprint(
            {
                "encoder": "clap",
                "code": _CODE_VERSION,
                "weights": model.sha256,
                "files": hash_matching(folder, _SMALL_FILES),
            }
        )

    def embed_audio(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """Embed sounds: the mean of their windows' unit embeddings, at unit length again.

        Args:
            waveforms: mono, ``(n_samples,)`` each, at ``sample_rate_hz``; of any length. See
                ``ClapFrontEnd.spectrograms`` for how they are cut.

        Returns:
            ``(n_waveforms, dim)``, unit rows.

        Raises:
            DataError: a sound is empty or holds values that are not finite.
        """
        return embed_each(waveforms, self._embed, self.dim)

    def embed_text(self, captions: Sequence[str]) -> Embeddings:
        """Embed captions; what is longer than the model's limit (512 tokens) is cut.

        Returns:
            ``(n_captions, dim)``, unit rows.
        """
        return self._text.embed(captions, self._project_text, self.dim, self.name)

    def _embed(self, waveform: Waveform) -> NDArray[np.float64]:
        total = np.zeros(self.dim)
        for spectrograms in self._front_end.spectrograms(waveform):
            total += self._embed_windows(spectrograms).sum(axis=0, dtype=np.float64)
        unit: NDArray[np.float64] = total / np.linalg.norm(total)
        return unit

    def _embed_windows(self, spectrograms: Tensor) -> Embeddings:
        network = self._network
        with exact_inference():
            states = network.audio_model(input_features=spectrograms.to(self._device))
            rows = network.audio_projection(states.pooler_output)
            units: Embeddings = (rows / rows.norm(dim=1, keepdim=True)).cpu().numpy()
        return units

    def _project_text(self, states: Tensor) -> Tensor:
        network = self._network
        projected: Tensor = network.text_projection(network.text_model.pooler(states))
        return projected


def load_clap(options: ClapOptions, name: str, device: str) -> Clap:
    """Load a CLAP.

    Args:
        options: which model; it is never replaced by another.
        name: the canonical spelling.
        device: torch's spelling.

    Raises:
        MissingWeightsError: the model is not on this machine or cannot be used.
    """
    model = choose_model(options.model, options.model)
    if options.sha256:
        require_sum(model.folder, model.sha256, NotedSum(options.sha256, "the option sha256"))
    return Clap(model, name=name, device=device)


SPEC = EncoderSpec(
    name="clap",
    summary="sounds and captions: a CLAP of transformers, laion/clap-htsat-unfused unless named",
    abilities=("embed_audio", "embed_text"),
    options=ClapOptions,
    load=load_clap,
    trained_on=_LAION_630K,
    files=lambda options: list_model_files(options.model),
    needs=lambda options: [need_model(options.model)],
)


def _require_clap(folder: Path) -> None:
    path = folder / "config.json"
    model_type = read_object(path).get("model_type")
    if model_type != "clap":
        raise MissingWeightsError(
            f"{path} is of a model of type {model_type!r}; expected 'clap', as "
            f"{DEFAULT_NAME} is. Choose another model."
        )


def _longest_text(config: Any) -> int:
    # RoBERTa counts positions from the one after the padding token's number.
    longest: int = config.max_position_embeddings - config.pad_token_id - 1
    return longest
