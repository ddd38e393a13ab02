"""A task that is learnt in moments, with all that makes going on hard: dropout, a batch norm,
momentum, a schedule, a frozen part and tied weights. As a program it trains into a folder."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from benchmark.models.training import TrainingPlan, seeded, train

N_ROWS, WIDTH = 60, 6
PLAN = TrainingPlan("toy", epochs=4, seed=0)


class ToyNetwork(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(WIDTH, width), nn.BatchNorm1d(width, affine=False))
        self.backbone.requires_grad_(False)
        self.hidden = nn.Linear(width, width)
        self.tied = nn.Linear(width, width)
        self.tied.weight = self.hidden.weight
        self.dropout = nn.Dropout(0.2)
        self.out = nn.Linear(width, 1)

    def forward(self, rows):
        states = self.tied(self.hidden(self.backbone(rows)).relu()).relu()
        return self.out(self.dropout(states))[:, 0]


class ToyTask:
    """Learns the sum of a row. ``at_call`` is called with the number of each call of a method."""

    def __init__(self, seed=0, batch_size=6, n_held_out=12, at_call=None, network=None):
        generator = torch.Generator().manual_seed(7)
        self.rows = torch.randn(N_ROWS, WIDTH, generator=generator)
        with seeded("cpu", seed, "first weights"):
            self.network = network or ToyNetwork()
        trained = [value for value in self.network.parameters() if value.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=0.02)
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, 60)
        self.seed, self.batch_size, self.n_held_out = seed, batch_size, n_held_out
        self.at_call = at_call or (lambda method, number: None)
        self.n_calls = {"losses": 0, "validate": 0}

    def batches(self, epoch):
        generator = torch.Generator().manual_seed(1000 * self.seed + epoch)
        order = torch.randperm(N_ROWS - self.n_held_out, generator=generator)
        return order.split(self.batch_size)

    def losses(self, batch):
        rows = self.rows[batch]
        losses = (self.network(rows) - rows.sum(1)).square()
        self._count("losses")
        return losses

    def validate(self):
        if not self.n_held_out:
            return None
        rows = self.rows[-self.n_held_out :]
        loss = (self.network(rows) - rows.sum(1)).square().mean().item()
        self._count("validate")
        return loss

    def _count(self, method):
        self.n_calls[method] += 1
        self.at_call(method, self.n_calls[method])


def kill_at(method, number):
    """Make a callback that kills this process in the middle of a call."""

    def kill(called, n_calls):
        if (called, n_calls) == (method, number):
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


def run(folder, task=None, plan=PLAN):
    """Train in a folder: the weights, and the history without its times."""
    folder.mkdir(exist_ok=True)
    train(task or ToyTask(), plan, folder / "checkpoint.pt", folder)
    return read(folder)


def read(folder):
    history = json.loads((folder / "history.json").read_text())
    for epoch in history["epochs"]:
        del epoch["seconds"], epoch["items_per_second"]
    return load_file(folder / "weights.safetensors"), history


def assert_same(ours, theirs):
    (our_weights, our_history), (their_weights, their_history) = ours, theirs
    assert our_history == their_history
    assert our_weights.keys() == their_weights.keys()
    for name, value in our_weights.items():
        assert torch.equal(value, their_weights[name]), name


if __name__ == "__main__":
    folder, epochs, *moment = sys.argv[1:]
    at_call = kill_at(moment[0], int(moment[1])) if moment else None
    plan = TrainingPlan("toy", epochs=int(epochs), seed=0, save_every_s=0)
    torch.set_num_threads(1)
    train(ToyTask(at_call=at_call), plan, Path(folder) / "checkpoint.pt", Path(folder))
