"""Any audio classification model of transformers as a tagger (AST, Wav2Vec2, ...)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import fingerprint
from benchmark.contract import UNKNOWN, Waveform
from benchmark.errors import MissingWeightsError
from benchmark.models.codeless import require_codeless
from benchmark.models.exact import exact_inference
from benchmark.models.pretrained import load_pretrained
from benchmark.models.weights import ChosenModel, hash_weights

_CODE_VERSION = 1
_WINDOW_S = 10.0  # AudioSet's clips are of that length; AST hears no more
_SHORTEST_S = 1.0  # several front ends fail on less


class TransformersTagger:
    """A classifier and its feature extractor, run on one window of sound at a time."""

    trained_on = (UNKNOWN,)

    def __init__(self, model: ChosenModel, device: str = "cpu") -> None:
        """Load the model; nothing is fetched and no code of it is run.

        Args:
            model: a folder as transformers saves it, with weights and
                ``preprocessor_config.json``.
            device: torch's spelling.

        Raises:
            MissingWeightsError: a file is missing or is no audio classifier's.
        """
        import transformers

        extractors: Any = transformers.AutoFeatureExtractor  # partly untyped
        require_codeless(model.folder)
        try:
            self._extract = extractors.from_pretrained(
                model.folder, local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError) as error:
            raise MissingWeightsError(
                f"cannot load the tagger in {model.folder}: {error} Expected an audio "
                "classification model with config.json, preprocessor_config.json and weights, as "
                "transformers saves them."
            ) from error
        classifier = load_pretrained(transformers.AutoModelForAudioClassification, model.folder)
        self._model = classifier.float().eval().to(device)
        self._device = device
        config = classifier.config
        self._is_exclusive = config.problem_type == "single_label_classification"
        self.name = model.name
        self.sample_rate_hz: int = self._extract.sampling_rate
        self.labels = tuple(config.id2label[number] for number in range(config.num_labels))
        self.fingerprint = fingerprint(
            {
                "tagger": "transformers",
                "code": _CODE_VERSION,
                "weights": model.sha256,
                "config": hash_weights(sorted(model.folder.glob("*config.json"))),
            }
        )

    def score(self, waveform: Waveform) -> NDArray[np.float32]:
        """Score every label, as the mean over windows of at most 10 s, evenly spread.

        Args:
            waveform: ``(n_samples,)``, mono at ``sample_rate_hz``.

        Returns:
            ``(n_labels,)``, in [0, 1]: sigmoids, or a softmax where the model's configuration
            says that labels exclude each other.
        """
        scores = [self._score_window(window) for window in self._windows(waveform)]
        return np.asarray(np.mean(scores, axis=0), dtype=np.float32)

    def _windows(self, waveform: Waveform) -> list[Waveform]:
        length = round(_WINDOW_S * self.sample_rate_hz)
        if len(waveform) <= length:
            shortest = round(_SHORTEST_S * self.sample_rate_hz)
            return [np.pad(waveform, (0, max(0, shortest - len(waveform))))]
        n_windows = -(-len(waveform) // length)
        starts = np.linspace(0, len(waveform) - length, n_windows).round().astype(int)
        return [waveform[start : start + length] for start in starts]

    def _score_window(self, window: Waveform) -> NDArray[np.float32]:
        inputs = self._extract(window, sampling_rate=self.sample_rate_hz, return_tensors="pt")
        with exact_inference():
            logits = self._model(**inputs.to(self._device)).logits[0]
            scores = logits.softmax(dim=0) if self._is_exclusive else logits.sigmoid()
        return np.asarray(scores.cpu().numpy(), dtype=np.float32)
