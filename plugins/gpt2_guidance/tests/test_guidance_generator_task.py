from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import guidance_toy_gpt2
import numpy as np
import pytest
import torch
from bench_gpt2_guidance import generator_task
from bench_gpt2_guidance.backbone import load_backbone
from bench_gpt2_guidance.generator_task import GeneratorTask, choose_schedule
from bench_gpt2_guidance.guidance_options import WEIGHT_SETTINGS
from guidance_toy_gpt2 import CAPTIONS, QUICK_GUIDANCE, make_gpt2, make_lesson
from safetensors.torch import load_file
from torch.optim import Adam

from benchmark import DataError
from benchmark.metrics.words import WordCider
from benchmark.models.training import load_trained, train


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("toy")
    make_gpt2(root / "gpt2")
    return root


@pytest.fixture(scope="module")
def backbone(root):
    return load_backbone(str(root / "gpt2"))


@pytest.fixture
def make(root, backbone):
    return lambda **options: make_lesson(root, backbone, **options)


def run(lesson, folder):
    """Train in a folder: the weights, and the history without its times."""
    folder.mkdir(exist_ok=True)
    train(GeneratorTask(lesson), lesson.plan(), folder / "checkpoint.pt", folder)
    history = json.loads((folder / "history.json").read_text())
    for epoch in history["epochs"]:
        del epoch["seconds"], epoch["items_per_second"]
    return load_file(folder / "weights.safetensors"), history


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


@pytest.mark.parametrize("has_audio", [True, False])
def test_training_teaches_the_captions_of_a_kind(make, tmp_path, has_audio):
    lesson = make(has_audio=has_audio, epochs=30, dropout=0.0, learning_rate=0.02)
    _, history = run(lesson, tmp_path / "a")
    losses = [epoch["validation_loss"] for epoch in history["epochs"]]
    assert min(losses) < 0.5 * losses[0]
    network = lesson.new_network()
    load_trained(network, tmp_path / "a")
    guidance, _ = lesson.writer.encode_guidance([CAPTIONS["noise"][:2], CAPTIONS["clicks"][:2]])
    patches = None if lesson.patches is None else lesson.patches[[1, 2]]
    written = network.train(False).write(network.condition(guidance, patches))
    words = {kind: set(" ".join(CAPTIONS[kind]).split()) for kind in CAPTIONS}
    noise, clicks = (set(lesson.writer.decode(row).split()) for row in written)
    assert noise & (words["noise"] - words["clicks"])
    assert clicks & (words["clicks"] - words["noise"])


def test_the_frozen_backbone_is_neither_changed_nor_saved(make, backbone, tmp_path):
    before = {name: value.clone() for name, value in backbone.model.state_dict().items()}
    weights, _ = run(make(), tmp_path / "a")
    assert not [name for name in weights if "backbone" in name]
    assert {name.split(".")[0] for name in weights} == {"guidance", "audio", "head"}
    assert_same(before, backbone.model.state_dict())


def test_the_same_seed_gives_the_same_weights_and_another_one_others(make, tmp_path):
    torch.manual_seed(1)
    first, _ = run(make(), tmp_path / "a")
    torch.manual_seed(2)
    again, _ = run(make(), tmp_path / "b")
    other, _ = run(make(seed=1), tmp_path / "c")
    assert_same(first, again)
    assert not torch.equal(first["guidance.key.weight"], other["guidance.key.weight"])


def test_a_killed_training_goes_on_to_the_very_same_weights(make, root, tmp_path):
    expected, history = run(make(), tmp_path / "straight")
    killed = root / "killed"
    program = [sys.executable, guidance_toy_gpt2.__file__, str(root), "7"]
    result = subprocess.run(program, check=False, capture_output=True, text=True)
    assert result.returncode == -9, result.stderr
    assert (killed / "checkpoint.pt").exists()
    assert not (killed / "weights.safetensors").exists()
    weights, resumed = run(make(), killed)
    assert_same(weights, expected)
    assert resumed == history


def test_guidance_is_drawn_anew_in_each_epoch_and_alike_for_validation(make):
    task = GeneratorTask(make(dropout=0.0))
    task.network.train(False)
    first, second = task.batches(0)[0], task.batches(1)[0]
    second = second._replace(rows=first.rows)
    with torch.no_grad():
        losses = task.losses(first)
        assert torch.equal(losses, task.losses(first))
        assert not torch.equal(losses, task.losses(second))
        assert task.validate() == task.validate()


def test_each_caption_that_trains_is_seen_once_an_epoch(make):
    task = GeneratorTask(make())
    seen = [row for batch in task.batches(3) for row in batch.rows.tolist()]
    assert sorted(seen) == list(range(15))
    assert [len(batch.rows) for batch in task.batches(0)] == [4, 4, 4, 3]


