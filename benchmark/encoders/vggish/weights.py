"""VGGish's parameters: where they lie, and files checked name by name and shape by shape.

The format is that of the public PyTorch port's release (``vggish-10086976.pth``), or the same
names in a safetensors file. Nothing in a file is run: pickles are read with ``weights_only=True``.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.contract import Need
from benchmark.errors import MissingWeightsError, listed
from benchmark.machine.places import models_root

if TYPE_CHECKING:
    from torch import Tensor

RELEASE = "https://github.com/harritaylor/torchvggish/releases/tag/v0.1"
_WEIGHTS_NAMES = ("vggish-10086976.pth", "vggish.pth", "vggish.safetensors")
_PCA_NAMES = ("vggish_pca_params-970ea276.pth", "vggish_pca_params.npz")
_OLD_REBUILD = "numpy.core.multiarray._reconstruct"  # as numpy 1 spelled it
_CONVOLUTIONS = {0: (64, 1), 3: (128, 64), 6: (256, 128), 8: (256, 256), 11: (512, 256)}
_CONVOLUTIONS |= {13: (512, 512)}
_LINEARS = {0: (4096, 512 * 4 * 6), 2: (4096, 4096), 4: (128, 4096)}
SHAPES: Mapping[str, tuple[int, ...]] = {
    **{f"features.{n}.weight": (*shape, 3, 3) for n, shape in _CONVOLUTIONS.items()},
    **{f"features.{n}.bias": shape[:1] for n, shape in _CONVOLUTIONS.items()},
    **{f"embeddings.{n}.weight": shape for n, shape in _LINEARS.items()},
    **{f"embeddings.{n}.bias": shape[:1] for n, shape in _LINEARS.items()},
}
"""Every parameter of the network and its shape."""


def read_weights(named: str | None) -> dict[str, Tensor]:
    """Read the network's parameters in single precision.

    Args:
        named: a file; None looks in the folder of models, in its folder ``vggish``, and in the
            cache of ``torch.hub``.

    Raises:
        MissingWeightsError: there is no such file, it cannot be read, or it holds other
            parameters than the network's.
    """
    path = Path(named).expanduser() if named else _find(_WEIGHTS_NAMES, "weights")
    tensors = _read(path)
    _require_names(path, tensors.keys(), SHAPES.keys())
    _require_shapes(path, tensors, SHAPES)
    return {name: tensors[name].float() for name in SHAPES}


def random_weights(seed: int) -> dict[str, Tensor]:
    """Draw parameters that keep the scale of what passes through (He et al. 2015)."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, shape in SHAPES.items():
        scale = (2 / np.prod(shape[1:])) ** 0.5 if len(shape) > 1 else 0.0
        tensors[name] = torch.randn(shape, generator=generator) * scale
    return tensors


def read_pca(named: str | None) -> tuple[Tensor, Tensor]:
    """Read AudioSet's PCA parameters.

    Args:
        named: a file; None looks where ``read_weights`` does.

    Returns:
        Eigenvectors ``(128, 128)``, one a row, and means ``(128,)``.

    Raises:
        MissingWeightsError: as ``read_weights``.
    """
    path = Path(named).expanduser() if named else _find(_PCA_NAMES, "PCA parameters")
    tensors = _read(path)
    shapes = {"pca_eigen_vectors": (128, 128), "pca_means": (128,)}
    _require_names(path, tensors.keys(), shapes.keys())
    tensors["pca_means"] = tensors["pca_means"].flatten()  # the release holds a column
    _require_shapes(path, tensors, shapes)
    return tensors["pca_eigen_vectors"].float(), tensors["pca_means"].float()


def weights_file(named: str | None) -> Path | None:
    """Find the file that ``read_weights`` will read, if it is here."""
    return _look_for(_WEIGHTS_NAMES, named)


def pca_file(named: str | None) -> Path | None:
    """Find the file that ``read_pca`` will read, if it is here."""
    return _look_for(_PCA_NAMES, named)


def vggish_needs(weights: str | None, pca: str | None, *, is_processed: bool) -> list[Need]:
    """List the files that VGGish needs; see ``read_weights`` and ``read_pca``."""
    wanted: list[tuple[str | None, tuple[str, ...], str]] = [(weights, _WEIGHTS_NAMES, "weights")]
    if is_processed:
        wanted.append((pca, _PCA_NAMES, "PCA parameters"))
    return [Need(partial(_require, named, names, what)) for named, names, what in wanted]


def _require(named: str | None, names: Iterable[str], what: str) -> None:
    path = Path(named).expanduser() if named else _find(names, what)
    if not path.is_file():
        raise MissingWeightsError(f"there is no file {path}; expected VGGish's {what}.")


def _find(names: Iterable[str], what: str) -> Path:
    names = tuple(names)
    if path := _look_for(names):
        return path
    folders = _folders()
    raise MissingWeightsError(
        f"VGGish's {what} are not on this machine: no {' or '.join(names)} in "
        f"{', '.join(map(str, folders))}. Fetch the file from {RELEASE} and put it into "
        f"{folders[0]} (BENCH_MODELS names another place), or name the file: "
        "vggish[weights=PATH]."
    )


def _look_for(names: Iterable[str], named: str | None = None) -> Path | None:
    paths = [folder / name for folder in _folders() for name in names]
    paths = [Path(named).expanduser()] if named else paths
    return next((path for path in paths if path.is_file()), None)


def _folders() -> list[Path]:
    """List where the files may lie: last where torch.hub puts them, asked without importing it."""
    root, cache = models_root(), os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = Path(os.environ.get("TORCH_HOME", f"{cache}/torch")).expanduser()
    return [root / "vggish", root, home / "hub" / "checkpoints"]


def _read(path: Path) -> dict[str, Tensor]:
    import torch

    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                return {name: torch.as_tensor(arrays[name]) for name in arrays.files}
        with torch.serialization.safe_globals(_numpy_parts()):
            loaded = torch.load(path, map_location="cpu", weights_only=True)
        return {str(name): torch.as_tensor(value) for name, value in loaded.items()}
    except Exception as error:  # each reader has errors of its own for a file that is none
        raise MissingWeightsError(
            f"cannot read {path} as VGGish's parameters: {error}. Expected a file of {RELEASE}, "
            "or the same names in safetensors. Fetch it again."
        ) from error


def _numpy_parts() -> list[Any]:
    """List what an array of numpy is pickled with: the PCA release holds arrays, not tensors."""
    rebuild = np.zeros(0).__reduce__()[0]
    kinds = [np.dtypes.Float32DType, np.dtypes.Float64DType]
    return [np.ndarray, np.dtype, *kinds, rebuild, (rebuild, _OLD_REBUILD), codecs.encode]


def _require_names(path: Path, names: Iterable[str], expected: Iterable[str]) -> None:
    missing, extra = sorted(set(expected) - set(names)), sorted(set(names) - set(expected))
    if missing or extra:
        raise MissingWeightsError(
            f"{path} is not VGGish: missing {listed(missing, 20) or 'nothing'}; not of the model: "
            f"{listed(extra, 20) or 'nothing'}. Expected a file of {RELEASE}."
        )


def _require_shapes(
    path: Path, tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]
) -> None:
    for name, shape in shapes.items():
        own_shape = tuple(tensors[name].shape)
        if own_shape != shape:
            raise MissingWeightsError(
                f"{path} is not VGGish: {name} has shape {own_shape}; expected {shape}. Expected a "
                f"file of {RELEASE}."
            )
        if not tensors[name].isfinite().all():
            raise MissingWeightsError(
                f"{path} is damaged: {name} holds values that are not finite. Fetch it again."
            )
