"""The encoder: a sound by CNN14, a caption by BERT's first token, each through its projection."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmark.artifacts import fingerprint
from benchmark.contract import Embeddings, EncoderSpec, Need, Waveform
from benchmark.encoders.ase import checkpoint, front_end, network
from benchmark.encoders.waveforms import embed_each
from benchmark.errors import MissingWeightsError
from benchmark.models.codeless import read_config
from benchmark.models.exact import exact_inference
from benchmark.models.model_files import list_tokenizer_files
from benchmark.models.needs import need_configuration
from benchmark.models.products import speed_up_linear_layers
from benchmark.models.text_encoder import TextEncoder, load_tokenizer, plain_tokenizer
from benchmark.models.weights import find_folder, hash_matching

if TYPE_CHECKING:
    from torch import Tensor

BERT_NAME = "bert-base-uncased"
_CODE_VERSION = 1
_MAX_TOKENS = 30
_SMALL_FILES = ("config.json", "tokenizer*.json", "vocab.txt")
_PUNCTUATION = re.compile(r'[(,.!?;:|*")]')


@dataclass(frozen=True, slots=True)
class AseOptions:
    """Which checkpoint, and what captions look like.

    Attributes:
        checkpoint: a file as WavCaps' training writes it, required; nothing is fetched.
        sha256: of the file; another is refused. None leaves it to a ``SHA256SUMS`` beside it.
        text: ``raw`` leaves captions as they are; ``normalised`` writes them as the model's
            training did, in lower case and with blanks for the punctuation (,.!?;:|*").
        trained_on: what the checkpoint has seen, with blanks between. Which data the public files
            were trained on besides WavCaps is in doubt.
    """

    checkpoint: str | None = None
    sha256: str | None = None
    text: Literal["raw", "normalised"] = "raw"
    trained_on: str = "wavcaps unknown"


class Ase:
    """CNN14-BERT; each sound is heard whole and embedded by itself."""

    sample_rate_hz = front_end.SAMPLE_RATE_HZ

    def __init__(
        self, path: Path, bert_folder: Path, options: AseOptions, *, name: str, device: str = "cpu"
    ) -> None:
        """Load the model.

        Args:
            path: the checkpoint.
            bert_folder: BERT's configuration and tokenizer; weights in it are not looked at.
            options: how; ``checkpoint`` of it is not looked at.
            name: the canonical spelling.
            device: torch's spelling.

        Raises:
            MissingWeightsError: a file is missing, damaged, or of another model.
        """
        sha256 = checkpoint.hash_checkpoint(path, options.sha256)
        tokenizer = load_tokenizer(bert_folder)
        bert = _build_bert(bert_folder)
        state = checkpoint.read_state(path)
        checkpoint.require_state(path, state, bert.state_dict())
        bert.load_state_dict(checkpoint.part_of(state, checkpoint.TEXT))
        speed_up_linear_layers(bert)
        self._audio = _on(device, checkpoint.part_of(state, checkpoint.AUDIO))
        self._audio_projection = _on(device, checkpoint.part_of(state, "audio_proj."))
        self._text_projection = _on(device, checkpoint.part_of(state, "text_proj."))
        self._text = TextEncoder(bert, tokenizer, device, _MAX_TOKENS)
        self._is_normalised = options.text == "normalised"
        self.tokenizer = plain_tokenizer(tokenizer)
        self.name = name
        self.dim = len(state["text_proj.2.bias"])
        self.trained_on = tuple(options.trained_on.split())
        self.fingerprint = fingerprint(
            {
                "encoder": "ase",
                "code": _CODE_VERSION,
                "weights": sha256,
                "bert": hash_matching(bert_folder, _SMALL_FILES),
                "text": options.text,
            }
        )

    def embed_audio(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """Embed sounds, whole; one shorter than 0.63 s is filled with silence.

        Args:
            waveforms: mono, ``(n_samples,)`` each, at 32 kHz; of any length, in bounded memory.

        Returns:
            ``(n_waveforms, dim)``, unit rows.

        Raises:
            DataError: a sound is empty or holds values that are not finite.
        """
        return embed_each(waveforms, self._embed, self.dim)

    def embed_text(self, captions: Sequence[str]) -> Embeddings:
        """Embed captions; what is longer than 30 tokens is cut, as in the model's training.

        Returns:
            ``(n_captions, dim)``, unit rows.
        """
        texts = [normalise_caption(c) for c in captions] if self._is_normalised else captions
        return self._text.embed(texts, self._project_text, self.dim, self.name)

    def _embed(self, waveform: Waveform) -> Embeddings:
        with exact_inference():
            row = project(self._audio_projection, network.pooled_output(self._audio, waveform))
            unit: Embeddings = (row / row.norm()).cpu().numpy()
        return unit

    def _project_text(self, states: Tensor) -> Tensor:
        return project(self._text_projection, states[:, 0])


def load_ase(options: AseOptions, name: str, device: str) -> Ase:
    """Load the model of a checkpoint.

    Args:
        options: which checkpoint, and how captions are written.
        name: the canonical spelling.
        device: torch's spelling.

    Raises:
        MissingWeightsError: no checkpoint was named, or it cannot be used, or BERT's
            configuration and tokenizer are not on this machine.
    """
    path = checkpoint.find_checkpoint(options.checkpoint)
    folder, _ = find_folder(BERT_NAME)
    return Ase(path, folder, options, name=name, device=device)


def _checkpoints(options: AseOptions) -> list[Path]:
    path = Path(options.checkpoint).expanduser() if options.checkpoint else None
    return [path] if path and path.is_file() else []


def _needs(options: AseOptions) -> list[Need]:
    def look() -> None:
        checkpoint.find_checkpoint(options.checkpoint)

    return [Need(look), need_configuration(BERT_NAME)]


SPEC = EncoderSpec(
    name="ase",
    summary="sounds and captions: WavCaps' CNN14 and BERT, from a checkpoint file",
    abilities=("embed_audio", "embed_text"),
    options=AseOptions,
    load=load_ase,
    trained_on=("wavcaps", "unknown"),
    files=lambda options: [*_checkpoints(options), *list_tokenizer_files(BERT_NAME)],
    needs=_needs,
)


def normalise_caption(caption: str) -> str:
    """Write a caption as the model's training did.

    BERT's tokenizer takes any white space for one blank, so that no more is done about it.
    """
    return _PUNCTUATION.sub(" ", caption.lower())


def project(weights: Mapping[str, Tensor], states: Tensor) -> Tensor:
    """Run a projection, two layers with a ReLU between: ``(..., width)`` to ``(..., dim)``."""
    from torch.nn.functional import linear

    hidden = linear(states, weights["0.weight"], weights["0.bias"]).relu()
    return linear(hidden, weights["2.weight"], weights["2.bias"])


def _build_bert(folder: Path) -> Any:
    from transformers import BertConfig, BertModel

    try:
        config = read_config(BertConfig, folder)
        return BertModel(config, add_pooling_layer=False)
    except (OSError, ValueError, TypeError) as error:
        raise MissingWeightsError(
            f"cannot read {folder / 'config.json'}: {error} Expected the configuration of "
            f"{BERT_NAME}. Fetch it again."
        ) from error


def _on(device: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.to(device) for name, tensor in tensors.items()}
