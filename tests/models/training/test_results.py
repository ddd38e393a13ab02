"""What a training leaves behind: weights, history, artifacts."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace

import pytest
import torch
from toy_training import PLAN, ToyNetwork, ToyTask, assert_same, read, run

from benchmark import Artifacts, MachineError
from benchmark.models.training import TrainingPlan, load_trained, train, train_once
from benchmark.models.training.checkpoint import Checkpoint
from benchmark.models.training.loop import Training
from benchmark.models.training.weights import trained_state


@pytest.fixture(autouse=True)
def _one_thread():
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


# What is kept


def test_frozen_weights_are_neither_in_the_checkpoint_nor_in_the_result(tmp_path):
    weights, _ = run(tmp_path, plan=replace(PLAN, save_every_s=0))
    expected = {
        *("hidden.weight", "hidden.bias", "tied.bias", "out.weight", "out.bias"),
        *(f"backbone.1.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")),
    }
    assert weights.keys() == expected
    checkpoint = Checkpoint.read(tmp_path / "checkpoint.pt")
    assert checkpoint.network.keys() == checkpoint.best.keys() == expected


def test_trained_weights_come_back_beside_frozen_ones_of_another_source(tmp_path):
    trained = ToyTask(n_held_out=0)
    run(tmp_path, trained)
    torch.manual_seed(3)
    network = ToyNetwork()
    frozen = network.backbone[0].weight.clone()
    load_trained(network, tmp_path)
    assert torch.equal(network.backbone[0].weight, frozen)
    assert network.tied.weight is network.hidden.weight
    for name, value in trained_state(trained.network).items():
        assert torch.equal(network.state_dict()[name], value), name


def test_weights_of_another_network_name_what_differs(tmp_path):
    run(tmp_path)
    network = ToyNetwork()
    network.extra = network.out
    del network.out
    with pytest.raises(MachineError) as caught:
        load_trained(network, tmp_path)
    message = str(caught.value)
    assert "weights.safetensors does not fit the network" in message
    assert "it lacks 'extra.bias', 'extra.weight'" in message
    assert "it holds 'out.bias', 'out.weight', which the network has not" in message


@pytest.mark.parametrize("content", [None, b"half a file"])
def test_weights_that_cannot_be_read_are_named(tmp_path, content):
    if content:
        (tmp_path / "weights.safetensors").write_bytes(content)
    with pytest.raises(MachineError, match=r"weights\.safetensors cannot be read.*Delete"):
        load_trained(ToyNetwork(), tmp_path)


def test_the_history_tells_losses_and_pace(tmp_path):
    history = train(ToyTask(), PLAN, tmp_path / "checkpoint.pt", tmp_path)
    records = json.loads((tmp_path / "history.json").read_text())["epochs"]
    assert records == [epoch.record() for epoch in history]
    for record in records:
        assert record["n_items"] == 48
        assert record["items_per_second"] == pytest.approx(48 / record["seconds"])
        assert record["train_loss"] > 0


def test_the_bar_tells_epoch_losses_and_pace(tmp_path):
    training = Training(ToyTask(), PLAN)
    assert str(training) == "toy: epoch 1/4"
    steps = training.run()
    for _ in range(10):
        next(steps)
    training.history[0].validation_loss = 0.5
    training.epoch.seconds = 2.0
    loss = training.epoch.train_loss
    assert str(training) == f"toy: epoch 2/4, loss {loss:.4f}, validation 0.5000, 3 items/s"


# Artifacts


def test_weights_are_trained_once_for_each_key(tmp_path):
    artifacts, tasks = Artifacts(tmp_path), []

    def build():
        tasks.append(ToyTask())
        return tasks[-1]

    first = train_once("toy", {"seed": 0}, artifacts, build, PLAN)
    assert train_once("toy", {"seed": 0}, artifacts, build, PLAN) == first
    assert len(tasks) == 1
    assert train_once("toy", {"seed": 1}, artifacts, build, PLAN) != first
    assert len(tasks) == 2
    assert json.loads((first / "key.json").read_text())["seed"] == 0
    load_trained(ToyNetwork(), first)


def test_an_unfinished_training_is_kept_under_its_key_and_gone_on_from(tmp_path):
    def press(method, number):
        if (method, number) == ("losses", 20):
            os.kill(os.getpid(), signal.SIGINT)

    artifacts = Artifacts(tmp_path / "cache")
    with pytest.raises(KeyboardInterrupt):
        train_once("toy", {"seed": 0}, artifacts, lambda: ToyTask(at_call=press), PLAN)
    assert [path.name.rsplit("-", 1)[0] for path in artifacts.root.iterdir()] == ["unfinished-toy"]
    resumed = ToyTask()
    folder = train_once("toy", {"seed": 0}, artifacts, lambda: resumed, PLAN)
    assert resumed.n_calls["losses"] == 4 * 8 - 20
    assert list(artifacts.root.iterdir()) == [folder]
    assert_same(read(folder), run(tmp_path / "whole"))


def test_a_plan_is_made_of_few_words():
    plan = TrainingPlan("toy", epochs=1, seed=0)
    assert (plan.patience, plan.clip_norm, plan.is_bfloat16) == (None, None, False)
