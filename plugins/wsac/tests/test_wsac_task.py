"""A training of a decoder: rates, batches, the best epoch, and a death in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from bench_wsac.lesson import Bridge, hold_out_clips
from bench_wsac.options import CODE, MINI, PAPER
from bench_wsac.task import DecoderTask, rate_at
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from wsac_toy import CAPTIONS, make_lesson, plan_of

from benchmark import UsageError
from benchmark.models.training import Checkpoint, load_trained, train

SHIFT = np.linspace(-0.4, 0.6, 24, dtype=np.float32)

# The schedule


def test_the_papers_rate_rises_for_five_epochs_and_falls_to_a_fifth_every_ten():
    n = 300  # steps in an epoch
    rates = np.array([rate_at(step, n, PAPER) for step in range(30 * n)])
    np.testing.assert_allclose(rates[: 5 * n], np.arange(1, 5 * n + 1) / (5 * n))
    np.testing.assert_allclose(rates[5 * n : 10 * n], 1.0)
    np.testing.assert_allclose(rates[10 * n : 20 * n], 0.2)
    np.testing.assert_allclose(rates[20 * n :], 0.04)


def test_the_ten_epochs_may_be_counted_from_the_end_of_the_warm_up():
    n = 300
    settings = replace(PAPER, drops_after_warmup=True)
    rates = np.array([rate_at(step, n, settings) for step in range(30 * n)])
    from_start = np.array([rate_at(step, n, PAPER) for step in range(30 * n)])
    np.testing.assert_array_equal(rates[: 10 * n], from_start[: 10 * n])
    np.testing.assert_allclose(rates[5 * n : 15 * n], 1.0)
    np.testing.assert_allclose(rates[15 * n : 25 * n], 0.2)
    np.testing.assert_allclose(rates[25 * n :], 0.04)


def test_the_codes_rate_rises_for_a_hundred_steps_and_then_falls_to_nothing_at_the_end():
    n = 300
    rates = np.array([rate_at(step, n, CODE) for step in range(30 * n)])
    np.testing.assert_allclose(rates[:100], np.arange(1, 101) / 100)
    np.testing.assert_allclose(rates[100:], (30 * n - np.arange(100, 30 * n)) / (30 * n - 100))
    assert rate_at(30 * n, n, CODE) == 0


def test_a_cosine_and_a_constant_rate_are_what_they_are_called():
    settings = replace(PAPER, warmup_epochs=1, epochs=5, schedule="cosine")
    rates = [rate_at(step, 10, settings) for step in (10, 20, 30, 40, 50)]
    np.testing.assert_allclose(rates, [1, 0.5 + 0.125**0.5, 0.5, 0.5 - 0.125**0.5, 0], atol=1e-12)
    settings = replace(settings, schedule="constant")
    assert {rate_at(step, 10, settings) for step in range(10, 50)} == {1.0}


@given(
    step=st.integers(0, 2000),
    steps_per_epoch=st.integers(1, 20),
    warmup_epochs=st.integers(0, 40),
    warmup_steps=st.integers(0, 500),
    schedule=st.sampled_from(["steps", "linear", "cosine", "constant"]),
)
def test_a_rate_is_a_share_even_where_the_warm_up_outlasts_the_training(
    step, steps_per_epoch, warmup_epochs, warmup_steps, schedule
):
    settings = replace(
        MINI, warmup_epochs=warmup_epochs, warmup_steps=warmup_steps, schedule=schedule
    )
    assert 0 <= rate_at(step, steps_per_epoch, settings) <= 1


def test_the_optimiser_follows_the_schedule():
    lesson = make_lesson(learning_rate=0.01, warmup_epochs=2, schedule="steps", epochs=12)
    task = DecoderTask(lesson)
    n = len(task.batches(0))
    seen = []
    for epoch in range(12):
        for batch in task.batches(epoch):
            seen.append(task.optimizer.param_groups[0]["lr"])
            task.losses(batch[:1]).mean().backward()
            task.optimizer.step()
            task.scheduler.step()
    expected = [0.01 * rate_at(step, n, lesson.settings) for step in range(12 * n)]
    np.testing.assert_allclose(seen, expected)
    assert seen[-1] == pytest.approx(0.002)
    assert max(seen) == pytest.approx(0.01)


@pytest.mark.parametrize("weight_decay", [0.0, 0.02])
def test_the_optimiser_is_adamw_with_the_weight_decay_that_is_chosen(weight_decay):
    optimizer = DecoderTask(make_lesson(weight_decay=weight_decay)).optimizer
    assert isinstance(optimizer, torch.optim.AdamW)
    (group,) = optimizer.param_groups
    assert (group["weight_decay"], group["betas"]) == (weight_decay, (0.9, 0.999))


# What is learnt, and what is not


def test_every_caption_that_is_not_held_out_is_learnt_once_an_epoch():
    lesson = make_lesson(validation_share=0.25, clip_of=np.repeat(np.arange(12), 2))
    task = DecoderTask(lesson)
    kept, out = hold_out_clips(lesson.examples.clip_of, 0.25, 0)
    assert len(out) == 6
    orders = [np.concatenate(task.batches(epoch)) for epoch in range(2)]
    for order in orders:
        assert sorted(order) == kept.tolist()
    assert orders[0].tolist() != orders[1].tolist()
    assert [len(batch) for batch in task.batches(0)] == [8, 8, 2]


def test_validation_is_the_mean_loss_of_held_out_tokens_without_noise():
    lesson = make_lesson(validation_share=0.3, bridge=Bridge(5.0, SHIFT))
    task = DecoderTask(lesson)
    task.network.eval()
    _, out = hold_out_clips(lesson.examples.clip_of, 0.3, 0)
    shifted = torch.from_numpy(lesson.examples.embeddings[out] + SHIFT)
    with torch.no_grad():
        alone = [
            task.network.losses(row[None], torch.from_numpy(lesson.examples.targets[at])[None])
            for row, at in zip(shifted, out, strict=True)
        ]
        assert task.validate() == pytest.approx(torch.cat(alone).mean().item(), rel=1e-5)


def test_with_a_validation_split_no_caption_is_lost_and_its_own_are_the_measure():
    validation = ["a dog barks loudly", "rain falls on wood"]
    lesson = make_lesson(validation=validation, validation_share=0.5, bridge=Bridge(5.0, SHIFT))
    task = DecoderTask(lesson)
    task.network.eval()
    learnt = np.concatenate(task.batches(0))
    assert sorted(learnt) == list(range(len(lesson.examples.captions)))
    shifted = torch.from_numpy(lesson.validation.embeddings + SHIFT)
    with torch.no_grad():
        alone = [
            task.network.losses(row[None], torch.from_numpy(target)[None])
            for row, target in zip(shifted, lesson.validation.targets, strict=True)
        ]
        assert task.validate() == pytest.approx(torch.cat(alone).mean().item(), rel=1e-5)


@pytest.mark.parametrize("validation", [None, ["a dog barks"]])
def test_where_the_last_epoch_is_taken_nothing_is_held_out_and_nothing_validated(validation):
    task = DecoderTask(make_lesson(validation=validation, best_by="last", validation_share=0.5))
    assert len(np.concatenate(task.batches(0))) == len(task.lesson.examples.captions)
    assert task.validate() is None


# Training


def run(lesson, folder):
    """Train in a folder: the weights, and the history without its times."""
    folder.mkdir(exist_ok=True)
    train(DecoderTask(lesson), plan_of(lesson), folder / "checkpoint.pt", folder)
    history = json.loads((folder / "history.json").read_text())
    for epoch in history["epochs"]:
        del epoch["seconds"], epoch["items_per_second"]
    return load_file(folder / "weights.safetensors"), history


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


def test_the_same_seed_gives_the_same_weights_and_another_one_others(tmp_path):
    bridge = Bridge(0.1, None, True)
    torch.manual_seed(1)
    first, _ = run(make_lesson(bridge=bridge), tmp_path / "a")
    torch.manual_seed(2)
    again, _ = run(make_lesson(bridge=bridge), tmp_path / "b")
    other, _ = run(make_lesson(bridge=bridge, seed=1), tmp_path / "c")
    assert_same(first, again)
    for name in ("mapping.weight", "language_model.transformer.wte.weight"):
        assert not torch.equal(first[name], other[name])


def test_first_weights_follow_from_the_seed_and_leave_the_generator_of_others_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first = make_lesson().new_network().state_dict()
    assert torch.equal(torch.rand(3), expected)
    assert_same(make_lesson().new_network().state_dict(), first)


def test_noise_and_shift_change_the_weights(tmp_path):
    bridges = {"none": Bridge(), "noise": Bridge(0.1), "shift": Bridge(0.0, SHIFT)}
    found = [
        run(make_lesson(bridge=bridge), tmp_path / name)[0]["mapping.weight"]
        for name, bridge in bridges.items()
    ]
    assert not torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_a_decoder_learns_three_captions_by_heart_and_stops_at_their_ends(tmp_path):
    captions = ["a dog barks", "rain falls", "a bell is ringing in the distance"]
    lesson = make_lesson(captions, epochs=60, dropout=0.0, validation_share=0.0)
    run(lesson, tmp_path)
    decoder = lesson.new_network().eval()
    load_trained(decoder, tmp_path)
    with torch.inference_mode():
        written = decoder.write(decoder.mapping(torch.from_numpy(lesson.examples.embeddings)))
    assert [lesson.vocabulary.decode(rows) for rows in written] == captions
    assert all(lesson.vocabulary.end in rows for rows in written)


def test_even_cut_captions_teach_when_to_stop(tmp_path):
    """The published code cuts the end off with the rest, and such a decoder goes on."""
    long = "a bird is singing in a tree while the wind blows"
    lesson = make_lesson(
        [long], max_tokens=5, max_length=20, epochs=60, dropout=0.0, validation_share=0.0
    )
    run(lesson, tmp_path)
    decoder = lesson.new_network().eval()
    load_trained(decoder, tmp_path)
    with torch.inference_mode():
        (rows,) = decoder.write(decoder.mapping(torch.from_numpy(lesson.examples.embeddings)))
    assert lesson.vocabulary.decode(rows) == "a bird is singing"


def test_the_epoch_with_the_lowest_validation_loss_is_kept(tmp_path):
    """Held-out captions are other ones, so that learning by heart makes them worse in the end."""
    lesson = make_lesson(epochs=30, validation_share=0.4, dropout=0.0, learning_rate=0.02)
    _, history = run(lesson, tmp_path)
    losses = [epoch["validation_loss"] for epoch in history["epochs"]]
    best = history["best_epoch"]
    assert losses[best - 1] == min(losses) < losses[-1]
    assert 1 < best < 30
    task = DecoderTask(lesson)
    load_trained(task.network.eval(), tmp_path)
    with torch.no_grad():
        assert task.validate() == pytest.approx(min(losses), rel=1e-5)


def test_without_a_validation_share_the_last_epoch_is_kept(tmp_path):
    _, history = run(make_lesson(validation_share=0.0, epochs=4), tmp_path)
    assert history["best_epoch"] == 4
    assert {epoch["validation_loss"] for epoch in history["epochs"]} == {None}


def test_one_caption_is_enough_to_learn_from(tmp_path):
    _, history = run(make_lesson(["rain falls"]), tmp_path)
    assert [epoch["n_items"] for epoch in history["epochs"]] == [3, 3, 3]


def test_each_token_that_is_no_padding_counts(tmp_path):
    lesson = make_lesson(validation_share=0.0)
    _, history = run(lesson, tmp_path)
    assert {epoch["n_items"] for epoch in history["epochs"]} == {
        sum(map(len, lesson.examples.targets))
    }
    assert sum(map(len, lesson.examples.targets)) == 2 * sum(
        len(text.split()) + 1 for texts in CAPTIONS.values() for text in texts
    )


def test_a_rate_that_is_too_high_is_an_error_that_says_so(tmp_path):
    with pytest.raises(UsageError, match=r"toy decoder: .* of epoch \d+ is .*Lower learning_rate"):
        run(make_lesson(learning_rate=1e30, warmup_epochs=0, epochs=6), tmp_path)


# Trainings that were stopped


def test_a_training_that_was_killed_goes_on_to_the_very_same_weights(tmp_path):
    cut = tmp_path / "cut"
    cut.mkdir()
    program = Path(__file__).with_name("wsac_toy.py")
    killed = subprocess.run(
        [sys.executable, str(program), "train-and-die", str(cut), "5"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=120,
    )
    assert killed.returncode == -signal.SIGKILL
    checkpoint = Checkpoint.read(cut / "checkpoint.pt")
    assert (len(checkpoint.history), checkpoint.epoch.n_steps) == (1, 1)  # three steps an epoch
    assert not (cut / "weights.safetensors").exists()
    weights, history = run(make_lesson(), cut)
    expected, expected_history = run(make_lesson(), tmp_path / "whole")
    assert_same(weights, expected)
    assert history == expected_history
