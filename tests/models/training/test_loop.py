from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch
from torch import nn
from toy_training import N_ROWS, PLAN, ToyNetwork, ToyTask, assert_same, run

from benchmark import DataError, MachineError
from benchmark.errors import UsageError
from benchmark.machine.signals import Stopped, treat_as_interrupts
from benchmark.models.training import Epoch, best_epoch
from benchmark.models.training.checkpoint import Checkpoint
from benchmark.models.training.loop import Training


@pytest.fixture(autouse=True)
def _one_thread():
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


def toy_program(*arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "toy_training", *map(str, arguments)]
    return subprocess.Popen(command, env=environment)


# Weights that follow from the seed


def test_a_task_is_learnt(tmp_path):
    _, history = run(tmp_path, plan=replace(PLAN, epochs=20))
    losses = [epoch["validation_loss"] for epoch in history["epochs"]]
    assert losses[history["best_epoch"] - 1] == min(losses) < 0.2 * losses[0]


def test_the_same_seed_gives_the_same_weights_and_another_one_others(tmp_path):
    torch.manual_seed(1)
    first = run(tmp_path / "a")
    torch.manual_seed(2)
    assert_same(run(tmp_path / "b"), first)
    for name, task, plan in (
        ("batches", ToyTask(seed=1), PLAN),
        ("dropout", ToyTask(), replace(PLAN, seed=1)),
    ):
        weights, _ = run(tmp_path / name, task, plan)
        assert not torch.equal(weights["out.weight"], first[0]["out.weight"])


def test_training_leaves_the_generator_of_others_alone(tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    run(tmp_path)
    assert torch.equal(torch.rand(3), expected)


def test_the_weights_are_those_of_a_plain_loop(tmp_path):
    """No dropout here, so that no seed is needed to tell what the loop should do."""
    ours, theirs = (ToyTask(batch_size=13, n_held_out=0) for _ in range(2))
    for task in (ours, theirs):
        task.network.dropout.p = 0.0
    weights, history = run(tmp_path, ours, replace(PLAN, epochs=2, clip_norm=0.5))
    for epoch in range(2):
        for batch in theirs.batches(epoch):
            theirs.optimizer.zero_grad()
            theirs.losses(batch).mean().backward()
            nn.utils.clip_grad_norm_(theirs.network.parameters(), 0.5)
            theirs.optimizer.step()
            theirs.scheduler.step()
    assert history["best_epoch"] == 2
    for name, value in theirs.network.state_dict().items():
        if name in weights:
            assert torch.equal(weights[name], value), name


# Trainings that were stopped


@pytest.mark.parametrize(
    ("method", "number", "n_epochs", "n_steps"),
    [("losses", 13, 1, 4), ("losses", 17, 2, 0), ("validate", 2, 1, 8)],
)
def test_a_training_killed_in_mid_epoch_goes_on_to_the_very_same_weights(
    tmp_path, method, number, n_epochs, n_steps
):
    cut = tmp_path / "cut"
    cut.mkdir()
    with toy_program(cut, 4, method, number) as process:
        assert process.wait(120) == -signal.SIGKILL
    checkpoint = Checkpoint.read(cut / "checkpoint.pt")
    assert (len(checkpoint.history), checkpoint.epoch.n_steps) == (n_epochs, n_steps)
    assert not (cut / "weights.safetensors").exists()
    resumed = ToyTask()
    assert_same(run(cut, resumed), run(tmp_path / "whole"))
    assert resumed.n_calls["losses"] == 4 * 8 - 8 * n_epochs - n_steps


def test_a_training_killed_at_any_moment_again_and_again_comes_to_the_same_weights(tmp_path):
    cut = tmp_path / "cut"
    cut.mkdir()
    for delay_s in (0.05, 0.1, 0.2):
        before = sorted(cut.glob("checkpoint.pt")) and (cut / "checkpoint.pt").stat().st_mtime_ns
        with toy_program(cut, 100_000) as process:
            while not (
                (cut / "checkpoint.pt").exists()
                and (cut / "checkpoint.pt").stat().st_mtime_ns != before
            ):
                assert process.poll() is None, "it ended before it could be killed"
                time.sleep(0.005)
            time.sleep(delay_s)
            process.kill()
        assert process.returncode == -signal.SIGKILL
    n_epochs = len(Checkpoint.read(cut / "checkpoint.pt").history) + 1
    plan = replace(PLAN, epochs=n_epochs)
    assert_same(run(cut, plan=plan), run(tmp_path / "whole", plan=plan))


def test_ctrl_c_ends_the_step_and_keeps_it(tmp_path):
    def press(method, number):
        if (method, number) == ("losses", 13):
            os.kill(os.getpid(), signal.SIGINT)

    cut = tmp_path / "cut"
    with pytest.raises(KeyboardInterrupt):
        run(cut, ToyTask(at_call=press))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert Checkpoint.read(cut / "checkpoint.pt").epoch.n_steps == 5
    assert_same(run(cut), run(tmp_path / "whole"))


def test_sigterm_ends_the_step_and_keeps_it_too(tmp_path):
    def ask(method, number):
        if (method, number) == ("losses", 13):
            os.kill(os.getpid(), signal.SIGTERM)

    former = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGHUP)]
    treat_as_interrupts()
    try:
        with pytest.raises(Stopped):
            run(tmp_path, ToyTask(at_call=ask))
    finally:
        for number, handler in former:
            signal.signal(number, handler)
    assert Checkpoint.read(tmp_path / "checkpoint.pt").epoch.n_steps == 5


