"""What a CLAP of transformers hears: windows of one length, turned into log-mel spectrograms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.contract import Waveform
from benchmark.errors import MissingWeightsError
from benchmark.models.pretrained import require_files

if TYPE_CHECKING:
    from torch import Tensor

_FILE = "preprocessor_config.json"
_FILE_OF_PROCESSORS = "processor_config.json"
_WINDOWS_AT_ONCE = 8  # bounds memory, whatever the sound's length


class ClapFrontEnd:
    """The feature extractor that belongs to a model, never cropping at random."""

    def __init__(self, folder: Path, config: Any) -> None:
        """Load it and compare it with the network.

        Args:
            folder: the model's.
            config: the network's audio part, a ``ClapAudioConfig``.

        Raises:
            MissingWeightsError: its file is missing, has no sample rate, or does not fit the
                network; or the model is one with feature fusion.
        """
        require_files(folder, f"{_FILE}|{_FILE_OF_PROCESSORS}")
        self._extract = _read_extractor(folder)
        self.sample_rate_hz: int = self._extract.sampling_rate
        self.window_samples: int = self._extract.nb_max_samples
        _require_no_fusion(folder, self._extract, config)
        _require_fit(folder, self._extract, config)

    def spectrograms(self, waveform: Waveform) -> Iterator[Tensor]:
        """Compute the log-mel spectrograms of a sound's windows.

        A sound longer than a window is cut into as few windows as cover it, evenly spread: the
        first starts with the sound, the last ends with it, neighbours may overlap. A shorter one
        is filled up as the feature extractor does it ("repeatpad": whole repeats, then silence).

        Args:
            waveform: ``(n_samples,)``, mono at ``sample_rate_hz``.

        Yields:
            ``(n_windows, 1, n_frames, n_bands)``, 1 to 8 windows at a time.
        """
        starts = self._starts(len(waveform))
        for first in range(0, len(starts), _WINDOWS_AT_ONCE):
            windows = [
                waveform[start : start + self.window_samples]
                for start in starts[first : first + _WINDOWS_AT_ONCE]
            ]
            features = self._extract(
                windows, sampling_rate=self.sample_rate_hz, return_tensors="pt"
            )
            yield features["input_features"].float()

    def _starts(self, n_samples: int) -> list[int]:
        n_windows = max(1, -(-n_samples // self.window_samples))
        latest = max(0, n_samples - self.window_samples)
        starts: list[int] = np.linspace(0, latest, n_windows).round().astype(int).tolist()
        return starts


def _read_extractor(folder: Path) -> Any:
    from transformers import ClapFeatureExtractor

    extractors: Any = ClapFeatureExtractor  # partly untyped
    try:
        settings, _ = extractors.get_feature_extractor_dict(folder, local_files_only=True)
        _require_rate(folder, settings)
        return extractors.from_dict(settings)
    except (OSError, ValueError, TypeError) as error:
        raise _unfit(folder, f"it cannot be read: {error}", "a ClapFeatureExtractor's") from error


# The file is a stranger's: what is of another type fails in the arithmetic, as a TypeError.
def _require_rate(folder: Path, settings: Mapping[str, Any]) -> None:
    """Compare the sample rate with what else depends on it, before a default takes its place."""
    rate_hz = settings.get("sampling_rate", "absent")
    if not isinstance(rate_hz, int) or rate_hz <= 0:
        expected = "the rate that the model was trained at, 48000 (Hz) for LAION's"
        raise _unfit(folder, f"sampling_rate is {rate_hz}", expected)
    highest_hz = settings.get("frequency_max", 0)
    if rate_hz < 2 * highest_hz:
        actual = f"sampling_rate is {rate_hz} and frequency_max {highest_hz} (Hz)"
        raise _unfit(folder, actual, f"a rate of at least {2 * highest_hz}")
    window_s, window_samples = settings.get("max_length_s"), settings.get("nb_max_samples")
    if window_s and window_samples and window_samples != rate_hz * window_s:
        actual = f"sampling_rate is {rate_hz}, but {window_s} s have {window_samples} samples"
        raise _unfit(folder, actual, f"a rate of {window_samples / window_s:g}")


def _require_no_fusion(folder: Path, extractor: Any, config: Any) -> None:
    if config.enable_fusion or extractor.truncation != "rand_trunc":
        raise MissingWeightsError(
            f"the CLAP in {folder} has enable_fusion={config.enable_fusion} and truncation="
            f"{extractor.truncation!r}; expected a model without feature fusion (False and "
            "'rand_trunc'). A fused one hears random crops of a sound, so that it has no one "
            "embedding. Choose laion/clap-htsat-unfused."
        )


def _require_fit(folder: Path, extractor: Any, config: Any) -> None:
    n_bands = config.num_mel_bins
    if extractor.feature_size != n_bands:
        raise _unfit(folder, f"feature_size is {extractor.feature_size}", f"{n_bands} mel bands")
    n_frames = extractor.nb_max_samples // extractor.hop_length + 1
    most = config.spec_size * (config.spec_size // n_bands)
    if n_frames > most:
        raise _unfit(folder, f"a window has {n_frames} frames", f"at most {most}")


def _unfit(folder: Path, actual: str, expected: str) -> MissingWeightsError:
    path = next(path for name in (_FILE, _FILE_OF_PROCESSORS) if (path := folder / name).is_file())
    return MissingWeightsError(
        f"{path} does not fit the CLAP beside it: {actual}; expected {expected}. Fetch the file "
        "that belongs to these weights."
    )
