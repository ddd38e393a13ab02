from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from toy_training import PLAN, ToyTask

from benchmark import MachineError
from benchmark.models.training import TrainingPlan, train
from benchmark.models.training.checkpoint import Checkpoint
from benchmark.models.training.loop import Training


@pytest.fixture
def training():
    """One that stands in the middle of its second epoch."""
    training = Training(ToyTask(), PLAN)
    steps = training.run()
    for _ in range(12):
        next(steps)
    return training


def test_a_checkpoint_comes_back_as_it_was(training, tmp_path):
    written = training.state()
    written.write(tmp_path / "new" / "x.pt")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["x.pt"]
    read = Checkpoint.read(tmp_path / "new" / "x.pt")
    assert (len(read.history), read.epoch.n_steps, read.epoch.n_items) == (1, 3, 18)
    assert (read.history, read.epoch) == (written.history, written.epoch)
    assert read.scheduler == written.scheduler
    torch.testing.assert_close(
        (read.network, read.best, read.optimizer["state"]),
        (written.network, written.best, written.optimizer["state"]),
        rtol=0, atol=0,
    )  # fmt: skip


@pytest.mark.parametrize("n_bytes", [0, 1000, -1])
def test_training_starts_anew_where_its_checkpoint_is_damaged(training, tmp_path, capsys, n_bytes):
    path = tmp_path / "checkpoint.pt"
    training.state().write(path)
    damaged = path.read_bytes()[:n_bytes]
    path.write_bytes(damaged)
    plan = TrainingPlan("toy", epochs=1, seed=0)
    train(ToyTask(), plan, path, tmp_path)
    assert f"bench: the checkpoint {path} is damaged" in capsys.readouterr().err
    assert (tmp_path / "damaged-checkpoint.pt").read_bytes() == damaged
    (tmp_path / "anew").mkdir()
    train(ToyTask(), plan, tmp_path / "anew.pt", tmp_path / "anew")
    for name in ("weights.safetensors",):
        assert (tmp_path / name).read_bytes() == (tmp_path / "anew" / name).read_bytes()


def test_no_flipped_bit_of_a_checkpoint_is_believed(training, tmp_path):
    path = tmp_path / "checkpoint.pt"
    training.state().write(path)
    whole, expected = path.read_bytes(), Checkpoint.read(path)
    rng, n_found = np.random.default_rng(0), 0
    for place in rng.integers(0, len(whole), 150):
        content = bytearray(whole)
        content[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(content)
        try:
            read = Checkpoint.read(path)
        except MachineError:
            n_found += 1
            continue
        torch.testing.assert_close(read.network, expected.network, rtol=0, atol=0)
        torch.testing.assert_close(read.best, expected.best, rtol=0, atol=0)
        assert (read.history, read.epoch) == (expected.history, expected.epoch)
    assert n_found > 50


def test_a_checkpoint_with_other_contents_is_named(tmp_path):
    path = tmp_path / "checkpoint.pt"
    torch.save({"history": [], "weights": {}}, path)
    with pytest.raises(MachineError, match=r"checkpoint\.pt cannot be read"):
        Checkpoint.read(path)


class Stowaway:
    def __reduce__(self):
        return print, ("code of the file was run",)


def test_no_code_in_a_checkpoint_is_run(tmp_path, capsys):
    path = tmp_path / "checkpoint.pt"
    torch.save({"history": Stowaway()}, path)
    with pytest.raises(MachineError, match=r"checkpoint\.pt cannot be read"):
        Checkpoint.read(path)
    assert capsys.readouterr().out == ""


def test_a_folder_that_cannot_be_made_is_named(training, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match=r"cannot write the checkpoint .*file/x\.pt"):
        training.state().write(tmp_path / "file" / "x.pt")


FULL_DISK = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from toy_training import PLAN, ToyNetwork, ToyTask
from benchmark import MachineError
from benchmark.models.training import TrainingPlan, train
from benchmark.models.training.checkpoint import Checkpoint
from benchmark.models.training.loop import Training

folder, save_every_s = Path(sys.argv[1]), float(sys.argv[2])
checkpoint = folder / "checkpoint.pt"
first = Training(ToyTask(network=ToyNetwork(width=64)), PLAN)
first.state().write(checkpoint)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    plan = replace(PLAN, save_every_s=save_every_s)
    train(ToyTask(network=ToyNetwork(width=64)), plan, checkpoint, folder)
except MachineError as error:
    print(error)
print(Checkpoint.read(checkpoint).epoch.n_steps)
"""


@pytest.mark.parametrize(
    ("save_every_s", "subject", "left"),
    [
        (0, "the checkpoint", ["checkpoint.pt"]),
        (1000, "the trained weights", ["checkpoint.pt", "weights.safetensors"]),
    ],
)
def test_a_full_disk_is_an_error_and_leaves_the_checkpoint_before(
    tmp_path, save_every_s, subject, left
):
    """A limit on the size of files fails in the same calls as a full disk."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), str(save_every_s)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    message, n_steps = done.stdout.splitlines()
    assert message.startswith(f"cannot write {subject}")
    assert "File too large" in message
    assert "Free some space" in message
    assert n_steps == "0"
    assert {path.name for path in tmp_path.iterdir()} <= set(left)
