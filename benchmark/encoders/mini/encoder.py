"""The encoder: towers, tokenizer and front end, ready to use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import fingerprint
from benchmark.contract import Embeddings, EncoderSpec, Waveform
from benchmark.encoders import melspectrogram
from benchmark.encoders.mini.weights import MiniFile
from benchmark.encoders.waveforms import embed_each, require_sounds
from benchmark.errors import MissingWeightsError
from benchmark.models.checksums import NotedSum, require_sum
from benchmark.models.exact import exact_inference
from benchmark.models.weights import hash_weights


@dataclass(frozen=True, slots=True)
class ShippedFile:
    """Weights that the package brings: where they lie, and what they must hash to."""

    path: Path
    sha256: str


SHIPPED = {
    name: ShippedFile(Path(__file__).with_name(f"{name}.safetensors"), sha256)
    for name, sha256 in {
        "mini": "f4dfa44f1782fb4052d9c2c2ae7cce90f4e74a4f92edd60e1be66475d026c2fc",
        "mini-gap": "6601af52f01dcf3beff0441d7c8bb7a3952d4396cd2277c25803b008f5112cfe",
    }.items()
}
"""By the encoder's name; each was trained with the settings of that name in ``training``."""
TRAINED_ON = ("soundscapes:pretrain",)
_CODE_VERSION = 1
_FRONT_END = melspectrogram.VGGISH
_FRAME_SAMPLES, _HOP_SAMPLES = 400, 160
_LONGEST_WINDOW_S = 10
_PATCH_S = 0.96  # as VGGish's
_CAPTIONS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class MiniOptions:
    """Which weights.

    Attributes:
        weights: a file of ``bench encoders build-mini``; None means the shipped one of this name.
    """

    weights: str | None = None


