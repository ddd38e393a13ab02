from __future__ import annotations

import json
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
from bench_gpt2_guidance.similarity import SimilarClips
from bench_gpt2_guidance.training import Lesson, TripletTask, embed, training_plan
from bench_gpt2_guidance.triplet_options import TripletSettings
from pytorch_optimizer import AdaBound
from safetensors.torch import load_file

from benchmark import DataError, UsageError
from benchmark.models.training import train

SETTINGS = TripletSettings(
    epochs=6, batch_size=8, n_heads=2, ffn_width=16, validation_share=0.2, learning_rate=1e-3
)


def write_relation(folder, groups):
    """Clips of one group are similar, those of another are not."""
    of_clip = [np.flatnonzero((groups == group) & (np.arange(len(groups)) != clip))
               for clip, group in enumerate(groups)]  # fmt: skip
    counts = np.array([len(others) for others in of_clip])
    ends = counts.cumsum()
    np.concatenate(of_clip).astype(np.int32).tofile(folder / "indices.int32")
    np.save(folder / "bounds.npy", np.column_stack([ends - counts, ends, ends]))
    return SimilarClips(folder)


@pytest.fixture
def lesson(tmp_path):
    """Forty clips in four groups that lie in a third of the features; the rest is louder noise."""
    rng = np.random.default_rng(0)
    groups = np.arange(40) % 4
    centres = rng.normal(0, 1, (4, 3, 4))
    noise = rng.normal(0, 2, (40, 3, 8))
    patches = np.concatenate([centres[groups], noise], axis=2).astype(np.float32)
    return Lesson(patches, write_relation(tmp_path, groups), SETTINGS, seed=0, device="cpu")


def run(lesson, folder, at_forward=lambda *_: None):
    """Train in a folder: the weights, and the history without its times."""
    folder.mkdir(exist_ok=True)
    task = TripletTask(lesson)
    task.network.register_forward_hook(at_forward)
    train(task, training_plan(lesson), folder / "checkpoint.pt", folder)
    history = json.loads((folder / "history.json").read_text())
    for epoch in history["epochs"]:
        del epoch["seconds"], epoch["items_per_second"]
    return load_file(folder / "weights.safetensors"), history


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


def test_training_brings_similar_clips_together(lesson, tmp_path):
    lesson = replace(lesson, settings=replace(SETTINGS, epochs=60, dropout=0.1))
    _, history = run(lesson, tmp_path / "long")
    losses = [epoch["validation_loss"] for epoch in history["epochs"]]
    assert min(losses) < 0.5 * losses[0]
    assert history["best_epoch"] == losses.index(min(losses)) + 1


def test_the_same_seed_gives_the_same_weights_and_another_one_others(lesson, tmp_path):
    torch.manual_seed(1)
    first, _ = run(lesson, tmp_path / "a")
    torch.manual_seed(2)
    again, _ = run(lesson, tmp_path / "b")
    other, _ = run(replace(lesson, seed=1), tmp_path / "c")
    assert_same(first, again)
    assert not torch.equal(first["layer.linear1.weight"], other["layer.linear1.weight"])


def test_training_leaves_the_generator_of_others_alone(lesson, tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    run(lesson, tmp_path / "a")
    assert torch.equal(torch.rand(3), expected)


def test_a_training_stopped_in_mid_epoch_goes_on_to_the_very_same_weights(lesson, tmp_path):
    n_forwards = 0

    def press_ctrl_c(network, *_):
        nonlocal n_forwards
        n_forwards += network.training
        if n_forwards == 10:  # four batches an epoch
            os.kill(os.getpid(), signal.SIGINT)

    expected, history = run(lesson, tmp_path / "straight")
    with pytest.raises(KeyboardInterrupt):
        run(lesson, tmp_path / "cut", press_ctrl_c)
    assert (tmp_path / "cut" / "checkpoint.pt").exists()
    weights, resumed_history = run(lesson, tmp_path / "cut")
    assert_same(weights, expected)
    assert resumed_history == history


def test_patience_ends_what_does_not_get_better(lesson, tmp_path):
    settings = replace(
        SETTINGS, epochs=50, patience=2, learning_rate=1e-12, final_learning_rate=1e-12
    )
    _, history = run(replace(lesson, settings=settings), tmp_path / "a")
    assert len(history["epochs"]) == 3
    assert history["best_epoch"] == 1


def test_without_a_validation_share_the_last_epoch_is_taken(lesson, tmp_path):
    settings = replace(SETTINGS, validation_share=0.0)
    _, history = run(replace(lesson, settings=settings), tmp_path / "a")
    assert history["best_epoch"] == 6
    assert {epoch["validation_loss"] for epoch in history["epochs"]} == {None}


def test_a_batch_of_one_clip_is_passed_over(lesson, tmp_path):
    settings = replace(SETTINGS, batch_size=31, validation_share=0.2)  # 32 clips train
    _, history = run(replace(lesson, settings=settings), tmp_path / "a")
    assert all(0 < epoch["n_items"] <= 31 for epoch in history["epochs"])


def test_batches_without_any_triplet_are_an_error(lesson, tmp_path):
    # All clips sound alike, so that no negative is further than a positive.
    lesson = replace(lesson, patches=np.ones_like(lesson.patches))
    lesson = replace(lesson, settings=replace(SETTINGS, dropout=0.0, layer_dropout=0.0, epochs=2))
    with pytest.raises(DataError, match=r"no batch of 8 clips.*fallback=furthest"):
        run(lesson, tmp_path / "a")


def test_a_loss_that_is_not_finite_names_its_epoch(lesson, tmp_path):
    settings = replace(SETTINGS, learning_rate=1e30, final_learning_rate=1e30)
    with pytest.raises(
        UsageError, match=r"triplet-retrieval: .* of epoch \d+ is .*Lower learning_rate"
    ):
        run(replace(lesson, settings=settings), tmp_path / "a")


def test_a_sound_is_embedded_alike_alone_and_in_company(lesson):
    network = TripletTask(lesson).network
    together = embed(network, lesson.patches, "cpu")
    alone = embed(network, lesson.patches[7:8], "cpu")
    np.testing.assert_allclose(alone[0], together[7], rtol=0, atol=1e-6)


def test_the_optimiser_steps_as_the_paper_of_adabound_says():
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=5), rng.normal(size=(4, 5))
    parameter = torch.nn.Parameter(torch.from_numpy(start.copy()))
    optimizer = AdaBound([parameter], lr=1e-4, final_lr=0.1)
    x, m, v = start, np.zeros(5), np.zeros(5)
    for step, gradient in enumerate(gradients, start=1):
        parameter.grad = torch.from_numpy(gradient)
        optimizer.step()
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        rate = 1e-4 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step) / (np.sqrt(v) + 1e-8)
        lower = 0.1 * (1 - 1 / (1e-3 * step + 1))
        upper = 0.1 * (1 + 1 / (1e-3 * step))
        x = x - np.clip(rate, lower, upper) * m
        np.testing.assert_allclose(parameter.detach().numpy(), x, rtol=1e-9, atol=0)
