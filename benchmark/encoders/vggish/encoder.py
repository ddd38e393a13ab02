"""VGGish (Hershey et al. 2017): one 128-wide vector for each 0.96 s of sound."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmark.artifacts import fingerprint
from benchmark.contract import Embeddings, EncoderSpec, Need, Waveform
from benchmark.encoders import melspectrogram
from benchmark.encoders.vggish.weights import (
    pca_file,
    random_weights,
    read_pca,
    read_weights,
    vggish_needs,
    weights_file,
)
from benchmark.encoders.waveforms import require_sounds
from benchmark.models.exact import exact_inference

if TYPE_CHECKING:
    from torch import Tensor

RANDOM = "random"
_TRAINED_ON = ("youtube-8m",)
_CODE_VERSION = 1
_POOL_AFTER = frozenset({0, 3, 8, 13})  # layer numbers of the convolutions that a pooling follows
_PCA_LIMIT = 2.0


@dataclass(frozen=True, slots=True)
class VggishOptions:
    """Which parameters, and what is done with the network's output.

    Attributes:
        weights: a file; ``random`` draws them; none looks in the folder of models.
        seed: of random weights.
        postprocess: ``none`` leaves the 128 values after the last ReLU; ``pca`` makes the
            vectors of AudioSet's release: whitened, clipped to [-2, 2], in 256 steps, 0 to 255.
        pca: the file of the PCA parameters; none looks in the folder of models.
    """

    weights: str | None = None
    seed: int = 0
    postprocess: Literal["none", "pca"] = "none"
    pca: str | None = None


class Vggish:
    """The network and its front end; each sound is embedded by itself."""

    sample_rate_hz = melspectrogram.SAMPLE_RATE_HZ
    dim = 128

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        *,
        name: str,
        pca: tuple[Tensor, Tensor] | None = None,
        trained_on: tuple[str, ...] = (),
        device: str = "cpu",
    ) -> None:
        """Take parameters as ``vggish_weights`` reads them.

        Args:
            weights: see ``vggish_weights.SHAPES``.
            name: the canonical spelling.
            pca: eigenvectors ``(128, 128)`` and means ``(128,)``; None leaves the raw output.
            trained_on: what the weights have seen.
            device: torch's spelling.
        """
        self.name = name
        self.trained_on = trained_on
        self._device = device
        self._weights = {key: value.to(device) for key, value in weights.items()}
        self._pca = pca
        self.fingerprint = fingerprint(
            {
                "encoder": "vggish",
                "code": _CODE_VERSION,
                "front_end": melspectrogram.VGGISH.fingerprint,
                "weights": _hash_tensors(weights),
                "pca": _hash_tensors(dict(zip("em", pca, strict=True))) if pca else None,
            }
        )

    def embed_patches(self, waveforms: Sequence[Waveform]) -> list[Embeddings]:
        """Embed sounds at 16 kHz, patch by patch.

        A sound is cut every 0.96 s and its incomplete end is dropped, as in the original; one
        shorter than a patch (0.975 s) is filled with silence. 10 s give 10 patches.

        Args:
            waveforms: mono, ``(n_samples,)`` each.

        Returns:
            For each sound ``(n_patches, 128)``.

        Raises:
            DataError: a sound is empty or holds values that are not finite.
        """
        require_sounds(waveforms)
        return [self._embed(waveform) for waveform in waveforms]

    def _embed(self, waveform: Waveform) -> Embeddings:
        import torch

        parts = []
        with exact_inference():
            for patches in melspectrogram.log_mel_patches(waveform, melspectrogram.VGGISH):
                raw = forward(self._weights, torch.from_numpy(patches).to(self._device)).cpu()
                parts.append((_quantised_pca(raw, *self._pca) if self._pca else raw).numpy())
        return np.concatenate(parts)


def load_vggish(options: VggishOptions, name: str, device: str) -> Vggish:
    """Load VGGish as the options say.

    Args:
        options: which parameters.
        name: the canonical spelling.
        device: torch's spelling.

    Raises:
        MissingWeightsError: parameters are not on this machine, or are not VGGish's.
    """
    is_random = options.weights == RANDOM
    weights = random_weights(options.seed) if is_random else read_weights(options.weights)
    pca = read_pca(options.pca) if options.postprocess == "pca" else None
    trained_on = () if is_random else _TRAINED_ON
    return Vggish(weights, name=name, pca=pca, trained_on=trained_on, device=device)


def _files(options: VggishOptions) -> list[Path]:
    weights = None if options.weights == RANDOM else weights_file(options.weights)
    pca = pca_file(options.pca) if options.postprocess == "pca" else None
    return [path for path in (weights, pca) if path]


def _needs(options: VggishOptions) -> list[Need]:
    if options.weights == RANDOM and options.postprocess != "pca":
        return []
    files = vggish_needs(options.weights, options.pca, is_processed=options.postprocess == "pca")
    return files[1:] if options.weights == RANDOM else files


SPEC = EncoderSpec(
    name="vggish",
    summary="sequences of sounds: VGGish, 128 values for each 0.96 s (Hershey et al. 2017)",
    abilities=("embed_patches",),
    options=VggishOptions,
    load=load_vggish,
    trained_on=_TRAINED_ON,
    files=_files,
    needs=_needs,
)


def forward(weights: Mapping[str, Tensor], patches: Tensor) -> Tensor:
    """Run the network: log-mel patches ``(n, 96, 64)`` to ``(n, 128)``, at least 0 each."""
    from torch.nn.functional import conv2d, linear, max_pool2d

    states = patches[:, None]
    for layer in (0, 3, 6, 8, 11, 13):
        kernel, bias = weights[f"features.{layer}.weight"], weights[f"features.{layer}.bias"]
        states = conv2d(states, kernel, bias, padding=1).relu()
        if layer in _POOL_AFTER:
            states = max_pool2d(states, 2)
    # TensorFlow's order, in which the weights were trained: time, band, channel.
    states = states.permute(0, 2, 3, 1).flatten(1)
    for layer in (0, 2, 4):
        kernel, bias = weights[f"embeddings.{layer}.weight"], weights[f"embeddings.{layer}.bias"]
        states = linear(states, kernel, bias).relu()
    return states


def _quantised_pca(raw: Tensor, eigenvectors: Tensor, means: Tensor) -> Tensor:
    whitened = (raw - means) @ eigenvectors.T
    return ((whitened.clamp(-_PCA_LIMIT, _PCA_LIMIT) + _PCA_LIMIT) * 255 / (2 * _PCA_LIMIT)).round()


def _hash_tensors(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.blake2b(digest_size=32)
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tuple(tensor.shape)} ".encode())
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()