class Mini:
    """A joint encoder for the embedded data set, of sequences too; each sound by itself."""

    sample_rate_hz = melspectrogram.SAMPLE_RATE_HZ
    trained_on = TRAINED_ON

    def __init__(
        self, path: Path, *, name: str, device: str = "cpu", sha256: str | None = None
    ) -> None:
        """Load the weights.

        Args:
            path: the file.
            name: the canonical spelling.
            device: torch's spelling.
            sha256: what the file must have; None takes it as it is.

        Raises:
            MissingWeightsError: the file is missing, damaged or not mini's.
        """
        from tokenizers import Tokenizer

        if not path.is_file():
            raise MissingWeightsError(
                f"no file {path}; expected mini's weights. The package brings them, and "
                "`bench encoders build-mini -o FILE` builds others."
            )
        weights_sha256 = hash_weights([path])
        if sha256 is not None:
            require_sum(path, weights_sha256, NotedSum(sha256, "this version of aac-bench"))
        file = MiniFile.read(path)
        self.name = name
        self.origin = file.origin
        self.tokenizer = Tokenizer.from_str(file.tokenizer)
        self._network = file.network(self.tokenizer.get_vocab_size(), path).to(device)
        self._device = device
        self.dim: int = self._network.audio.out.out_features
        self.fingerprint = fingerprint(
            {
                "encoder": "mini",
                "code": _CODE_VERSION,
                "front_end": _FRONT_END.fingerprint,
                "weights": weights_sha256,
            }
        )

    def embed_audio(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """Embed sounds.

        A sound of more than 10 s is cut into the fewest windows of equal length that are no
        longer; it is the mean of theirs. One of less than 25 ms is filled with silence.

        Args:
            waveforms: mono, ``(n_samples,)`` each, at ``sample_rate_hz``.

        Returns:
            ``(n_waveforms, dim)``, unit rows.

        Raises:
            DataError: a sound is empty or holds values that are not finite.
        """
        return embed_each(waveforms, self._embed_sound, self.dim)

    def embed_patches(self, waveforms: Sequence[Waveform]) -> list[Embeddings]:
        """Embed sounds patch by patch: the mean of what the network hears in about 0.96 s.

        Args:
            waveforms: mono, ``(n_samples,)`` each, at ``sample_rate_hz``.

        Returns:
            For each sound ``(n_patches, dim)``, not negative, at least one patch.

        Raises:
            DataError: a sound is empty or holds values that are not finite.
        """
        require_sounds(waveforms)
        return [
            np.concatenate([self._embed_window(window) for window in _cut(waveform)])
            for waveform in waveforms
        ]

    def embed_text(self, captions: Sequence[str]) -> Embeddings:
        """Embed captions: ``(n_captions, dim)``, unit rows; upper and lower case are one."""
        import torch

        pieces = [
            torch.tensor(encoding.ids) for encoding in self.tokenizer.encode_batch(list(captions))
        ]
        # By length: what shares a batch then needs little padding.
        order = sorted(range(len(pieces)), key=lambda row: len(pieces[row]))
        embeddings = np.empty((len(captions), self.dim), dtype=np.float32)
        for first in range(0, len(order), _CAPTIONS_AT_ONCE):
            rows = order[first : first + _CAPTIONS_AT_ONCE]
            with exact_inference():
                batch = self._network.text([pieces[row].to(self._device) for row in rows])
            embeddings[rows] = batch.cpu().numpy()
        return embeddings

    def _embed_sound(self, waveform: Waveform) -> NDArray[np.float32]:
        import torch

        total = torch.zeros(self.dim, device=self._device)
        with exact_inference():
            for window in _cut(waveform):
                frames = torch.from_numpy(log_mel_frames(window))[None]
                total += self._network.audio(frames.to(self._device))[0]
            embedding: NDArray[np.float32] = (total / total.norm()).cpu().numpy()
        return embedding

    def _embed_window(self, window: Waveform) -> Embeddings:
        import torch

        n_patches = max(1, round(len(window) / (_PATCH_S * self.sample_rate_hz)))
        frames = torch.from_numpy(log_mel_frames(window))[None]
        with exact_inference():
            heard = self._network.audio.hear(frames.to(self._device))
            patches = torch.nn.functional.adaptive_avg_pool1d(heard.transpose(1, 2), n_patches)
        embeddings: Embeddings = patches[0].T.cpu().numpy()
        return np.ascontiguousarray(embeddings)


def log_mel_frames(waveform: Waveform) -> NDArray[np.float32]:
    """Compute what the network hears: a frame each 10 ms.

    Args:
        waveform: ``(n_samples,)``, mono at 16 kHz.

    Returns:
        ``(n_frames, 64)``, at least one frame.
    """
    n_frames = max(1, len(waveform) // _HOP_SAMPLES)
    n_samples = (n_frames - 1) * _HOP_SAMPLES + _FRAME_SAMPLES
    samples = waveform[:n_samples].astype(np.float64)
    padded = np.pad(samples, (0, n_samples - len(samples)))
    return melspectrogram.log_mel(padded, _FRONT_END.log_offset).astype(np.float32)


def load_mini(encoder: str, options: MiniOptions, name: str, device: str) -> Mini:
    """Load mini, of either kind, as the options say.

    Args:
        encoder: whose weights, where the options name no file: a key of ``SHIPPED``.
        options: which weights.
        name: the canonical spelling.
        device: torch's spelling.

    Raises:
        MissingWeightsError: the file is missing, damaged or not mini's.
    """
    if options.weights is not None:
        return Mini(Path(options.weights).expanduser(), name=name, device=device)
    shipped = SHIPPED[encoder]
    return Mini(shipped.path, name=name, device=device, sha256=shipped.sha256)


def _files(encoder: str, options: MiniOptions) -> list[Path]:
    named = options.weights
    path = SHIPPED[encoder].path if named is None else Path(named).expanduser()
    return [path] if path.is_file() else []


def _spec(name: str, summary: str) -> EncoderSpec[MiniOptions]:
    return EncoderSpec(
        name=name,
        summary=summary,
        abilities=("embed_audio", "embed_patches", "embed_text"),
        options=MiniOptions,
        load=partial(load_mini, name),
        trained_on=TRAINED_ON,
        files=partial(_files, name),
    )


SPEC = _spec(
    "mini", "sounds and captions: small, shipped with the package, for the embedded soundscapes"
)
GAP_SPEC = _spec(
    "mini-gap", "as mini, of few pairs at a low temperature: its sounds lie apart from its captions"
)


def _cut(waveform: Waveform) -> list[Waveform]:
    n_windows = math.ceil(len(waveform) / (_LONGEST_WINDOW_S * melspectrogram.SAMPLE_RATE_HZ))
    return np.array_split(waveform, n_windows)
