"""The weights that training changes: all but the frozen ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from benchmark.errors import MachineError, listed
from benchmark.files import CACHE_CURE, spell_json, unwritable
from benchmark.models.training.history import Epoch, best_epoch

_WEIGHTS = "weights.safetensors"


def trained_state(network: nn.Module) -> dict[str, Tensor]:
    """Return what training may change: parameters that require gradients, persistent buffers.

    A tied parameter is there once, under its first name. Buffers stay in even where the
    parameters beside them are frozen, for those of a batch norm change without any gradient.
    """
    parameters = {name for name, _ in network.named_parameters(remove_duplicate=False)}
    trained = {name for name, value in network.named_parameters() if value.requires_grad}
    state: dict[str, Tensor] = network.state_dict()
    return {
        name: value for name, value in state.items() if name in trained or name not in parameters
    }


def load_state(network: nn.Module, state: Mapping[str, Tensor], source: Path) -> None:
    """Give a network back what ``trained_state`` took; frozen parameters stay as they are.

    Args:
        network: one of the same form, its frozen parts loaded.
        state: exactly the names of ``trained_state(network)``.
        source: where it came from, for errors.

    Raises:
        MachineError: names or shapes are others; the network may be half changed then.
    """
    expected = trained_state(network)
    missing, unknown = sorted(expected.keys() - state), sorted(state.keys() - expected)
    ours = {name: tuple(value.shape) for name, value in expected.items()}
    theirs = {name: tuple(value.shape) for name, value in state.items()}
    reshaped = [name for name in ours if name in theirs and ours[name] != theirs[name]]
    faults = [
        *([f"it lacks {listed(missing)}"] if missing else []),
        *([f"it holds {listed(unknown)}, which the network has not"] if unknown else []),
        *(f"{name!r} is {theirs[name]}, expected {ours[name]}" for name in reshaped[:5]),
    ]
    if faults:
        raise MachineError(
            f"{source} does not fit the network: {'; '.join(faults)}. Delete {source.parent}; "
            "training then starts anew."
        )
    network.load_state_dict(state, strict=False)


def save_trained(best: Mapping[str, Tensor], history: Sequence[Epoch], folder: Path) -> None:
    """Write ``weights.safetensors`` and ``history.json``.

    Raises:
        MachineError: the folder cannot be written.
    """
    summary = {
        "best_epoch": best_epoch(history) + 1,
        "epochs": [epoch.record() for epoch in history],
    }
    try:
        save_file(dict(best), folder / _WEIGHTS)
        (folder / "history.json").write_text(spell_json(summary, indent=1))
    except (OSError, SafetensorError) as error:
        raise unwritable(folder, error, CACHE_CURE, kind="the trained weights") from error


def load_trained(network: nn.Module, folder: Path) -> None:
    """Load the weights of the best epoch.

    Args:
        network: one of the form that was trained, its frozen parts loaded; any device.
        folder: what ``train`` filled.

    Raises:
        MachineError: the file is missing, damaged or of another network.
    """
    path = folder / _WEIGHTS
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as error:
        raise MachineError(
            f"the weights {path} cannot be read: {error}. Delete {folder}; training then starts "
            "anew."
        ) from error
    load_state(network, state, path)