def test_a_second_ctrl_c_does_not_wait(tmp_path):
    seen = []

    def press_twice(method, number):
        if (method, number) == ("losses", 3):
            os.kill(os.getpid(), signal.SIGINT)
            seen.append("the first one waits")
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
            seen.append("never reached")

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, ToyTask(at_call=press_twice))
    assert seen == ["the first one waits"]


def test_a_checkpoint_of_another_network_is_named(tmp_path):
    other = Training(ToyTask(network=ToyNetwork(width=9)), PLAN)
    other.state().write(tmp_path / "checkpoint.pt")
    with pytest.raises(MachineError, match=r"checkpoint\.pt does not fit.*is \(9, 9\), expected"):
        run(tmp_path)


# How long


def with_validation(losses):
    task = ToyTask()
    left = iter(losses)
    task.validate = lambda: next(left)
    return task


def test_patience_ends_what_does_not_get_better(tmp_path):
    task = with_validation([5.0, 3.0, 4.0, 2.0, 2.5, 2.0, 1.0])
    _, history = run(tmp_path, task, replace(PLAN, epochs=50, patience=2))
    assert len(history["epochs"]) == 6
    assert history["best_epoch"] == 4


def test_the_weights_are_those_of_the_best_epoch(tmp_path):
    weights, history = run(tmp_path / "a", with_validation([3.0, 1.0, 2.0, 1.0]))
    assert history["best_epoch"] == 2
    two, _ = run(tmp_path / "b", with_validation([3.0, 1.0]), replace(PLAN, epochs=2))
    assert weights.keys() == two.keys()
    assert all(torch.equal(value, two[name]) for name, value in weights.items())


def test_without_validation_the_last_epoch_is_taken_and_patience_does_not_count(tmp_path):
    _, history = run(tmp_path, ToyTask(n_held_out=0), replace(PLAN, patience=1))
    assert history["best_epoch"] == 4
    assert {epoch["validation_loss"] for epoch in history["epochs"]} == {None}


def test_the_best_epoch_is_the_first_of_the_lowest_validation_loss():
    assert best_epoch([Epoch(validation_loss=loss) for loss in (0.3, 0.2, 0.25, 0.2)]) == 1


@pytest.mark.parametrize(
    ("name", "value"), [("epochs", 0), ("patience", 0), ("clip_norm", 0), ("save_every_s", -1)]
)
def test_a_plan_out_of_its_range_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name}=.*; expected "):
        replace(PLAN, **{name: value})


# Steps


