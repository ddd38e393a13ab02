"""From settings to mini's file: render, train, round, measure, write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.artifacts import Artifacts
from benchmark.datasets.soundscapes.splits import load_soundscapes
from benchmark.encoders.mini.encoder import TRAINED_ON, Mini
from benchmark.encoders.mini.training.examples import (
    generator_fingerprint,
    render_examples,
    sampled_levels,
)
from benchmark.encoders.mini.training.retrieval import measure_order, measure_retrieval
from benchmark.encoders.mini.training.settings import MiniSettings
from benchmark.encoders.mini.training.tokenizer import build_tokenizer
from benchmark.encoders.mini.weights import MiniFile, MiniOrigin
from benchmark.files import scratch_folder

if TYPE_CHECKING:
    from torch import Tensor

_LABEL = "mini"


def build_mini(path: Path, settings: MiniSettings, artifacts: Artifacts) -> Mini:
    """Train mini and write its file.

    The same settings, machine and number of torch's threads give the same bytes.

    Args:
        path: of the file; its folder exists.
        settings: how.
        artifacts: holds soundscapes:val, which the result is measured on.

    Returns:
        The encoder that the file holds; its ``origin`` holds the figures of validation.

    Raises:
        MachineError: the file cannot be written.
    """
    examples = render_examples(settings.n_clips, settings.n_captions)
    tokenizer = build_tokenizer(text for texts in examples.captions for text in texts)
    with scratch_folder("bench-mini") as folder:
        from benchmark.encoders.mini.training.task import MiniTask
        from benchmark.models.training import TrainingPlan, load_trained, train

        task = MiniTask(examples, tokenizer, settings)
        plan = TrainingPlan(_LABEL, settings.epochs, settings.seed)
        train(task, plan, folder / "checkpoint.pt", folder)
        load_trained(task.network, folder)
        file = MiniFile(_round(task.network.state_dict()), tokenizer.to_str(), _origin(settings))
        trained = folder / "trained.safetensors"
        file.write(trained)
        figures = _validate(Mini(trained, name=_LABEL), artifacts)
    replace(file, origin=replace(file.origin, validation=figures)).write(path)
    return Mini(path, name=_LABEL)


def _validate(encoder: Mini, artifacts: Artifacts) -> dict[str, float]:
    val = load_soundscapes("val", artifacts)
    figures = asdict(measure_retrieval(encoder, val))
    figures["order_accuracy"] = measure_order(encoder, val)
    return {name: round(value, 4) for name, value in figures.items()}


def _origin(settings: MiniSettings) -> MiniOrigin:
    import torch

    return MiniOrigin(
        trained_on=TRAINED_ON,
        generator=generator_fingerprint(),
        sampled_levels=tuple(sampled_levels()),
        settings=asdict(settings),
        torch=str(torch.__version__),
        n_threads=torch.get_num_threads(),
    )


def _round(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Keep matrices and kernels in half precision, and vectors, which are few, in single."""
    return {
        name: (tensor.half() if tensor.ndim > 1 else tensor).contiguous()
        for name, tensor in state.items()
    }
