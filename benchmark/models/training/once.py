"""Trained weights as artifacts: trained once for each key, in as many runs as it takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

from benchmark.artifacts import ArtifactKey, Artifacts, fingerprint
from benchmark.files import CACHE_CURE, Hold, writing
from benchmark.models.training.loop import LOOP_VERSION, train
from benchmark.models.training.task import Batch, Task, TrainingPlan


def train_once(
    name: str,
    key: ArtifactKey,
    artifacts: Artifacts,
    build_task: Callable[[], Task[Batch]],
    plan: TrainingPlan,
) -> Path:
    """Return the folder of trained weights, training them first where they do not exist.

    The checkpoint lies in a folder of its own, named by the same key. It outlives a process that
    is killed and is removed once the weights are there.

    Args:
        name: of the artifact (``"triplet-retrieval"``).
        key: all that the weights depend on: data, options, seed, kind of device, and a version of
            the plugin's code. The loop's own version is added.
        artifacts: where they are kept.
        build_task: called only if there is something left to train; draws the same first weights
            each time.
        plan: how to train.

    Returns:
        A folder with ``weights.safetensors``, for ``load_trained``, and ``history.json``.

    Raises:
        DataError: no batch held anything to learn from.
        UsageError: losses, gradients or weights are not finite.
        MachineError: the cache cannot be written, or a checkpoint cannot be read.
    """
    key = {**key, "training_loop": LOOP_VERSION}
    unfinished = artifacts.root / f"unfinished-{name}-{fingerprint(key)}"

    def build(folder: Path) -> None:
        with writing(unfinished, CACHE_CURE):
            unfinished.mkdir(parents=True, exist_ok=True)
            hold = Hold(unfinished)  # from being pruned meanwhile
        train(build_task(), plan, unfinished / "checkpoint.pt", folder)
        hold.close()

    folder = artifacts.get_or_build(name, key, build)
    rmtree(unfinished, ignore_errors=True)
    return folder
