"""A checkpoint of WavCaps' training, checked name by name before anything is made of it.

The format is that of the public files (``CNN14-BERT-PT.pt``): a dictionary whose ``model`` is the
state of the network. Pickles are read with ``weights_only=True``: nothing in a file is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.encoders.ase import front_end, network
from benchmark.errors import MissingWeightsError, listed
from benchmark.models.checksums import NotedSum, noted_sums, require_sum, require_whole_archive
from benchmark.models.pretrained import require_finite
from benchmark.models.weights import hash_weights

if TYPE_CHECKING:
    from torch import Tensor

SOURCE = "https://github.com/XinhaoMei/WavCaps"
AUDIO, TEXT = "audio_encoder.audio_enc.", "text_encoder.text_encoder."
_PROJECTIONS = ("audio_proj", "text_proj")
_LEFT_OUT = TEXT + "embeddings.position_ids"  # transformers wrote it until 2023: 0, 1, 2, ...
_FILTER_TOLERANCE = 1e-4  # of the largest value
_EXPECTED = f"Expected a CNN14-BERT checkpoint of {SOURCE}."


def find_checkpoint(named: str | None) -> Path:
    """Turn the option into the path of a file.

    Raises:
        MissingWeightsError: nothing was named, or there is no such file.
    """
    path = Path(named).expanduser() if named else None
    if path is None or not path.is_file():
        raise MissingWeightsError(
            f"{f'there is no file {path}' if path else 'ase has no weights of its own'}. "
            f"{_EXPECTED} Fetch one through the links there (for academic use) and name it: "
            "ase[checkpoint=PATH]."
        )
    return path


def hash_checkpoint(path: Path, sha256: str | None) -> str:
    """Hash the file and compare it with what is known of it.

    Args:
        path: the checkpoint.
        sha256: what the user expects; None leaves it to a ``SHA256SUMS`` beside the file.

    Raises:
        MissingWeightsError: the file is not what was expected.
    """
    weights_sha256 = hash_weights([path])
    if noted := noted_sums(path.parent, [path]).get(path):
        require_sum(path, weights_sha256, noted)
    if sha256:
        require_sum(path, weights_sha256, NotedSum(sha256, "the option sha256"))
    return weights_sha256


def read_state(path: Path) -> dict[str, Tensor]:
    """Read the network's state.

    Raises:
        MissingWeightsError: the file is damaged, or is no checkpoint of a training.
    """
    import torch

    require_whole_archive(path)
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the reader has many errors for a file that is none
        raise MissingWeightsError(
            f"cannot read {path}: it is damaged, no file of torch.save, or holds more than "
            f"tensors. {_EXPECTED} Fetch it again."
        ) from error
    state = loaded.get("model") if isinstance(loaded, dict) else None
    if not isinstance(state, dict) or not all(map(torch.is_tensor, state.values())):
        keys = listed([str(key) for key in loaded]) if isinstance(loaded, dict) else ""
        raise MissingWeightsError(
            f"{path} holds a {type(loaded).__name__} of {keys or 'other things'}; expected a "
            f"dictionary with a state as 'model'. {_EXPECTED}"
        )
    return {name: tensor for name, tensor in state.items() if name != _LEFT_OUT}


def require_state(path: Path, state: Mapping[str, Tensor], text: Mapping[str, Tensor]) -> None:
    """Refuse a state that is not the network's.

    The widths of the blocks and of the projections are read off the state; all else is fixed.

    Args:
        path: names the file.
        state: what ``read_state`` returned.
        text: the state of the text encoder that it should fit.

    Raises:
        MissingWeightsError: parameters are missing, too many, of another shape or not finite;
            or the front end is of another sample rate.
    """
    text_shapes = {TEXT + name: tuple(tensor.shape) for name, tensor in text.items()}
    expected = _shapes(network.WIDTHS, 1, 1) | text_shapes
    missing, extra = sorted(expected.keys() - state.keys()), sorted(state.keys() - expected.keys())
    if missing or extra:
        raise MissingWeightsError(
            f"{path} is no CNN14-BERT: missing {listed(missing) or 'nothing'}; not of the model: "
            f"{listed(extra) or 'nothing'}. {_EXPECTED}"
        )
    widths = [
        _width(state[f"{AUDIO}conv_block{number + 1}.conv1.weight"])
        for number in range(len(network.WIDTHS))
    ]
    text_width = text["embeddings.word_embeddings.weight"].shape[1]
    expected = _shapes(widths, text_width, _width(state["audio_proj.0.weight"])) | text_shapes
    for name, shape in expected.items():
        if (own_shape := tuple(state[name].shape)) != shape:
            raise MissingWeightsError(
                f"{path} is no CNN14-BERT: {name} has shape {own_shape}; expected {shape}. "
                f"{_EXPECTED}"
            )
    require_finite(path, state)
    _require_front_end(path, state)


def part_of(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Take the parameters whose names start with the prefix, in single precision, without it."""
    return {
        name.removeprefix(prefix): tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in state.items()
        if name.startswith(prefix)
    }


def _width(weight: Tensor) -> int:
    return weight.shape[0] if weight.ndim else 0


def _shapes(widths: Sequence[int], text_width: int, dim: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {"temp": ()}
    shapes |= {AUDIO + name: shape for name, shape in network.shapes(widths).items()}
    for projection, width in zip(_PROJECTIONS, (widths[-1], text_width), strict=True):
        for layer, before in ((0, width), (2, dim)):
            shapes[f"{projection}.{layer}.weight"] = (dim, before)
            shapes[f"{projection}.{layer}.bias"] = (dim,)
    return shapes


def _require_front_end(path: Path, state: Mapping[str, Tensor]) -> None:
    for name, expected in front_end.filters().items():
        difference = np.abs(state[AUDIO + name].float().numpy() - expected).max()
        if difference > _FILTER_TOLERANCE * np.abs(expected).max():
            raise MissingWeightsError(
                f"{path} is of another front end: {AUDIO}{name} differs by up to "
                f"{difference:.2g} from that for {front_end.SAMPLE_RATE_HZ} Hz, 1024 samples a "
                f"window and 64 mel bands from 50 to 14000 Hz. {_EXPECTED}"
            )
