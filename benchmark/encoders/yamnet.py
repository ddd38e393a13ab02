"""YAMNet (Plakal and Ellis 2020) as a TFLite file: how likely each AudioSet class is heard."""

from __future__ import annotations

import csv
import importlib.util
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import fingerprint
from benchmark.contract import Need, Waveform
from benchmark.encoders import melspectrogram
from benchmark.errors import MachineError, MissingWeightsError
from benchmark.machine.distributions import version_of
from benchmark.machine.places import models_root
from benchmark.models.weights import hash_weights

MODEL_FILE = "yamnet_spectra_in.tflite"
LABELS_FILE = "yamnet_class_map.csv"
_PACKAGE = "ai-edge-litert"
_OTHER_TAGGER = "MIT/ast-finetuned-audioset-10-10-0.4593"
_CODE_VERSION = 1
_PATCH_SHAPE = (1, melspectrogram.PATCH_FRAMES, melspectrogram.N_BANDS)


@dataclass(frozen=True, slots=True)
class TensorDetail:
    """What the interpreter says of an input or output.

    Attributes:
        index: what it is called by.
        shape: of its values.
        dtype: of its values.
        scale, zero_point: a whole step, and the step of 0.0; they mean nothing to floats.
    """

    index: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float
    zero_point: int

    @staticmethod
    def of(detail: Any) -> TensorDetail:
        """Read one of the interpreter's records."""
        scale, zero_point = detail["quantization"]
        shape = tuple(detail["shape"].tolist())
        return TensorDetail(detail["index"], shape, np.dtype(detail["dtype"]), scale, zero_point)


class Yamnet:
    """The interpreter of the TFLite file, on one thread of the CPU."""

    name = "yamnet"
    sample_rate_hz = melspectrogram.SAMPLE_RATE_HZ
    trained_on = ("audioset:train",)

    def __init__(self, folder: Path) -> None:
        """Load model and labels.

        Args:
            folder: holds ``yamnet_spectra_in.tflite`` and ``yamnet_class_map.csv``.

        Raises:
            MissingWeightsError: a file is missing, cannot be read or is of another model.
            MachineError: the package that runs the file is not installed.
        """
        _require_files(folder)
        model, labels = folder / MODEL_FILE, folder / LABELS_FILE
        self.labels = _read_labels(labels)
        self._interpreter = _open_interpreter(model)
        self._input = TensorDetail.of(self._interpreter.get_input_details()[0])
        self._output = TensorDetail.of(self._interpreter.get_output_details()[0])
        self._require_shapes(model)
        self.fingerprint = fingerprint(
            {
                "tagger": "yamnet",
                "code": _CODE_VERSION,
                "front_end": melspectrogram.YAMNET.fingerprint,
                "weights": hash_weights([model, labels]),
                # Its kernels round to 8 bits, and another release may round otherwise.
                "interpreter": version_of(_PACKAGE),
            }
        )

    def score(self, waveform: Waveform) -> NDArray[np.float32]:
        """Score every label, as the mean over patches of 0.96 s every 0.48 s.

        Args:
            waveform: ``(n_samples,)``, mono at 16 kHz.

        Returns:
            ``(n_labels,)``, in [0, 1]; labels do not exclude each other.
        """
        scores = [
            self._score_patch(patch)
            for patches in melspectrogram.log_mel_patches(waveform, melspectrogram.YAMNET)
            for patch in patches
        ]
        return np.asarray(np.mean(scores, axis=0), dtype=np.float32)

    def _score_patch(self, patch: NDArray[np.float32]) -> NDArray[np.float32]:
        self._interpreter.set_tensor(self._input.index, quantise(patch[None], self._input))
        self._interpreter.invoke()
        return dequantise(self._interpreter.get_tensor(self._output.index)[0], self._output)

    def _require_shapes(self, model: Path) -> None:
        own_shapes = self._input.shape, self._output.shape
        if own_shapes != (_PATCH_SHAPE, (1, len(self.labels))):
            raise MissingWeightsError(
                f"{model} maps {own_shapes[0]} to {own_shapes[1]}; expected {_PATCH_SHAPE} to "
                f"{(1, len(self.labels))}: log-mel patches to the {len(self.labels)} labels of "
                f"{LABELS_FILE}. Use the YAMNet whose input is a spectrogram, with its own class "
                "map."
            )


def yamnet_needs(folder: Path) -> list[Need]:
    """List what a YAMNet needs: its files in a folder, and the package that runs them."""
    return [Need(partial(_require_files, folder)), Need(_require_package)]


def yamnet_folder() -> Path:
    """Name the folder that YAMNet is looked for in."""
    return models_root() / "yamnet"


def quantise(values: NDArray[np.float32], detail: TensorDetail) -> NDArray[Any]:
    """Spell values as a tensor holds them: as they are, or in whole steps of its scale."""
    if not np.issubdtype(detail.dtype, np.integer):
        return values.astype(detail.dtype)
    limits = np.iinfo(detail.dtype)
    steps = np.rint(values / detail.scale) + detail.zero_point
    return np.asarray(np.clip(steps, limits.min, limits.max).astype(detail.dtype))


def dequantise(values: NDArray[Any], detail: TensorDetail) -> NDArray[np.float32]:
    """Undo ``quantise``."""
    if not np.issubdtype(detail.dtype, np.integer):
        return values.astype(np.float32)
    steps = values.astype(np.float32) - detail.zero_point
    return np.asarray(steps * detail.scale, dtype=np.float32)


def _require_files(folder: Path) -> None:
    for name in (MODEL_FILE, LABELS_FILE):
        if not (folder / name).is_file():
            raise MissingWeightsError(
                f"no {name} in {folder}; expected {MODEL_FILE} and {LABELS_FILE}. Put both into "
                f"{folder}, or name the folder that holds yamnet/ with BENCH_MODELS. A tagger of "
                f"the hub needs no such file: tagbridge[tagger={_OTHER_TAGGER}]."
            )


def _require_package() -> None:
    if importlib.util.find_spec("ai_edge_litert") is None:
        raise MachineError(
            f"YAMNet needs the package {_PACKAGE}, which is not installed. Install "
            "aac-bench[tagbridge]."
        )


def _open_interpreter(model: Path) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise MachineError(
            f"YAMNet needs the package {_PACKAGE}, which cannot be imported: {error}. Install "
            "aac-bench[tagbridge]."
        ) from error
    try:
        interpreter = Interpreter(str(model), num_threads=1)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise MissingWeightsError(
            f"cannot load {model}: {error}. Expected a TFLite model; fetch it again."
        ) from error
    return interpreter


def _read_labels(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or "display_name" not in rows[0]:
        raise MissingWeightsError(
            f"{path} has no column display_name; expected index,mid,display_name and a row per "
            "class. Fetch it again."
        )
    return tuple(row["display_name"] for row in rows)
