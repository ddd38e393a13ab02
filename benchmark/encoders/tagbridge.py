"""tagbridge: a tagger and a sentence encoder make a joint space of sounds and captions.

A sound is the mean of the sentence embeddings of what the tagger hears in it ("the sound of
typing"), weighted by how sure the tagger is. Nothing is trained, and no paired data are seen
beyond what the tagger was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import fingerprint
from benchmark.contract import Embeddings, EncoderSpec, Need, Waveform
from benchmark.encoders.sentence import SentenceEncoder, SentenceOptions, load_sentence
from benchmark.encoders.waveforms import embed_each, require_sounds
from benchmark.errors import DataError
from benchmark.models.model_files import list_model_files
from benchmark.models.needs import need_model
from benchmark.models.weights import OFFLINE_NAME, choose_model

_CODE_VERSION = 1
_LABEL = "{label}"
_LOG_UNIT = 0.01


@dataclass(frozen=True, slots=True)
class TagbridgeOptions:
    """Which models are joined, and how.

    Attributes:
        tagger: ``yamnet``, or a folder or name of an audio classifier of transformers; a folder
            may hold YAMNet's TFLite file too.
        sentence: the sentence model, a folder or a name.
        n_labels: how many of the likeliest labels make up a sound.
        prompt: a label becomes this sentence.
        weighting: ``score`` weighs labels by their score s; ``log`` by log(1 + s / 0.01), which
            gives the less likely ones more say.
        centred: take the mean of all the tagger's labels off each label, so that what they share
            (the prompt's words) does not draw captions with the same words.
    """

    tagger: str = "yamnet"
    sentence: str = OFFLINE_NAME
    n_labels: int = 8
    prompt: str = "the sound of {label}"
    weighting: Literal["score", "log"] = "score"
    centred: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.n_labels < 1:
            raise ValueError(f"n_labels={self.n_labels}; expected at least 1.")
        if _LABEL not in self.prompt:
            raise ValueError(f"prompt={self.prompt!r}; expected a sentence with {_LABEL} in it.")


class Tagger(Protocol):
    """Says how likely each of its labels is heard in a sound."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def sample_rate_hz(self) -> int: ...

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def trained_on(self) -> tuple[str, ...]: ...

    def score(self, waveform: Waveform) -> NDArray[np.float32]:
        """Score every label: ``(n_samples,)`` to ``(n_labels,)``, in [0, 1]."""
        ...


class Tagbridge:
    """A tagger joined to a sentence encoder."""

    def __init__(
        self, tagger: Tagger, sentence: SentenceEncoder, options: TagbridgeOptions, name: str
    ) -> None:
        """Join the two; every label is embedded once, here.

        Args:
            tagger: hears.
            sentence: embeds labels and captions.
            options: how; ``tagger`` and ``sentence`` of it are not looked at.
            name: the canonical spelling.
        """
        self.name = name
        self.tagger = tagger
        self.sample_rate_hz = tagger.sample_rate_hz
        self.dim = sentence.dim
        self.tokenizer = sentence.tokenizer
        self.trained_on = tuple(dict.fromkeys((*tagger.trained_on, *sentence.trained_on)))
        self._sentence = sentence
        self._options = options
        prompts = [options.prompt.replace(_LABEL, label) for label in tagger.labels]
        labels = sentence.embed_text(prompts).astype(np.float64)
        self._mean_label = labels.mean(axis=0)
        self._labels = labels - self._mean_label if options.centred else labels
        self.fingerprint = fingerprint(
            {
                "encoder": "tagbridge",
                "code": _CODE_VERSION,
                "tagger": tagger.fingerprint,
                "sentence": sentence.fingerprint,
                "n_labels": options.n_labels,
                "prompt": options.prompt,
                "weighting": options.weighting,
                "centred": options.centred,
            }
        )

    def embed_audio(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """Embed sounds.

        Where the tagger gives every label a score of 0, a sound is the mean of all labels.

        Args:
            waveforms: mono, ``(n_samples,)`` each, at ``sample_rate_hz``.

        Returns:
            ``(n_waveforms, dim)``, unit rows.

        Raises:
            DataError: a sound is empty or holds values that are not finite.
        """
        return embed_each(waveforms, self._embed, self.dim)

    def embed_text(self, captions: Sequence[str]) -> Embeddings:
        """Embed captions: ``(n_captions, dim)``, unit rows."""
        return self._sentence.embed_text(captions)

    def tags(self, waveform: Waveform) -> list[tuple[str, float]]:
        """List the labels that make up a sound and their scores, likeliest first.

        Raises:
            DataError: as ``embed_audio``.
        """
        require_sounds([waveform])
        scores = self.tagger.score(waveform)
        return [(self.tagger.labels[number], float(scores[number])) for number in self._top(scores)]

    def _top(self, scores: NDArray[np.float32]) -> NDArray[np.intp]:
        return np.argsort(-scores, kind="stable")[: self._options.n_labels]

    def _embed(self, waveform: Waveform) -> NDArray[np.float64]:
        return self._mix(self.tagger.score(waveform))

    def _mix(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        top = self._top(scores)
        weights = scores[top].astype(np.float64)
        if self._options.weighting == "log":
            weights = np.log1p(weights / _LOG_UNIT)
        mixed = weights @ self._labels[top] if weights.any() else self._mean_label
        length = np.linalg.norm(mixed)
        if length == 0:
            raise DataError(
                f"{self.name}: the labels of a sound cancel each other out. Use another n_labels."
            )
        unit: NDArray[np.float64] = mixed / length
        return unit


def load_tagbridge(options: TagbridgeOptions, name: str, device: str) -> Tagbridge:
    """Load tagger and sentence encoder.

    Args:
        options: which ones, and how they are joined.
        name: the canonical spelling.
        device: torch's spelling; YAMNet stays on the CPU.

    Raises:
        MissingWeightsError: a model is not on this machine or cannot be used.
        MachineError: YAMNet's interpreter is not installed.
    """
    sentence = load_sentence(SentenceOptions(options.sentence), name, device)
    return Tagbridge(_load_tagger(options.tagger, device), sentence, options, name)


def _tagger_files(tagger: str) -> list[Path]:
    from benchmark.encoders.yamnet import LABELS_FILE, MODEL_FILE, yamnet_folder

    folder = yamnet_folder() if tagger == "yamnet" else Path(tagger).expanduser()
    own = [path for name in (MODEL_FILE, LABELS_FILE) if (path := folder / name).is_file()]
    return own or ([] if tagger == "yamnet" else list_model_files(tagger))


def _needs(options: TagbridgeOptions) -> list[Need]:
    from benchmark.encoders.yamnet import MODEL_FILE, yamnet_folder, yamnet_needs

    named = Path(options.tagger).expanduser()
    sentence = need_model(options.sentence)
    if options.tagger == "yamnet":
        return [sentence, *yamnet_needs(yamnet_folder())]
    if (named / MODEL_FILE).is_file():
        return [sentence, *yamnet_needs(named)]
    return [sentence, need_model(options.tagger)]


SPEC = EncoderSpec(
    name="tagbridge",
    summary="sounds and captions: an AudioSet tagger's labels, embedded by a sentence transformer",
    abilities=("embed_audio", "embed_text"),
    options=TagbridgeOptions,
    load=load_tagbridge,
    trained_on=("audioset:train", "sentence-transformers:1b-pairs"),
    files=lambda options: [*_tagger_files(options.tagger), *list_model_files(options.sentence)],
    needs=_needs,
)


def _load_tagger(tagger: str, device: str) -> Tagger:
    from benchmark.encoders.transformers_tagger import TransformersTagger
    from benchmark.encoders.yamnet import MODEL_FILE, Yamnet, yamnet_folder

    if tagger == "yamnet":
        return Yamnet(yamnet_folder())
    if (Path(tagger).expanduser() / MODEL_FILE).is_file():
        return Yamnet(Path(tagger).expanduser())
    return TransformersTagger(choose_model(tagger, tagger), device)