def test_gradients_are_clipped_by_the_norm_of_all_together(tmp_path):
    moved = []
    for clip_norm in (None, 0.25):
        task = ToyTask(batch_size=N_ROWS, n_held_out=0)
        task.optimizer = torch.optim.SGD(task.network.parameters(), lr=1.0)
        task.scheduler = None
        before = nn.utils.parameters_to_vector(task.network.parameters())
        plan = replace(PLAN, epochs=1, clip_norm=clip_norm)
        run(tmp_path / str(clip_norm), task, plan)
        moved.append(nn.utils.parameters_to_vector(task.network.parameters()) - before)
    assert moved[0].norm() > 0.5
    assert moved[1].norm().item() == pytest.approx(0.25, rel=1e-4)
    torch.testing.assert_close(moved[1] / 0.25, moved[0] / moved[0].norm(), rtol=1e-3, atol=1e-5)


def test_a_batch_that_holds_nothing_takes_no_step(tmp_path):
    task = ToyTask(batch_size=6)
    compute = task.losses
    task.losses = lambda batch: compute(batch)[: 6 * (0 in batch)]
    _, history = run(tmp_path, task, replace(PLAN, epochs=3))
    assert [epoch["n_items"] for epoch in history["epochs"]] == [6, 6, 6]
    assert task.scheduler.last_epoch == 3


def test_nothing_to_learn_from_in_any_batch_is_an_error(tmp_path):
    task = ToyTask()
    task.losses = lambda batch: torch.empty(0)
    with pytest.raises(DataError, match=r"toy: no batch of 4 epochs held anything.*more data"):
        run(tmp_path, task)
    assert not (tmp_path / "weights.safetensors").exists()


def test_an_epoch_of_no_batches_is_an_error_too(tmp_path):
    task = ToyTask()
    task.batches = lambda epoch: []
    with pytest.raises(DataError, match="no batch"):
        run(tmp_path, task)


def spoil_losses(task, spoilt):
    """Let a task's losses of the 11th call be other ones."""
    compute = task.losses

    def losses(batch):
        found = compute(batch)
        return spoilt(found) if task.n_calls["losses"] == 11 else found

    task.losses = losses
    return task


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        (lambda losses: losses * torch.inf, "loss in step 3 of epoch 2 is inf"),
        (lambda losses: losses * torch.nan, "loss in step 3 of epoch 2 is nan"),
        # The root's slope at 0 has no bound, though the loss itself is 0.
        (lambda losses: (losses * 0).sqrt(), "gradient's norm in step 3 of epoch 2 is nan"),
    ],
)
def test_what_is_not_finite_names_its_place_and_takes_no_step(tmp_path, spoilt, found):
    task = spoil_losses(ToyTask(), spoilt)
    with pytest.raises(UsageError, match=rf"toy: the {found}; expected .* Lower learning_rate\."):
        run(tmp_path, task)
    assert task.scheduler.last_epoch == 10
    assert all(value.isfinite().all() for value in task.network.parameters())


def test_a_validation_loss_that_is_not_finite_names_its_epoch(tmp_path):
    task = with_validation([1.0, float("nan")])
    with pytest.raises(UsageError, match="validation loss of epoch 2 is nan"):
        run(tmp_path, task)


def test_weights_that_no_loss_has_seen_must_be_finite_too(tmp_path):
    task = ToyTask(batch_size=N_ROWS, n_held_out=0)
    task.optimizer = torch.optim.SGD(task.network.parameters(), lr=3e38)
    task.scheduler = None
    with pytest.raises(UsageError, match="weights' norm at the end of epoch 1 is"):
        run(tmp_path, task, replace(PLAN, epochs=1))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, torch.float32),
        ({"is_bfloat16": True}, torch.bfloat16),
    ],
)
def test_products_are_in_bfloat16_where_the_plan_says_so(tmp_path, settings, expected):
    task, seen = ToyTask(), []
    task.network.out.register_forward_hook(lambda *arguments: seen.append(arguments[-1].dtype))
    weights, _ = run(tmp_path, task, replace(PLAN, epochs=2, **settings))
    assert len(seen) == 2 * (8 + 1)
    assert set(seen) == {expected}
    assert all(value.dtype is not torch.bfloat16 for value in weights.values())