def test_without_held_out_clips_the_last_epoch_is_taken(make, tmp_path):
    lesson = make()
    everybody = replace(lesson.pools, trains=lesson.pools.trains | True)
    _, history = run(replace(lesson, pools=everybody), tmp_path / "a")
    assert history["best_epoch"] == 3
    assert {epoch["validation_loss"] for epoch in history["epochs"]} == {None}


def test_the_best_epoch_may_be_the_one_that_decodes_held_out_clips_best(make, tmp_path):
    lesson = make(epochs=12, dropout=0.0, learning_rate=0.02, best_by="cider_d")
    task = GeneratorTask(lesson)
    folder = tmp_path / "a"
    folder.mkdir()
    train(task, lesson.plan(), folder / "checkpoint.pt", folder)
    history = json.loads((folder / "history.json").read_text())
    measured = [epoch["validation_loss"] for epoch in history["epochs"]]
    assert min(measured) < measured[0] <= 0  # of CIDEr-D, negated
    assert history["best_epoch"] == measured.index(min(measured)) + 1
    load_trained(task.network, folder)
    task.network.train(False)
    # Decoded by hand: the clips that do not train, greedily, guided by what the task draws.
    rng = np.random.default_rng([lesson.seed, 13])
    written = []
    for row in (15, 16, 17):
        guidance, _ = lesson.writer.encode_guidance([lesson.pools.draw(row, rng)])
        conditions = task.network.condition(guidance, [lesson.patches[row]])
        written += [lesson.writer.decode(task.network.write(conditions, n_beams=1)[0])]
    references = [list(lesson.pools.units.captions[row]) for row in (15, 16, 17)]
    assert -WordCider(references).score(written) == pytest.approx(min(measured))


def test_clips_that_cider_cannot_tell_apart_choose_no_epoch(make):
    lesson = make(best_by="cider_d")
    units = lesson.pools.units
    alike = units._replace(captions=[("a dog barks",)] * len(units.captions))
    with pytest.raises(DataError, match=r"3 clips .* all have the same.*best_by=loss"):
        GeneratorTask(replace(lesson, pools=replace(lesson.pools, units=alike)))


def rates(schedule, n_epochs, steps_per_epoch=4, period_epochs=2):
    settings = replace(
        QUICK_GUIDANCE, schedule=schedule, period_epochs=period_epochs,
        learning_rate=1e-4, min_learning_rate=1e-6,
    )  # fmt: skip
    optimizer = Adam([torch.nn.Parameter(torch.zeros(1))], lr=1e-4)
    scheduler = choose_schedule(optimizer, steps_per_epoch, settings)
    found = []
    for _ in range(n_epochs * steps_per_epoch):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def test_restarts_fall_along_a_cosine_and_jump_back_after_a_period():
    found = rates("restarts", 4)
    middle = (1e-4 + 1e-6) / 2
    assert found[0] == found[8] == 1e-4
    assert found[4] == pytest.approx(middle)
    assert found[:8] == sorted(found[:8], reverse=True)
    assert found[:8] == found[8:]
    assert 1e-6 < found[7] < 1e-5


def test_waves_fall_and_rise_within_a_period():
    found = rates("waves", 4)
    assert found[4] == pytest.approx(1e-6)
    assert found[8] == pytest.approx(1e-4)
    assert found[2] == pytest.approx(found[6])


def test_the_key_changes_with_all_that_weights_depend_on(make, root, tmp_path):
    lesson = make()
    units = lesson.pools.units
    other_units = units._replace(captions=[("another",), *units.captions[1:]])
    others = [
        make(seed=1),
        make(has_audio=False),
        make(learning_rate=0.5),
        make(best_by="cider_d"),
        replace(lesson, patches=lesson.patches + 1),
        replace(lesson, pools=replace(lesson.pools, units=other_units)),
        replace(lesson, pools=replace(lesson.pools, k=1)),
        make_lesson(root, load_backbone(str(make_gpt2(tmp_path / "gpt2", seed=3)))),
    ]
    keys = [json.dumps(other.key(), sort_keys=True) for other in (lesson, *others)]
    assert len(set(keys)) == len(keys)
    assert json.dumps(make(beam_size=2).key(), sort_keys=True) == keys[0]
    assert set(WEIGHT_SETTINGS) < set(lesson.key())


def test_what_is_read_once_teaches_the_same_as_what_is_read_each_time(make, tmp_path, monkeypatch):
    lesson = make(epochs=2, dropout=0.0, validation_share=0.4)
    _, kept = run(lesson, tmp_path / "kept")
    monkeypatch.setattr(generator_task, "_MOST_KEPT_BYTES", 0)
    _, again = run(lesson, tmp_path / "again")
    for ours, theirs in zip(kept["epochs"], again["epochs"], strict=True):
        assert ours["validation_loss"] is not None
        assert ours == pytest.approx(theirs, rel=1e-4)
